"""Child processes that inherit our settings, stand in sessions of their own and do not outlive us."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from helpbutton import clock
from helpbutton.settings import Settings

PR_SET_PDEATHSIG = 1
"""Linux, prctl(2): the signal that a process gets when its parent dies."""

FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 5.0
STEADY_AFTER_S = 10.0


def hand_down(settings: Settings) -> None:
    """Put `settings` into the environment of every process that this one starts or becomes from now on.

    `putenv` changes what is inherited and nothing that this process reads. Command lines would show the
    database password to everybody on the machine.
    """
    for name in Settings.model_fields:
        value = getattr(settings, name)
        text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        os.putenv(f"HELPBUTTON_{name.upper()}", text)


class Child:
    """One process that is started again, a little later each time, whenever it ends by itself."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self.deaths = 0
        self._command = list(command)
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._due = 0.0
        self._delay = FIRST_DELAY_S

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C in a terminal reaches only the supervisor."""
        self._started = clock.monotonic()
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=dying_with(os.getpid()),
        )

    def mind(self) -> str | None:
        """Start it again when it has ended and its delay is over; the words to log when it has just ended."""
        if self._process is None:
            if clock.monotonic() >= self._due:
                self.start()
            return None
        code = self._process.poll()
        if code is None:
            return None
        self.kill()
        now = clock.monotonic()
        if now - self._started >= STEADY_AFTER_S:
            self._delay = FIRST_DELAY_S
        self._due = now + self._delay
        self.deaths += 1
        words = f"{self.name} ended ({_in_words(code)}), starting it again in {self._delay:.1f} s"
        self._delay = min(self._delay * 2, LONGEST_DELAY_S)
        return words

    def ask_to_stop(self) -> None:
        if self._process is not None:
            self._process.terminate()

    def stopped(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def kill(self) -> None:
        """End it and everything that it has started, at once."""
        if self._process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None


def _in_words(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def dying_with(parent: int) -> Callable[[], None] | None:
    """What a new child does first on Linux: ask the kernel to kill it when `parent` dies."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return ask
