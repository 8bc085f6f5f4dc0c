"""Open help as its editor describes it, turned into the row that is stored, or every wrong field named; pure."""

import datetime as dt
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from helpbutton.activities.recurrence import WEEKDAYS, Schedule, coming
from helpbutton.activities.rows import KINDS, OWNER_KINDS, WRITTEN_FIELDS, ActivityRow
from helpbutton.cases.submission import AGE_GROUPS, ROLES, e164
from helpbutton.clock import HELSINKI
from helpbutton.errors import FieldError, Invalid
from helpbutton.i18n import LANGUAGES, WRITTEN

FIRST_YEAR = 2000
"""Times are counted from the first day on: from a mistyped one in the year 202 that takes seconds."""
EVERY = ("week", "two_weeks", "other")
LIMIT, URL_LIMIT, RULE_LIMIT = 300, 200, 100
TRANSLATED = (*WRITTEN_FIELDS, "place", "address", "accessibility")
PAUSE = re.compile(r"(\d{4}-\d\d-\d\d)\s*(?:[-–—]|\s)\s*(\d{4}-\d\d-\d\d)")


@dataclass(frozen=True)
class Times:
    """One line of times: every week or every other week on `days` ("MO"), or by a `rule` of iCalendar; "HH:MM"."""

    every: str = "week"
    days: tuple[str, ...] = ()
    rule: str = ""
    begins: str = ""
    ends: str = ""


@dataclass(frozen=True)
class Draft:
    """What an editor types, as it is; texts by language, days in ISO form. No municipality: for everybody."""

    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    kind: str = ""
    owner_kind: str = ""
    municipality: str = ""
    phone: str = ""
    url: str = ""
    source: str = ""
    age_groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("fi",)
    drop_in: bool = True
    times: tuple[Times, ...] = ()
    on_holidays: bool = False
    pauses: str = ""
    valid_from: str = ""
    valid_to: str = ""


def draft_of(row: ActivityRow) -> Draft:
    """A stored activity as its editor sees it."""
    schedule = row.schedule
    return Draft(
        texts={name: dict(getattr(row, name)) for name in TRANSLATED},
        kind=row.kind,
        owner_kind=row.owner_kind,
        municipality=row.municipality_code or "",
        phone=row.phone or "",
        url=row.url or "",
        source=row.source,
        age_groups=tuple(row.age_groups),
        roles=tuple(row.roles),
        languages=tuple(row.languages),
        drop_in=row.drop_in,
        times=tuple(_times(times) for times in schedule["times"]),
        on_holidays=bool(schedule.get("on_holidays")),
        pauses="\n".join(
            [f"{first} – {last}" for first, last in schedule.get("pauses", ())]
            + [f"{day} – {day}" for day in schedule.get("exdates", ())]
        ),
        valid_from=row.valid_from.isoformat(),
        valid_to=row.valid_to.isoformat() if row.valid_to else "",
    )


def row_of(draft: Draft, *, key: str, today: dt.date, municipalities: Collection[str]) -> ActivityRow:
    """The activity as it is stored, confirmed today. Raises Invalid with every wrong field."""
    found = _Checked(draft, municipalities, today)
    if found.errors:
        raise Invalid(*found.errors)
    assert found.valid_from is not None
    texts = {name: _texts(draft, name) for name in TRANSLATED}
    return ActivityRow(
        key=key,
        kind=draft.kind,
        owner_kind=draft.owner_kind,
        municipality_code=draft.municipality or None,
        phone=e164(draft.phone) if draft.phone.strip() else None,
        url=draft.url.strip() or None,
        age_groups=draft.age_groups,
        roles=draft.roles,
        languages=draft.languages,
        drop_in=draft.drop_in,
        schedule=found.schedule,
        valid_from=found.valid_from,
        valid_to=found.valid_to,
        last_confirmed=today,
        source=_line(draft.source),
        **texts,
    )


