"""A whole installation to be hurt: one command on SQLite, or the compose file's on PostgreSQL and Redis."""

import random
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from helpbutton.settings import Settings
from tests.fakes.provider import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER
from tests.installation import Installation, installation
from tests.processes import Process, wait_for

READY_WITHIN_S = 60


@dataclass
class Target:
    """`processes` are those that a supervisor outside would start again; their children are fair game too."""

    processes: list[Process]
    url: str
    config: Settings

    def start(self) -> None:
        for process in self.processes:
            process.start()
        wait_for(f"{self.url}/health/ready", within=READY_WITHIN_S)

    def revive(self) -> None:
        """What a supervisor does: start again whatever has ended."""
        for process in self.processes:
            if not process.running:
                process.kill()
                process.start()

    def family(self, *words: str) -> list[psutil.Process]:
        """All that run now; with words only those that were started with one of them, and their children."""
        found: list[psutil.Process] = []
        for process in self.processes:
            with suppress(psutil.NoSuchProcess):
                root = psutil.Process(process.pid)
                for one in [root, *root.children(recursive=True)]:
                    with suppress(psutil.NoSuchProcess):
                        if not words or set(words) & set(one.cmdline()):
                            found += [one, *(one.children(recursive=True) if words else [])]
        return list({one.pid: one for one in found}.values())

    def kill_something(self, chance: random.Random, *words: str) -> str:
        """SIGKILL for one process, chosen at random among the `family` of these words; returns its command line."""
        return _signal(chance, self.family(*words), signal.SIGKILL)[0]

    def freeze_something(self, chance: random.Random, *words: str) -> Callable[[], None]:
        """SIGSTOP for one process, chosen in the same way; what is returned lets it run on."""
        _, frozen = _signal(chance, self.family(*words), signal.SIGSTOP)

        def thaw() -> None:
            if frozen is not None:
                with suppress(psutil.NoSuchProcess, ProcessLookupError):
                    frozen.send_signal(signal.SIGCONT)

        return thaw

    @contextmanager
    def supervised(self) -> Iterator[None]:
        """Inside the block whatever has ended is started again; afterwards everything is stopped."""
        stop = threading.Event()

        def supervise() -> None:
            while not stop.wait(0.2):
                self.revive()

        supervisor = threading.Thread(target=supervise)
        supervisor.start()
        try:
            yield
        finally:
            stop.set()
            supervisor.join()
            self.close()

    def close(self) -> None:
        for process in self.processes:
            if process.running:
                process.end(within=20)
            process.kill()


def _signal(
    chance: random.Random, family: list[psutil.Process], number: signal.Signals
) -> tuple[str, psutil.Process | None]:
    if not family:
        return "nothing runs", None
    victim = chance.choice(family)
    with suppress(psutil.NoSuchProcess, ProcessLookupError):
        name = " ".join(victim.cmdline())[:120]
        victim.send_signal(number)
        return name, victim
    return "gone already", None


@contextmanager
def target(
    data_dir: Path, directory: Path, provider_url: str, *, database_url: str = "", redis_url: str = ""
) -> Iterator[Target]:
    """A copy of the demo in `data_dir` that sends through the provider's stand-in; PostgreSQL when a URL is given."""
    shutil.copytree(data_dir, directory / "data")
    token = directory / "token"
    token.write_text(AUTH_TOKEN)
    sending = {
        "sms": "twilio",
        "twilio_account_sid": ACCOUNT_SID,
        "twilio_auth_token_file": token,
        "twilio_from": OUR_NUMBER,
        "twilio_api_base": provider_url,
    }
    on_servers = {"database_url": database_url, "redis_url": redis_url} if database_url else {}
    with installation(directory / "data", web_workers=2, **sending, **on_servers) as place:
        ours = {"data_dir": place.data_dir, "port": place.port, "database_url": database_url}
        config = Settings(**ours, **sending, redis_url="none")
        hurt = Target(_processes(place, all_in_one=not database_url), place.url, config)
        try:
            yield hurt
        finally:
            hurt.close()


def _processes(place: Installation, *, all_in_one: bool) -> list[Process]:
    if not all_in_one:
        return list(place.processes.values())
    command = [sys.executable, "-P", "-m", "helpbutton", "run", "--port", str(place.port)]
    return [Process(command, log=place.data_dir / "run.log", env=place.env, cwd=place.data_dir)]
