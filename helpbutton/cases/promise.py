"""When a desk answers: opening hours and working days turned into a date, by pure rules.

The day of receipt is not counted; day 1 is the desk's next working day (THL, Lastensuojelun käsikirja, "Lastensuojelun
aikarajat": received on a Tuesday, the seventh working day is Thursday of the next week).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import holidays

from helpbutton.clock import HELSINKI

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_AHEAD_DAYS = 400
END_OF_DAY = dt.time(23, 59)


class NeverOpen(ValueError):
    """The desk has no opening hours in the coming year, so nothing can be promised."""


@dataclass(frozen=True)
class DeskHours:
    """A desk's week in local time: for each weekday pairs of minutes from midnight (0-1440), and its exceptions."""

    week: tuple[tuple[tuple[int, int], ...], ...]
    open_on_holidays: bool = False
    closures: frozenset[dt.date] = frozenset()

    @classmethod
    def parse(
        cls, week: Mapping[str, Sequence[Sequence[str]]], *, open_on_holidays: bool, closures: Sequence[str]
    ) -> "DeskHours":
        """From `{"mon": [["08:00", "16:00"]], ...}` and ISO dates. Raises ValueError with the faulty part."""
        unknown = set(week) - set(WEEKDAYS)
        if unknown:
            raise ValueError(f"unknown weekday {sorted(unknown)[0]!r}")
        days = tuple(tuple(_span(day, pair) for pair in week.get(day, ())) for day in WEEKDAYS)
        for day, spans in zip(WEEKDAYS, days, strict=True):
            if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
                raise ValueError(f"{day}: opening hours overlap or are not in order")
        return cls(days, open_on_holidays, frozenset(dt.date.fromisoformat(day) for day in closures))

    @property
    def never_closes(self) -> bool:
        """Open at every hour of every day."""
        always = all(spans == ((0, 1440),) for spans in self.week)
        return always and self.open_on_holidays and not self.closures

    def on(self, day: dt.date) -> tuple[tuple[int, int], ...]:
        """The opening hours of one date; empty when closed."""
        if day in self.closures or (not self.open_on_holidays and day in finnish_holidays(day.year)):
            return ()
        return self.week[day.weekday()]


@dataclass(frozen=True)
class Promise:
    """`respond_by` (Helsinki): closing time of the last promised day; `opens_at`: when somebody first reads it."""

    respond_by: dt.datetime
    opens_at: dt.datetime
    open_now: bool
    working_days: int


@cache
def finnish_holidays(year: int) -> frozenset[dt.date]:
    """Public holidays of Finland with Midsummer Eve and Christmas Eve, on which offices are closed."""
    return frozenset(holidays.country_holidays("FI", years=year))


def promise(hours: DeskHours, *, received: dt.datetime, working_days: int) -> Promise:
    """Promise for something received at an aware moment. Raises NeverOpen.

    With `working_days` 0 the answer comes on the present opening day, or the next one when today's hours are over.
    """
    start = received.astimezone(HELSINKI)
    opens = next_opening(hours, start)
    if working_days == 0:
        day = opens.date()
    else:
        day = start.date()
        for _ in range(working_days):
            day = _next_working_day(hours, day)
    return Promise(
        respond_by=_at(day, hours.on(day)[-1][1]),
        opens_at=opens,
        open_now=opens == start,
        working_days=working_days,
    )


def is_open(hours: DeskHours, moment: dt.datetime) -> bool:
    """Whether the desk is open at the aware moment."""
    local = moment.astimezone(HELSINKI)
    minute = local.hour * 60 + local.minute
    return any(opening <= minute < closing for opening, closing in hours.on(local.date()))


def next_opening(hours: DeskHours, moment: dt.datetime) -> dt.datetime:
    """The moment itself (in Helsinki time) when the desk is open, else when it opens next. Raises NeverOpen."""
    start = moment.astimezone(HELSINKI)
    day = start.date()
    for _ in range(LOOK_AHEAD_DAYS):
        for opening, closing in hours.on(day):
            if start < _at(day, closing):
                return max(start, _at(day, opening))
        day += dt.timedelta(days=1)
    raise NeverOpen


def earlier(current: dt.datetime, proposed: dt.datetime) -> dt.datetime:
    """A promise given may only move to an earlier date."""
    return min(current, proposed)


def _next_working_day(hours: DeskHours, day: dt.date) -> dt.date:
    for offset in range(1, LOOK_AHEAD_DAYS):
        candidate = day + dt.timedelta(days=offset)
        if hours.on(candidate):
            return candidate
    raise NeverOpen


def _at(day: dt.date, minutes: int) -> dt.datetime:
    """Local wall time; midnight at the end of a day is written 23:59 so that it keeps that day's date."""
    wall = END_OF_DAY if minutes == 1440 else dt.time(minutes // 60, minutes % 60)
    return dt.datetime.combine(day, wall, tzinfo=HELSINKI)


def _span(day: str, pair: Sequence[str]) -> tuple[int, int]:
    opening, closing = (_minutes(day, value) for value in pair)
    if opening >= closing:
        raise ValueError(f"{day}: opens at {pair[0]} but closes at {pair[1]}")
    return opening, closing


def _minutes(day: str, value: str) -> int:
    hour, _, minute = value.partition(":")
    if not (hour.isdigit() and minute.isdigit() and len(value) == 5):
        raise ValueError(f"{day}: {value!r} is not HH:MM")
    total = int(hour) * 60 + int(minute)
    if int(minute) > 59 or total > 1440:
        raise ValueError(f"{day}: {value!r} is not a time of day")
    return total
