"""Rosters as iCalendar files (RFC 5545): written for calendars that fetch them, read from other rosters."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from icalendar import Calendar, Component, Event

from helpbutton.clock import HELSINKI

MOST_EVENTS = 500
YEARS = range(1970, 2200)
PRODUCT = "-//helpbutton//duty//EN"


class NotACalendar(Exception):
    """The file is no iCalendar, or has more than `MOST_EVENTS` events."""


@dataclass(frozen=True)
class Turn:
    """A shift as a calendar shows it: aware moments, and the name of whoever is on duty."""

    id: int
    name: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    changed_at: dt.datetime


@dataclass(frozen=True)
class Entry:
    """An event of a file. `addresses` are those of its attendees in small letters, `names` theirs and its title;
    a moment is None where the file has none that counts; `repeats`: it stands for many; `cancelled`: it takes place no
    more."""

    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    addresses: tuple[str, ...]
    names: tuple[str, ...]
    repeats: bool
    cancelled: bool

    @property
    def title(self) -> str:
        """How the event calls itself."""
        return next(iter((*self.names, *self.addresses)), "")


def written(turns: Iterable[Turn], *, title: str) -> bytes:
    """A calendar of these shifts; nothing but their times and names is in it."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", title)
    for turn in turns:
        event = Event()
        event.add("uid", f"shift-{turn.id}@helpbutton")
        event.add("dtstamp", turn.changed_at.astimezone(dt.UTC))
        event.add("dtstart", turn.starts_at.astimezone(dt.UTC))
        event.add("dtend", turn.ends_at.astimezone(dt.UTC))
        event.add("summary", turn.name)
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def read(content: bytes) -> list[Entry]:
    """The events of a file in its order. Raises NotACalendar."""
    try:
        calendars = Calendar.from_ical(content, multiple=True)
        events = [(event, calendar) for calendar in calendars for event in calendar.walk("VEVENT")]
        if not calendars or len(events) > MOST_EVENTS:
            raise NotACalendar
        return [_entry(event, cancelled=_cancelled(event, calendar)) for event, calendar in events]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError):
        raise NotACalendar from None


def _entry(event: Component, *, cancelled: bool) -> Entry:
    starts_at, ends_at = _moment(event, "DTSTART"), _moment(event, "DTEND")
    duration = event.get("DURATION")
    if ends_at is None and starts_at is not None and duration is not None:
        ends_at = starts_at + duration.dt
    attendees = event.get("ATTENDEE", [])
    people = attendees if isinstance(attendees, list) else [attendees]
    names = [str(person.params.get("CN", "")) for person in people]
    return Entry(
        starts_at=starts_at,
        ends_at=ends_at,
        addresses=tuple(_addresses(str(person) for person in people)),
        names=tuple(name.strip() for name in (*names, str(event.get("SUMMARY", ""))) if name.strip()),
        repeats=_repeats(event),
        cancelled=cancelled,
    )


def _repeats(event: Component) -> bool:
    """One occurrence of a series (RECURRENCE-ID) is an event of its own, unless it stands for the later ones, too."""
    occurrence = event.get("RECURRENCE-ID")
    later_ones = occurrence is not None and "RANGE" in occurrence.params
    return later_ones or "RRULE" in event or "RDATE" in event


def _cancelled(event: Component, calendar: Component) -> bool:
    """By itself, or because the whole file takes back what was sent before (RFC 5546, METHOD:CANCEL)."""
    return str(event.get("STATUS")).upper() == "CANCELLED" or str(calendar.get("METHOD")).upper() == "CANCEL"


def _moment(event: Component, name: str) -> dt.datetime | None:
    """Aware; a moment without a zone is meant in Helsinki, a whole day begins at midnight there.

    None for a moment of another age.
    """
    value = event.get(name)
    if value is None or value.dt.year not in YEARS:
        return None
    found = value.dt
    if not isinstance(found, dt.datetime):
        found = dt.datetime.combine(found, dt.time())
    aware: dt.datetime = found if found.tzinfo is not None else found.replace(tzinfo=HELSINKI)
    return aware.astimezone(dt.UTC)


def _addresses(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        scheme, _, address = value.partition(":")
        if scheme.lower() == "mailto" and address:
            yield address.strip().lower()
