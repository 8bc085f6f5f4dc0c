"""How a process with threads hears that it shall end."""

import signal
import time
from collections.abc import Callable

LOOK_EVERY_S = 0.1


def listen() -> Callable[[], bool]:
    """Take SIGTERM and SIGINT from now on; the answer tells whether one has come.

    The handler takes no lock, which the thread that it interrupts might hold.
    """
    heard: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda heard_number, _frame: heard.append(heard_number))
    return lambda: bool(heard)


def wait_until(over: Callable[[], bool]) -> None:
    """Wait in the main thread, looking again and again: the kernel may hand a signal to another thread, as it does
    right after SIGCONT, and then nothing wakes a main thread that waits without end."""
    while not over():
        time.sleep(LOOK_EVERY_S)
