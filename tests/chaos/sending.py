"""A provider that is hostile, and senders that are killed and frozen."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.chaos.installation import Target
from tests.fakes.provider import Provider

SENDERS = ("worker", "sweep")
HOSTILE = {
    "busy": 0.05,
    "unavailable": 0.03,
    "drop": 0.03,
    "accept_error": 0.05,
    "accept_drop": 0.05,
    "accept_drop:3600": 0.04,
    "slow:1.5": 0.04,
    "callback_none": 0.1,
    "callback_late:2": 0.1,
    "callback_twice": 0.1,
    "callback_shuffled": 0.1,
    "callback_forged": 0.1,
    "list_lag:3": 0.2,
    "list_error": 0.1,
    "fetch_error": 0.1,
}
"""Which share of the calls each behaviour spoils."""
LONGEST_FREEZE_S = 25.0


def make_hostile(provider: Provider) -> None:
    for behaviour, share in HOSTILE.items():
        provider.behave(behaviour, share=share)


@contextmanager
def faults(hurt: Target, provider: Provider, chance: random.Random, *, every: int) -> Iterator[list[str]]:
    """Inside the block a sender is killed or frozen after about every so many calls to the provider.

    So the faults come while messages leave, however slow the machine is. Yields what was done; afterwards all run on.
    """
    done: list[str] = []
    stop = threading.Event()
    thaws: list[tuple[float, Callable[[], None]]] = []

    def run_on(before: float) -> None:
        for due, thaw in list(thaws):
            if due <= before:
                thaw()
                thaws.remove((due, thaw))

    def hurt_them() -> None:
        enough = provider.calls() + chance.randint(1, 2 * every)
        while not stop.wait(0.2):
            run_on(time.monotonic())
            if provider.calls() < enough:
                continue
            enough = provider.calls() + chance.randint(1, 2 * every)
            if chance.random() < 0.5:
                done.append(f"killed {hurt.kill_something(chance, *SENDERS)}")
            else:
                until = time.monotonic() + chance.uniform(1, LONGEST_FREEZE_S)
                thaws.append((until, hurt.freeze_something(chance, *SENDERS)))
                done.append("frozen")

    thread = threading.Thread(target=hurt_them)
    thread.start()
    try:
        yield done
    finally:
        stop.set()
        thread.join()
        run_on(float("inf"))
