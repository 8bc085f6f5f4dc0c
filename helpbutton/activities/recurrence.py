"""When an activity takes place: iCalendar recurrence rules (RFC 5545) turned into its coming times, by pure rules.

Rules are counted in local days, so that nine o'clock stays nine o'clock when the clocks change.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, takewhile
from typing import Any

from dateutil.rrule import rrule, rrulestr

from helpbutton.cases.promise import finnish_holidays
from helpbutton.clock import HELSINKI

LOOK_AHEAD = dt.timedelta(days=400)
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
TIME_PARTS = ("BYHOUR", "BYMINUTE", "BYSECOND")
LONG_PARTS = ("BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS", "BYEASTER")
"""Counted within months and years; beside FREQ=DAILY a day that never comes would be looked for until the year 9999."""
RULE = re.compile(r"[A-Za-z0-9=;,+-]+")
INTERVAL = re.compile(r"[1-9]\d{0,3}", re.ASCII)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class Slot:
    """One rule with its hours, "FREQ=WEEKLY;BYDAY=TU,TH" from 9 to 12, local time, within one day."""

    rule: str
    begins: dt.time
    ends: dt.time


@dataclass(frozen=True)
class Occasion:
    """One coming time; aware, in Helsinki time."""

    begins: dt.datetime
    ends: dt.datetime


@dataclass(frozen=True)
class Rhythm:
    """How a slot repeats, for words: every week or every other week on weekdays (0 is Monday), monthly, or other."""

    every: str
    weekdays: tuple[int, ...] = ()


@dataclass(frozen=True)
class Schedule:
    """An activity's times. `valid_from` is the first possible day (DTSTART); both ends and all pauses are included.

    Cancelled on Finnish public holidays unless `on_holidays`, on `exdates`, and in `pauses` (school holidays).
    """

    slots: tuple[Slot, ...]
    valid_from: dt.date
    valid_to: dt.date | None = None
    exdates: frozenset[dt.date] = frozenset()
    pauses: tuple[tuple[dt.date, dt.date], ...] = ()
    on_holidays: bool = False

    @classmethod
    def parse(
        cls, data: Mapping[str, Any], *, valid_from: dt.date, valid_to: dt.date | None = None
    ) -> "Schedule":
        """From `{"times": [{"rule", "begins", "ends"}], "exdates"?, "pauses"?, "on_holidays"?}` with ISO dates.

        Raises ValueError with the faulty part.
        """
        unknown = set(data) - {"times", "exdates", "pauses", "on_holidays"}
        if unknown:
            raise ValueError(f"unknown field {min(unknown)!r}")
        slots = tuple(_slot(times, valid_from) for times in data["times"])
        if not slots:
            raise ValueError("no times")
        pauses = tuple(
            (dt.date.fromisoformat(first), dt.date.fromisoformat(last))
            for first, last in data.get("pauses", ())
        )
        for first, last in pauses:
            if last < first:
                raise ValueError(f"a pause ends on {last}, before it begins on {first}")
        exdates = frozenset(dt.date.fromisoformat(day) for day in data.get("exdates", ()))
        return cls(slots, valid_from, valid_to, exdates, pauses, bool(data.get("on_holidays", False)))

    def takes_place(self, day: dt.date) -> bool:
        """Whether a day that the rules name is not cancelled."""
        return (
            day not in self.exdates
            and not any(first <= day <= last for first, last in self.pauses)
            and (self.on_holidays or day not in finnish_holidays(day.year))
        )


def coming(schedule: Schedule, *, at: dt.datetime, count: int = 1) -> tuple[Occasion, ...]:
    """The next `count` times that have not ended at the aware moment `at`, earliest first.

    Fewer, or none, when nothing more is due within 400 days.
    """
    found = [
        occasion for slot in schedule.slots for occasion in islice(_coming_of(schedule, slot, at), count)
    ]
    return tuple(sorted(found, key=lambda occasion: occasion.begins.astimezone(dt.UTC))[:count])


def rhythm(slot: Slot, *, valid_from: dt.date) -> Rhythm:
    """How the slot repeats, as far as it can be said in a few words; by days or weeks the 1 in 1TU says nothing."""
    parts = _parts(slot.rule)
    interval = parts.get("INTERVAL", "1")
    days = {day[-2:] for day in parts.get("BYDAY", "").split(",") if day}
    if parts["FREQ"] == "MONTHLY" and interval == "1":
        return Rhythm("month")
    if parts["FREQ"] == "DAILY" and interval == "1":
        return Rhythm("week", tuple(sorted(map(WEEKDAYS.index, days or WEEKDAYS))))
    if parts["FREQ"] == "WEEKLY" and interval in ("1", "2"):
        weekdays = tuple(sorted(map(WEEKDAYS.index, days))) or (valid_from.weekday(),)
        return Rhythm("week" if interval == "1" else "two_weeks", weekdays)
    return Rhythm("other")


def _coming_of(schedule: Schedule, slot: Slot, at: dt.datetime) -> Iterator[Occasion]:
    today = at.astimezone(HELSINKI).date()
    last = min(today + LOOK_AHEAD, schedule.valid_to or dt.date.max)
    moments = _rule(slot.rule, schedule.valid_from).xafter(dt.datetime.combine(today, dt.time()), inc=True)
    for day in takewhile(lambda day: day <= last, (moment.date() for moment in moments)):
        occasion = Occasion(_local(day, slot.begins), _local(day, slot.ends))
        if schedule.takes_place(day) and occasion.ends.astimezone(dt.UTC) > at:
            yield occasion


@lru_cache(maxsize=4096)
def _rule(text: str, valid_from: dt.date) -> rrule:
    """The rule over days. Raises ValueError."""
    return rrulestr(text, dtstart=dt.datetime.combine(valid_from, dt.time()), cache=True)


def _local(day: dt.date, time: dt.time) -> dt.datetime:
    """Wall time in Helsinki; an hour that the spring change leaves out falls into the next (RFC 5545, 3.3.5)."""
    return dt.datetime.combine(day, time, tzinfo=HELSINKI).astimezone(dt.UTC).astimezone(HELSINKI)


def _slot(times: Mapping[str, str], valid_from: dt.date) -> Slot:
    slot = Slot(times["rule"], dt.time.fromisoformat(times["begins"]), dt.time.fromisoformat(times["ends"]))
    if slot.begins >= slot.ends:
        raise ValueError(f"begins at {times['begins']} but ends at {times['ends']}")
    parts = _parts(slot.rule)
    if parts.get("FREQ") not in FREQUENCIES:
        raise ValueError(f"{slot.rule!r} repeats neither daily, weekly, monthly nor yearly")
    if set(parts) & set(TIME_PARTS):
        raise ValueError(f"{slot.rule!r} names hours; they belong into begins and ends")
    if not INTERVAL.fullmatch(parts.get("INTERVAL", "1")):
        raise ValueError(f"{slot.rule!r} has an interval that never ends")
    if parts["FREQ"] in ("DAILY", "WEEKLY") and set(parts) & set(LONG_PARTS):
        raise ValueError(f"{slot.rule!r} counts within months or years; it repeats monthly or yearly")
    if next(iter(_rule(slot.rule, valid_from).replace(count=None, until=None)), None) is None:
        raise ValueError(f"{slot.rule!r} names no day that ever comes")
    return slot


def _parts(rule: str) -> dict[str, str]:
    """FREQ, INTERVAL, BYDAY and the like. Raises ValueError."""
    pairs = [part.partition("=") for part in rule.upper().split(";")]
    if not RULE.fullmatch(rule) or not all(name and value for name, _, value in pairs):
        raise ValueError(f"{rule!r} is not an iCalendar rule")
    return {name: value for name, _, value in pairs}
