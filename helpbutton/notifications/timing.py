"""When a notification may leave, pure: the safe hours of the sender, the opening hours of the desk, the night."""

import datetime as dt
from dataclasses import dataclass

from helpbutton.cases.promise import DeskHours, NeverOpen, next_opening
from helpbutton.clock import HELSINKI
from helpbutton.notifications.lifecycle import (
    ALERTS,
    CONFIRMATION,
    DESK_ALERT,
    DIGEST,
    DUTY_ALERT,
    ONE_TIME_CODE,
    SLIPPED,
    TOO_OLD_AFTER,
)

FRESH_CONFIRMATION = dt.timedelta(minutes=15)
"""A confirmation answers the sender's own act; one that is later than this waits for their safe hours."""
LATE = dt.timedelta(minutes=30)
"""What comes later than this after what it tells about does not come at night."""
VALIDITY_S = 3600
CODE_VALIDITY_S = 600
SHORTEST_VALIDITY_S = 60
MORNING, NIGHT = dt.time(8, 0), dt.time(21, 0)
MIDNIGHT = dt.time(0, 0)


@dataclass(frozen=True)
class SafeHours:
    """Between which local times ("HH:MM") the sender may be texted; None is no limit; may span midnight."""

    not_before: str | None = None
    not_after: str | None = None

    def next(self, moment: dt.datetime) -> dt.datetime:
        """The moment itself when inside, else the next beginning (aware), or in the morning."""
        opens, closes = self.limits()
        wall = moment.astimezone(HELSINKI).time()
        if opens is None and closes is None:
            return moment
        morning = opens or (MORNING if closes and closes > MORNING else MIDNIGHT)
        return moment if _inside(wall, morning, closes) else _next_wall(moment, morning)

    def seconds_left(self, moment: dt.datetime) -> float:
        """For how long a text sent now may still arrive: to the last hour, else midnight; infinite without limits."""
        opens, closes = self.limits()
        if opens is None and closes is None:
            return float("inf")
        return (_next_wall(moment, closes or MIDNIGHT) - moment).total_seconds()

    def limits(self) -> tuple[dt.time | None, dt.time | None]:
        """The first and the last local time; None, None when every hour is safe."""
        opens, closes = (dt.time.fromisoformat(v) if v else None for v in (self.not_before, self.not_after))
        return (None, None) if opens == closes else (opens, closes)


DAYTIME = SafeHours(MORNING.isoformat("minutes"), NIGHT.isoformat("minutes"))


def earliest(
    purpose: str, *, now: dt.datetime, created: dt.datetime, safe: SafeHours | None, hours: DeskHours | None
) -> dt.datetime:
    """When this notification may leave: now or later (aware).

    Urgent alerts and fresh confirmations are never held; other alerts to staff wait for the day once they are late.
    That a promise slipped is said by day, an answer that somebody has just written at once. A desk whose calendar
    never opens is told at once.
    """
    if purpose == DESK_ALERT:
        return _opening(hours, now) if hours else now
    age = now - created
    if purpose == DUTY_ALERT or (purpose == CONFIRMATION and age < FRESH_CONFIRMATION):
        return now
    if purpose in ALERTS:
        return now if age < LATE else DAYTIME.next(now)
    if safe is None:
        return now
    if purpose == SLIPPED:
        return _by_day(safe, now)
    if age < LATE or purpose == ONE_TIME_CODE or safe.limits() != (None, None):
        return safe.next(now)
    return DAYTIME.next(now)


def is_too_old(
    purpose: str, *, now: dt.datetime, created: dt.datetime, safe: SafeHours | None, hours: DeskHours | None
) -> bool:
    """Whether a notification says nothing any more, counted from when it could first have left."""
    if purpose not in TOO_OLD_AFTER:
        return False
    if purpose == DIGEST:
        first = _next_wall(created, MORNING)
    else:
        first = earliest(purpose, now=created, created=created, safe=safe, hours=hours)
    return now - first > TOO_OLD_AFTER[purpose]


def validity_s(purpose: str, *, now: dt.datetime, created: dt.datetime, safe: SafeHours | None) -> int:
    """After how many seconds the provider gives up, so that nothing stale or outside safe hours arrives."""
    if safe is None or (purpose == CONFIRMATION and now - created < FRESH_CONFIRMATION):
        return VALIDITY_S
    longest: float = CODE_VALIDITY_S if purpose == ONE_TIME_CODE else VALIDITY_S
    if purpose == SLIPPED and DAYTIME.next(now) == now:
        longest = min(longest, DAYTIME.seconds_left(now))
    return int(max(SHORTEST_VALIDITY_S, min(longest, safe.seconds_left(now))))


def _by_day(safe: SafeHours, moment: dt.datetime) -> dt.datetime:
    """Inside both the sender's hours and the day; inside theirs alone where the two never meet."""
    found = moment
    for _ in range(2):
        found = safe.next(DAYTIME.next(found))
        if DAYTIME.next(found) == found:
            return found
    return safe.next(moment)


def _opening(hours: DeskHours, moment: dt.datetime) -> dt.datetime:
    try:
        return next_opening(hours, moment)
    except NeverOpen:
        return moment


def _inside(wall: dt.time, opens: dt.time, closes: dt.time | None) -> bool:
    if closes is None:
        return wall >= opens
    if opens < closes:
        return opens <= wall < closes
    return wall >= opens or wall < closes


def _next_wall(moment: dt.datetime, wall: dt.time) -> dt.datetime:
    local = moment.astimezone(HELSINKI)
    candidate = dt.datetime.combine(local.date(), wall, tzinfo=HELSINKI)
    if candidate.astimezone(dt.UTC) <= moment:
        candidate = dt.datetime.combine(local.date() + dt.timedelta(days=1), wall, tzinfo=HELSINKI)
    return candidate.astimezone(dt.UTC)
