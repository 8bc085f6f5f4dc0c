"""Counting in a desk's own open time, pure: how much of it lies between two moments, and which moment leaves how much.

Spans are counted in UTC, so that a change to summer or winter time adds or takes its hour.
"""

import datetime as dt
from collections.abc import Iterator

from helpbutton.cases.promise import LOOK_AHEAD_DAYS, DeskHours, NeverOpen
from helpbutton.clock import HELSINKI

NOTHING = dt.timedelta(0)
DAY = dt.timedelta(days=1)


def open_between(hours: DeskHours, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
    """The desk's open time between two aware moments."""
    return sum((closes - opens for opens, closes in _spans(hours, start, end)), NOTHING)


def moment_with_left(
    hours: DeskHours, start: dt.datetime, end: dt.datetime, left: dt.timedelta
) -> dt.datetime:
    """The aware moment (UTC) between `start` and `end` from which `left` of open time remains until `end`."""
    for opens, closes in reversed(list(_spans(hours, start, end))):
        if closes - opens >= left:
            return closes - left
        left -= closes - opens
    return start


def after_open_time(hours: DeskHours, start: dt.datetime, span: dt.timedelta) -> dt.datetime:
    """The aware moment (UTC) at which the desk has been open for `span` since `start`. Raises NeverOpen."""
    for opens, closes in _spans(hours, start, start + LOOK_AHEAD_DAYS * DAY):
        if closes - opens >= span:
            return opens + span
        span -= closes - opens
    raise NeverOpen


def _spans(
    hours: DeskHours, start: dt.datetime, end: dt.datetime
) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """The desk's opening hours between two moments, in order, as pairs of moments in UTC."""
    start, end = start.astimezone(dt.UTC), end.astimezone(dt.UTC)
    day, last = start.astimezone(HELSINKI).date(), end.astimezone(HELSINKI).date()
    while day <= last:
        for opening, closing in hours.on(day):
            opens, closes = max(start, _at(day, opening)), min(end, _at(day, closing))
            if opens < closes:
                yield opens, closes
        day += DAY


def _at(day: dt.date, minutes: int) -> dt.datetime:
    """Local wall time in UTC; minute 1440 is the midnight that ends the day."""
    if minutes == 1440:
        day, minutes = day + DAY, 0
    wall = dt.time(minutes // 60, minutes % 60)
    return dt.datetime.combine(day, wall, tzinfo=HELSINKI).astimezone(dt.UTC)
