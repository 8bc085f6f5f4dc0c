"""When to try again after nobody answered, pure: at another time of the day, while the desk and the family can talk."""

import datetime as dt

from helpbutton.cases.clock_time import after_open_time
from helpbutton.cases.promise import DeskHours, NeverOpen, is_open, next_opening
from helpbutton.clock import HELSINKI

REST = dt.timedelta(hours=3)
"""Open hours of the desk between two tries: after a morning comes an afternoon, after an afternoon the next morning."""
QUARTER = dt.timedelta(minutes=15)
LOOK_AHEAD = 14


def propose(
    hours: DeskHours,
    *,
    now: dt.datetime,
    not_before: str | None,
    not_after: str | None,
    answer_by: dt.datetime | None,
) -> dt.datetime | None:
    """The moment to propose (Helsinki time), on a quarter of an hour; None for a desk that is never open.

    `not_before` and `not_after` ("HH:MM", local) are the hours at which the family may be called. While the family
    waits for its first answer by `answer_by`, the try comes half-way before that date if it would be later. Moments
    are aware.
    """
    try:
        wanted = after_open_time(hours, now, REST)
        if answer_by is not None and now < answer_by < wanted:
            wanted = now + (answer_by - now) / 2
        return _suitable(hours, _next_quarter(wanted), not_before, not_after)
    except NeverOpen:
        return None


def _suitable(
    hours: DeskHours, moment: dt.datetime, not_before: str | None, not_after: str | None
) -> dt.datetime | None:
    """The first moment from here on at which the desk is open and the family may be called."""
    for _ in range(LOOK_AHEAD):
        if not is_open(hours, moment):
            moment = next_opening(hours, moment).astimezone(HELSINKI)
        clock_face = f"{moment:%H:%M}"
        if not_before is not None and clock_face < not_before:
            moment = _at(moment.date(), not_before)
        elif not_after is not None and clock_face >= not_after:
            moment = _at(moment.date() + dt.timedelta(days=1), not_before or "00:00")
        if is_open(hours, moment) and _allowed(moment, not_before, not_after):
            return moment
    return None


def _allowed(moment: dt.datetime, not_before: str | None, not_after: str | None) -> bool:
    return (not_before or "00:00") <= f"{moment:%H:%M}" < (not_after or "24:00")


def _next_quarter(moment: dt.datetime) -> dt.datetime:
    local = moment.astimezone(HELSINKI)
    past = dt.timedelta(minutes=local.minute % 15, seconds=local.second, microseconds=local.microsecond)
    return local - past + QUARTER if past else local


def _at(day: dt.date, clock_face: str) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(clock_face), tzinfo=HELSINKI)
