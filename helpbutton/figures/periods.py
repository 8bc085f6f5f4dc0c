"""The times that figures are of, pure, and which of them together tell what came in between."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from helpbutton import clock

PERIODS = ("today", "week", "last_week", "month", "year")
Span = tuple[dt.datetime, dt.datetime]
"""Start and end (aware)."""


@dataclass(frozen=True)
class Between:
    """What lies in the `longer` periods and not in the `shorter` ones, as everybody can reckon who sees them all."""

    longer: tuple[str, ...]
    shorter: tuple[str, ...]

    def count(self, count_in: Callable[[str], int]) -> int:
        """How much of it there is, from how much each period has."""
        return sum(map(count_in, self.longer)) - sum(map(count_in, self.shorter))


def spans(now: dt.datetime) -> Mapping[str, Span]:
    """Each of `PERIODS` around an aware moment, from one Helsinki midnight to another."""
    today = clock.local(now).date()
    monday = today - dt.timedelta(days=today.weekday())
    days = {
        "today": (today, today + dt.timedelta(days=1)),
        "week": (monday, monday + dt.timedelta(days=7)),
        "last_week": (monday - dt.timedelta(days=7), monday),
        "month": (today.replace(day=1), (today.replace(day=28) + dt.timedelta(days=4)).replace(day=1)),
        "year": (today.replace(month=1, day=1), today.replace(year=today.year + 1, month=1, day=1)),
    }
    return {name: (_midnight(start), _midnight(end)) for name, (start, end) in days.items()}


def around(name: str, of: Mapping[str, Span]) -> tuple[Between, ...]:
    """The differences that a period's numbers are the smaller part of.

    All but last week end with today, as far as anything can have come; so each begins before or within another, and
    last week, with this week, is one of them too.
    """
    starts = {each: start for each, (start, _) in of.items()}
    fortnight = ("last_week", "week")
    to_today = [each for each in PERIODS if each != "last_week"]
    if name == "last_week":
        longer = [each for each in to_today if starts[each] <= starts[name]]
        return tuple(Between((each,), shorter) for each in longer for shorter in (("last_week",), fortnight))
    found = [Between((each,), (name,)) for each in to_today if starts[each] < starts[name]]
    if starts["last_week"] < starts[name] < starts["week"]:
        found.append(Between(fortnight, (name,)))
    return tuple(found)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=clock.HELSINKI)
