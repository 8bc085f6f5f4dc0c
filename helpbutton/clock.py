"""The only reader of the clock: UTC for storage, Europe/Helsinki for people, and a hand to set it in tests."""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

HELSINKI = ZoneInfo("Europe/Helsinki")

_offset = dt.timedelta(0)


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC) + _offset


def today() -> dt.date:
    """Today's date in Helsinki."""
    return local(now()).date()


def end_of_today() -> dt.datetime:
    """The aware moment of the midnight, in Helsinki, that ends today."""
    return dt.datetime.combine(today() + dt.timedelta(days=1), dt.time(), tzinfo=HELSINKI)


def local(moment: dt.datetime) -> dt.datetime:
    """The same moment with the Helsinki offset."""
    return moment.astimezone(HELSINKI)


def monotonic() -> float:
    """Seconds that never jump, for waiting and for leases inside one process."""
    return time.monotonic()


@contextmanager
def moved(to: dt.datetime) -> Iterator[None]:
    """Inside the block `now()` starts at the aware moment `to` and runs on from there."""
    global _offset
    before = _offset
    _offset = to - dt.datetime.now(dt.UTC)
    try:
        yield
    finally:
        _offset = before
