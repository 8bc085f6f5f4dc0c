"""What a desk may say of itself: its names, languages, hours, closures, promise and duty, checked field by field."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from helpbutton.cases.promise import WEEKDAYS, DeskHours
from helpbutton.cases.submission import KINDS, e164
from helpbutton.directory.rows import PROMISE_CHANNELS, Hours, ServiceRow
from helpbutton.directory.site_rules import KEY, NAME_LIMIT
from helpbutton.errors import FieldError, Invalid
from helpbutton.i18n import LANGUAGES, WRITTEN

LONGEST_PROMISE, LONGEST_SPACING_S, MOST_CLOSURES = 30, 86400, 200
SPANS = re.compile(r"\d\d:\d\d-\d\d:\d\d(?:,\d\d:\d\d-\d\d:\d\d)*", re.ASCII)
DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
OWN, NONE = "own", "none"
"""Of `night_duty`: the desk's own duty number, or nobody."""


@dataclass(frozen=True)
class Draft:
    """A desk as its keeper describes it, typed and not yet checked.

    `hours`: weekday (mon ... sun) to "8-16", "8:00–12:00, 13–16" or "" for closed. `closures`: days, ISO or 24.12.2026.
    `promise_days`, `alert_spacing_s` and the dates are as typed. No `kinds`: every kind of request.
    """

    names: Mapping[str, str]
    kind: str
    languages: tuple[str, ...]
    hours: Mapping[str, str]
    closures: tuple[str, ...] = ()
    open_on_holidays: bool = False
    interpreters: bool = True
    promise_days: str = "3"
    promise_channel: str = PROMISE_CHANNELS[0]
    duty_number: str = ""
    alert_spacing_s: str = "300"
    kinds: tuple[str, ...] = ()
    night_duty: str = ""
    valid_from: str = ""
    valid_to: str = ""


@dataclass(frozen=True)
class Wanted:
    """A checked desk, in the shapes in which it is stored."""

    names: Mapping[str, str]
    kind: str
    languages: tuple[str, ...]
    hours: Mapping[str, list[list[str]]]
    closures: tuple[str, ...]
    open_on_holidays: bool
    interpreters: bool
    promise_days: int
    promise_channel: str
    duty_number: str | None
    alert_spacing_s: int
    kinds: tuple[str, ...]
    night_duty: str | None
    valid_from: dt.date | None
    valid_to: dt.date | None


@dataclass(frozen=True)
class Choices:
    """Ids of the service kinds, and whether a key is that of another desk."""

    service_kinds: tuple[str, ...]
    is_other_desk: Callable[[str], bool]


def draft_of(row: ServiceRow) -> Draft:
    """A desk as its form shows it."""
    return Draft(
        names=row.names,
        kind=row.kind,
        languages=tuple(row.languages),
        hours=written_hours(row.hours),
        closures=tuple(row.closures),
        open_on_holidays=row.open_on_holidays,
        interpreters=row.interpreters,
        promise_days=str(row.promise_days),
        promise_channel=row.promise_channel,
        duty_number=row.duty_number or "",
        alert_spacing_s=str(row.alert_spacing_s),
        kinds=tuple(row.kinds),
        night_duty=row.night_duty or "",
        valid_from=row.valid_from.isoformat() if row.valid_from else "",
        valid_to=row.valid_to.isoformat() if row.valid_to else "",
    )


def checked(draft: Draft, choices: Choices, *earlier: FieldError) -> Wanted:
    """The desk as it is stored. Raises Invalid with every wrong field, `earlier` ones first."""
    errors = [*earlier, *_named(draft, choices)]
    hours = {day: _spans(draft.hours.get(day, "")) for day in WEEKDAYS}
    errors += [FieldError(f"hours_{day}", "hours") for day, spans in hours.items() if spans is None]
    week = {day: spans for day, spans in hours.items() if spans}
    if not week and None not in hours.values():
        errors.append(FieldError("hours_mon", "never_open"))
    closures = [day(typed) for typed in draft.closures]
    if None in closures:
        errors.append(FieldError("closures", "date"))
    if len(closures) > MOST_CLOSURES:
        errors.append(FieldError("closures", "too_many", {"limit": MOST_CLOSURES}))
    promise = _number(draft.promise_days, 0, LONGEST_PROMISE)
    spacing = _number(draft.alert_spacing_s, 1, LONGEST_SPACING_S)
    if promise is None:
        errors.append(FieldError("promise_days", "number", {"least": 0, "most": LONGEST_PROMISE}))
    if spacing is None:
        errors.append(FieldError("alert_spacing_s", "number", {"least": 1, "most": LONGEST_SPACING_S}))
    number = _phone(draft.duty_number)
    errors += _duty(draft, number, choices)
    dates = {name: day(getattr(draft, name)) for name in ("valid_from", "valid_to")}
    errors += _validity(draft, dates)
    if errors or promise is None or spacing is None:
        raise Invalid(*errors)
    return Wanted(
        names={language: line(name) for language, name in draft.names.items()},
        kind=draft.kind,
        languages=tuple(dict.fromkeys(draft.languages)),
        hours=week,
        closures=tuple(sorted({closed.isoformat() for closed in closures if closed})),
        open_on_holidays=draft.open_on_holidays,
        interpreters=draft.interpreters,
        promise_days=promise,
        promise_channel=draft.promise_channel,
        duty_number=number or None,
        alert_spacing_s=spacing,
        kinds=() if set(draft.kinds) == set(KINDS) else tuple(kind for kind in KINDS if kind in draft.kinds),
        night_duty=draft.night_duty or None,
        valid_from=dates["valid_from"],
        valid_to=dates["valid_to"],
    )


