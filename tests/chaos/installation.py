"""A whole installation as real processes, from one command or from the compose file's."""

import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from helpbutton.settings import Settings
from tests.processes import Process, free_port, wait_for

READY_WITHIN_S = 40


def environment(data_dir: Path, port: int, provider_url: str, **more: str) -> dict[str, str]:
    """The environment of every process: settings by name, nothing of ours besides."""
    token = data_dir / "twilio-token"
    token.write_text("t" * 32)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HELPBUTTON_")}
    settings = {
        "DATA_DIR": str(data_dir),
        "PORT": str(port),
        "SMS": "twilio",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN_FILE": str(token),
        "TWILIO_FROM": "+358500000000",
        "TWILIO_API_BASE": provider_url,
        **more,
    }
    return kept | {f"HELPBUTTON_{name}": value for name, value in settings.items()}


class Installation:
    """Started with `start`, hurt with `kill_something`, and always put away with `close`."""

    def __init__(self, data_dir: Path, commands: list[str], env: dict[str, str], port: int) -> None:
        self.data_dir, self.port = data_dir, port
        self.url = f"http://127.0.0.1:{port}"
        log = data_dir / "log"
        self.processes = [
            Process([sys.executable, "-m", "helpbutton", *command.split()], log=log, env=env)
            for command in commands
        ]

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
        """SIGKILL for one process, chosen at random among all that run; returns its name."""
        family = [
            pid
            for process in self.processes
            if process.running
            for pid in (process.pid, *descendants(process.pid))
        ]
        victim = chance.choice(family)
        name = command_of(victim)
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
        return name

    def log(self) -> str:
        return self.processes[0].output()

    def close(self) -> None:
        for process in self.processes:
            if process.running:
                process.end(within=20)
            process.kill()


def on_sqlite(demo_data: Path, directory: Path, provider_url: str) -> Installation:
    """`helpbutton run` with its embedded broker."""
    data_dir = directory / "data"
    shutil.copytree(demo_data, data_dir)
    port = free_port()
    return Installation(data_dir, ["run"], environment(data_dir, port, provider_url), port)


def on_postgres(
    demo_data: Path, directory: Path, provider_url: str, database_url: str, redis_url: str
) -> Installation:
    """The processes of docker-compose.yml, over a database that has the demo already."""
    data_dir = directory / "data"
    shutil.copytree(demo_data, data_dir, ignore=shutil.ignore_patterns("*.sqlite*"))
    port = free_port()
    env = environment(data_dir, port, provider_url, DATABASE_URL=database_url, REDIS_URL=redis_url)
    return Installation(data_dir, ["web", "worker", "sweep"], env, port)


def settings_of(installation: Installation, database_url: str = "") -> Settings:
    """Settings with which a test looks into the installation's database."""
    return Settings(data_dir=installation.data_dir, database_url=database_url, redis_url="none")


def sign_ins(installation: Installation) -> list[dict[str, object]]:
    people: list[dict[str, object]] = json.loads((installation.data_dir / "demo-sign-ins.json").read_text())
    return people


def descendants(pid: int) -> Iterator[int]:
    """Every process below `pid`, read from /proc."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in task.read_text().split():
                yield int(child)
                yield from descendants(int(child))


def command_of(pid: int) -> str:
    """The command line of a process, for the fault log."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()[:120].strip()
    except OSError:
        return str(pid)