class _Checked:
    """A draft with what is wrong in it."""

    def __init__(self, draft: Draft, municipalities: Collection[str], today: dt.date) -> None:
        self.draft, self.errors = draft, list(_facts(draft, municipalities))
        self.valid_from = self._day("valid_from", draft.valid_from or today.isoformat())
        self.valid_to = self._day("valid_to", draft.valid_to) if draft.valid_to else None
        self.schedule = {
            "times": [
                {"rule": _rule(times), "begins": times.begins, "ends": times.ends} for times in draft.times
            ],
            "exdates": [],
            "pauses": self._pauses(),
            "on_holidays": draft.on_holidays,
        }
        self._check_times()

    def _day(self, name: str, typed: str) -> dt.date | None:
        try:
            return dt.date.fromisoformat(typed.strip())
        except ValueError:
            self.errors.append(FieldError(name, "format"))
            return None

    def _pauses(self) -> list[list[str]]:
        pauses = []
        for line in filter(None, map(str.strip, self.draft.pauses.splitlines())):
            found = PAUSE.fullmatch(line)
            try:
                first, last = (
                    (dt.date.fromisoformat(day).isoformat() for day in found.groups()) if found else ("", "")
                )
            except ValueError:
                first = last = ""
            if not first or last < first:
                self.errors.append(FieldError("pauses", "format"))
                return []
            pauses.append([first, last])
        return pauses

    def _check_times(self) -> None:
        if not self.draft.times:
            self.errors.append(FieldError("times", "required"))
            return
        if self.valid_from is None:
            return
        if self.valid_from.year < FIRST_YEAR:
            self.errors.append(FieldError("valid_from", "format"))
            return
        if self.valid_to is not None and self.valid_to < self.valid_from:
            self.errors.append(FieldError("valid_to", "before_start"))
            return
        try:
            schedule = Schedule.parse(self.schedule, valid_from=self.valid_from, valid_to=self.valid_to)
        except (ValueError, KeyError, TypeError):
            self.errors.append(FieldError("times", "format"))
            return
        start = dt.datetime.combine(self.valid_from, dt.time(), tzinfo=HELSINKI)
        if not coming(schedule, at=start):
            self.errors.append(FieldError("times", "never"))


def _facts(draft: Draft, municipalities: Collection[str]) -> Iterator[FieldError]:
    for name in TRANSLATED:
        for language, text in _texts(draft, name).items():
            if len(text) > LIMIT:
                yield FieldError(f"{name}_{language}", "too_long", {"limit": LIMIT})
    for name in WRITTEN_FIELDS:
        for language in WRITTEN:
            if language not in _texts(draft, name):
                yield FieldError(f"{name}_{language}", "required")
    if draft.municipality and draft.municipality not in municipalities:
        yield FieldError("municipality", "unknown_value")
    for name in ("place", "address") if draft.municipality else ():
        if "fi" not in _texts(draft, name):
            yield FieldError(f"{name}_fi", "required")
    if not draft.municipality and not (draft.phone.strip() or draft.url.strip()):
        yield FieldError("phone", "required")
    if draft.phone.strip() and e164(draft.phone) is None:
        yield FieldError("phone", "phone")
    url = draft.url.strip()
    if url and not (re.fullmatch(r"https://[^\s/]+\.[^\s]+", url) and len(url) <= URL_LIMIT):
        yield FieldError("url", "web_address")
    if not _line(draft.source):
        yield FieldError("source", "required")
    elif len(_line(draft.source)) > URL_LIMIT:
        yield FieldError("source", "too_long", {"limit": URL_LIMIT})
    yield from _choices(draft)


def _choices(draft: Draft) -> Iterator[FieldError]:
    for name, chosen, known in (
        ("kind", (draft.kind,), KINDS),
        ("owner_kind", (draft.owner_kind,), OWNER_KINDS),
        ("age_groups", draft.age_groups, AGE_GROUPS),
        ("roles", draft.roles, ROLES),
        ("languages", draft.languages, LANGUAGES),
    ):
        if any(value not in known for value in chosen):
            yield FieldError(name, "unknown_value")
    if not draft.languages:
        yield FieldError("languages", "required")


def _texts(draft: Draft, name: str) -> dict[str, str]:
    """The texts of a field that say something, on one line."""
    typed = {language: _line(text) for language, text in draft.texts.get(name, {}).items()}
    return {language: text for language, text in typed.items() if text}


def _line(text: str) -> str:
    """NFC, without control characters and doubled spaces."""
    plain = "".join(
        " " if unicodedata.category(c) in ("Cc", "Cs") else c for c in unicodedata.normalize("NFC", text)
    )
    return " ".join(plain.split())


def _rule(times: Times) -> str:
    if times.every not in ("week", "two_weeks"):
        return times.rule.strip().upper()[:RULE_LIMIT]
    days = ",".join(day for day in WEEKDAYS if day in times.days)
    interval = ";INTERVAL=2" if times.every == "two_weeks" else ""
    return f"FREQ=WEEKLY{interval};BYDAY={days}" if days else ""


def _times(stored: Mapping[str, str]) -> Times:
    found = re.fullmatch(
        r"FREQ=WEEKLY(;INTERVAL=2)?;BYDAY=((?:MO|TU|WE|TH|FR|SA|SU)(?:,[A-Z]{2})*)", stored["rule"]
    )
    if found is None:
        return Times("other", (), stored["rule"], stored["begins"], stored["ends"])
    every = "two_weeks" if found[1] else "week"
    return Times(every, tuple(found[2].split(",")), "", stored["begins"], stored["ends"])