def key_errors(key: str) -> Iterator[FieldError]:
    """What is wrong with the key of a new desk or organisation."""
    if not KEY.fullmatch(key):
        yield FieldError("key", "site_key")


def name_errors(names: Mapping[str, str]) -> Iterator[FieldError]:
    """A name in each written language, readable and short enough."""
    for language in WRITTEN:
        name = line(names.get(language, ""))
        if not name:
            yield FieldError(f"name_{language}", "required")
        elif len(name) > NAME_LIMIT:
            yield FieldError(f"name_{language}", "too_long", {"limit": NAME_LIMIT})
        elif any(unicodedata.category(letter) in ("Cc", "Cf", "Cs") for letter in name):
            yield FieldError(f"name_{language}", "characters")


def line(text: str) -> str:
    """One line: runs of space and line breaks become one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def written_hours(hours: Hours) -> dict[str, str]:
    """Stored hours as a person types them: {"mon": "8–12, 12.30–16"}."""
    return {day: ", ".join("–".join(map(_typed, span)) for span in spans) for day, spans in hours.items()}


def _typed(time: str) -> str:
    hour, minute = time.split(":")
    return f"{int(hour)}" if minute == "00" else f"{int(hour)}.{minute}"


def _named(draft: Draft, choices: Choices) -> Iterator[FieldError]:
    yield from name_errors(draft.names)
    if draft.kind not in choices.service_kinds:
        yield FieldError("kind", "unknown_value")
    if not draft.languages:
        yield FieldError("languages", "required")
    elif set(draft.languages) - set(LANGUAGES):
        yield FieldError("languages", "unknown_value")
    if set(draft.kinds) - set(KINDS):
        yield FieldError("kinds", "unknown_value")
    if draft.promise_channel not in PROMISE_CHANNELS:
        yield FieldError("promise_channel", "unknown_value")


def _spans(typed: str) -> list[list[str]] | None:
    """Opening hours of one day; None when they cannot be read, overlap or are not in order."""
    plain = re.sub(r"\s", "", typed).replace("–", "-").replace(".", ":").replace(";", ",")
    if not plain:
        return []
    whole = re.sub(r"(?<![\d:])(\d{1,2})(?![\d:])", r"\1:00", plain)
    padded = re.sub(r"(?<!\d)(\d):", r"0\1:", whole)
    if not SPANS.fullmatch(padded):
        return None
    spans = [span.split("-") for span in padded.split(",")]
    try:
        DeskHours.parse({"mon": spans}, open_on_holidays=True, closures=())
    except ValueError:
        return None
    return spans


def day(typed: str) -> dt.date | None:
    """A date typed as 24.12.2026 or 2026-12-24; None for anything else."""
    typed = typed.strip()
    try:
        if found := DAY.fullmatch(typed):
            return dt.date(int(found[3]), int(found[2]), int(found[1]))
        return dt.date.fromisoformat(typed) if len(typed) == 10 else None
    except ValueError:
        return None


def _number(typed: str, least: int, most: int) -> int | None:
    plain = typed.strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) < 9):
        return None
    return int(plain) if least <= int(plain) <= most else None


def _phone(typed: str) -> str | None:
    """E.164, empty, or None when it is no number."""
    return e164(typed.strip()) if typed.strip() else ""


def _duty(draft: Draft, number: str | None, choices: Choices) -> Iterator[FieldError]:
    if number is None:
        yield FieldError("duty_number", "phone")
    if draft.night_duty == OWN and number == "":
        yield FieldError("duty_number", "required")
    elif draft.night_duty not in ("", OWN, NONE) and not choices.is_other_desk(draft.night_duty):
        yield FieldError("night_duty", "unknown_value")


def _validity(draft: Draft, dates: Mapping[str, dt.date | None]) -> Iterator[FieldError]:
    for name, day in dates.items():
        if getattr(draft, name).strip() and day is None:
            yield FieldError(name, "date")
    first, last = dates["valid_from"], dates["valid_to"]
    if first and last and last < first:
        yield FieldError("valid_to", "ends_before")


def columns(wanted: Wanted) -> dict[str, object]:
    """The same desk in the shapes of its table."""
    return {
        name: list(value)
        if isinstance(value, tuple)
        else dict(value)
        if isinstance(value, Mapping)
        else value
        for name, value in vars(wanted).items()
    }
