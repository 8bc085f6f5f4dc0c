"""Short memory for reference data: it changes only with `helpbutton init`, and every request asks for it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from helpbutton import clock
from helpbutton.db import reading

KEPT_FOR_S = 30.0
Kept = TypeVar("Kept")

_everything: list[dict[str, tuple[float, Any]]] = []


def remembered(load: Callable[[], Kept]) -> Callable[[], Kept]:
    """`load` asked at most every 30 seconds by each process for each database; its result must be frozen."""
    kept: dict[str, tuple[float, Kept]] = {}
    _everything.append(kept)

    @wraps(load)
    def ask() -> Kept:
        database = str(reading().get_bind().engine.url)
        until, value = kept.get(database, (0.0, None))
        if value is None or clock.monotonic() >= until:
            value = load()
            kept[database] = (clock.monotonic() + KEPT_FOR_S, value)
        return value

    return ask


def forget() -> None:
    """Ask anew the next time, in this process; others do within 30 seconds."""
    for kept in _everything:
        kept.clear()
