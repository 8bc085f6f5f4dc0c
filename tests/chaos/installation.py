"""A whole installation to be hurt: one command on SQLite, or the compose file's on PostgreSQL and Redis."""

import os
import random
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from helpbutton.settings import Settings
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

    def kill_something(self, chance: random.Random) -> str:
        """SIGKILL for one process, chosen at random among all that run; returns its command line."""
        family: list[psutil.Process] = []
        for process in self.processes:
            with suppress(psutil.NoSuchProcess):
                root = psutil.Process(process.pid)
                family += [root, *root.children(recursive=True)]
        if not family:
            return "nothing runs"
        victim = chance.choice(family)
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            name = " ".join(victim.cmdline())[:120]
            os.kill(victim.pid, signal.SIGKILL)
            return name
        return "gone already"

    def close(self) -> None:
        for process in self.processes:
            if process.running:
                process.end(within=20)
            process.kill()


@contextmanager
def target(
    data_dir: Path, directory: Path, provider_url: str, *, database_url: str = "", redis_url: str = ""
) -> Iterator[Target]:
    """A copy of the demo in `data_dir` that sends through the provider's stand-in; PostgreSQL when a URL is given."""
    shutil.copytree(data_dir, directory / "data")
    token = directory / "token"
    token.write_text("t" * 32)
    on_servers = {"database_url": database_url, "redis_url": redis_url} if database_url else {}
    with installation(
        directory / "data",
        sms="twilio",
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token_file=token,
        twilio_from="+358500000000",
        twilio_api_base=provider_url,
        **on_servers,
    ) as place:
        config = Settings(data_dir=place.data_dir, database_url=database_url, redis_url="none")
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
