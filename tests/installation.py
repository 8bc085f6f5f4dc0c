"""One installation in real processes, started with the very commands of docker-compose.yml."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.processes import Process, free_port, wait_for

ROOT = Path(__file__).resolve().parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = ("web", "worker", "sweeper")


class Installation:
    """`settings` are names without their prefix: `Installation(place, database_url=..., redis_url=...)`. One web worker
    does where nothing else is said; each takes seconds to start."""

    def __init__(self, data_dir: Path, **settings: str | int | Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self.data_dir = data_dir
        self.port = int(settings.setdefault("port", free_port()))
        settings.setdefault("web_workers", 1)
        self.url = f"http://127.0.0.1:{self.port}"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HELPBUTTON_")}
        ours = {f"HELPBUTTON_{name.upper()}": str(value) for name, value in settings.items()}
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
        self.env = {**inherited, **ours, "HELPBUTTON_DATA_DIR": str(data_dir), "PATH": path}
        self.processes = {
            name: Process(command_of(name), log=data_dir / f"{name}.log", env=self.env, cwd=data_dir)
            for name in OURS
        }

    def helpbutton(self, *arguments: str) -> str:
        """Run one command to its end and return what it printed. Raises CalledProcessError."""
        done = subprocess.run(
            ["helpbutton", *arguments],
            check=True,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=self.env,
            cwd=self.data_dir,
        )
        return done.stdout

    def start(self, *names: str) -> None:
        """Start these processes (all of them when none is named) and wait until the web answers."""
        for name in names or OURS:
            self.processes[name].start()
        if "web" in (names or OURS):
            wait_for(f"{self.url}/health/live", within=60)

    def close(self) -> None:
        """End what still runs, also when it is frozen."""
        for process in self.processes.values():
            if process.running:
                process.cont()
                process.end()


def command_of(service: str) -> list[str]:
    """The command that docker-compose.yml starts for a service."""
    command: list[str] = COMPOSE["services"][service]["command"]
    return command


@contextmanager
def installation(data_dir: Path, **settings: str | int | Path) -> Iterator[Installation]:
    """An installation that is not started yet and leaves no process behind."""
    place = Installation(data_dir, **settings)
    try:
        yield place
    finally:
        place.close()
        for process in place.processes.values():
            process.kill()
