"""Real processes for the tests: each in a session of its own, to be frozen or killed, and always reaped."""

import os
import random
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from helpbutton.children import dying_with

BELOW_OUTGOING_PORTS = range(20000, 32000)
"""Ports that the system does not hand to outgoing connections, so one stays free across a restart."""


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    for port in random.sample(BELOW_OUTGOING_PORTS, 200):
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free port")


def wait_for(condition: str | Callable[[], object], *, within: float = 15.0, every: float = 0.05) -> None:
    """Wait until the address answers 200 or the condition holds; TimeoutError after `within` seconds."""
    holds = (lambda: _answers(condition)) if isinstance(condition, str) else condition
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {within} s: {condition}")
        time.sleep(every)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


class Process:
    """One command that can be started again and again; what it prints is appended to `log`."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: tuple[int, int] | None = None,
    ) -> None:
        self.command = [str(word) for word in command]
        self.log = log
        self._env = env
        self._cwd = cwd
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self.running:
            raise RuntimeError(f"already running: {self.command}")
        as_user = {"user": self._user[0], "group": self._user[1], "extra_groups": []} if self._user else {}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._env,
                cwd=self._cwd,
                start_new_session=True,
                preexec_fn=dying_with(os.getpid()),
                **as_user,
            )

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"
        return self._process.pid

    def end(self, number: signal.Signals = signal.SIGTERM, *, within: float = 15.0) -> int:
        """Ask it to end and return its exit code; what is left after `within` seconds is killed."""
        assert self._process is not None, "not started"
        self._process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(within)
        self.kill()
        return self._process.returncode

    def kill(self) -> None:
        """SIGKILL for it and everything it started; harmless when it has ended."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Freeze it and everything it started."""
        os.killpg(self.pid, signal.SIGSTOP)

    def cont(self) -> None:
        """Let it run on."""
        os.killpg(self.pid, signal.SIGCONT)

    def output(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""
