"""What must hold for the rows of a file: what their forms ask for, every problem as a sentence with its place."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from helpbutton.activities import rows as activities
from helpbutton.activities.draft import TRANSLATED, draft_of, row_of
from helpbutton.activities.rows import ActivityRow
from helpbutton.conversation.saved_replies import DESK_LIMIT, Wording, tidy
from helpbutton.directory import service_rules, site_rules
from helpbutton.directory.files import Plan
from helpbutton.directory.languages import CHANGEABLE
from helpbutton.directory.queries import in_language
from helpbutton.directory.rows import AreaRow, Directory, Known, OrganisationRow, ServiceRow, SiteRow
from helpbutton.errors import FieldError, Invalid
from helpbutton.escalation import ladder
from helpbutton.exchange.rows import (
    HelpLineCheckRow,
    KeptActivityRow,
    LadderRow,
    LanguageRow,
    SavedReplyRow,
    ServedCountyRow,
    SmsTextRow,
    Whole,
)
from helpbutton.i18n import LANGUAGES, WRITTEN
from helpbutton.notifications import wording


@dataclass(frozen=True)
class Around:
    """What the rows are held against: the directory as it would be, the reference data, and the day."""

    directory: Directory
    known: Known
    help_lines: Mapping[str, str]
    """Numbers by the id of the line."""
    today: dt.date


def problems(now: Whole, wanted: Whole, plan: Plan, around: Around) -> tuple[str, ...]:
    """Every problem of the rows that the plan would write, in a fixed order; what stands already is left alone.

    The directory as it would be has passed `directory.rows.check`.
    """
    written = {part: {*plan.added[part], *plan.changed[part]} for part in CHECKS}
    found = [
        f"{title} {row.key}: {problem}."
        for part, (title, check) in CHECKS.items()
        for row in getattr(wanted, part)
        if row.key in written[part]
        for problem in check(row, around)
    ]
    return (*found, *_too_many(now, wanted, plan))


def _organisation_or_area(row: OrganisationRow | AreaRow, _around: Around) -> Iterator[str]:
    yield from map(_in_words, service_rules.name_errors(row.names))
    yield from _refusals(lambda: _named_plainly(row.names))


def _service(row: ServiceRow, around: Around) -> Iterator[str]:
    choices = service_rules.Choices(tuple(around.known.service_kinds), lambda other: other != row.key)
    yield from _refusals(lambda: service_rules.checked(service_rules.draft_of(row), choices))
    yield from _refusals(lambda: _named_plainly(row.names))


def _named_plainly(names: Mapping[str, str]) -> None:
    """Raises Invalid for names of another language or of more than one line."""
    if {language: service_rules.line(names.get(language, "")) for language in WRITTEN} != names:
        raise Invalid(FieldError("names", "characters"))


def _site(row: SiteRow, around: Around) -> Iterator[str]:
    draft = site_rules.Draft(
        names=row.names,
        municipality=row.municipality_code,
        languages=row.languages,
        origins=row.origins,
        topics=row.topics,
        colour=row.colour or "",
        position=row.position,
        phone=row.phone or "",
        promise_texts=row.promise_texts,
    )
    choices = site_rules.Choices(
        tuple(around.known.topics), around.known.municipalities.__contains__, lambda _code: True
    )
    yield from _refusals(
        lambda: _must_stay(
            draft, site_rules.checked(draft, choices), ("languages", "origins", "promise_texts")
        )
    )
    yield from _refusals(lambda: _named_plainly(row.names))
    if row.sms_per_day < 0:
        yield f"{row.sms_per_day} text messages a day"


def _must_stay(row: object, typed: object, names: Iterable[str]) -> None:
    """Raises Invalid for a field that the form would put in order."""
    for name in names:
        if getattr(typed, name) != getattr(row, name):
            raise Invalid(FieldError(name, "characters"))


def _saved_reply(row: SavedReplyRow, around: Around) -> Iterator[str]:
    yield from _unknown("desk", row.service, (desk.key for desk in around.directory.services))
    words = Wording(row.topic, row.language, row.title, row.body)
    yield from _refusals(lambda: tidy(words, around.known.topics.__contains__))


def _sms_text(row: SmsTextRow, around: Around) -> Iterator[str]:
    yield from _unknown_owner(row.organisation, around)
    for what, value, known in (
        ("purpose", row.purpose, wording.PURPOSES),
        ("wording", row.wording, wording.WORDINGS),
        ("language", row.language, LANGUAGES),
    ):
        if value not in known:
            yield f"unknown {what} {value!r}"
            return
    names = (desk.names for desk in around.directory.services if desk.organisation == row.organisation)
    longest = max((in_language(name, row.language) for name in names), key=len, default="")
    yield from map(
        _in_words, wording.problems(row.text, wording=row.wording, language=row.language, desk=longest)
    )


def _ladder(row: LadderRow, around: Around) -> Iterator[str]:
    yield from _unknown_owner(row.organisation, around)
    owners = {desk.key: desk.organisation for desk in around.directory.services}
    if row.service is not None and owners.get(row.service) != row.organisation:
        yield f"{row.service!r} is no desk of {row.organisation}"
    if row.subject not in ladder.SUBJECTS:
        yield f"unknown subject {row.subject!r}"
        return
    yield from _refusals(lambda: _read_ladder(row))


def _read_ladder(row: LadderRow) -> None:
    """Raises Invalid, also for a field that no ladder has."""
    plain = json.loads(json.dumps(ladder.read(row.ladder, subject=row.subject).as_json()))
    if plain != row.ladder:
        raise Invalid(FieldError("ladder", "format"))


def _activity(row: KeptActivityRow, around: Around) -> Iterator[str]:
    if row.organisation is not None:
        yield from _unknown_owner(row.organisation, around)
    if row.last_confirmed > around.today:
        yield f"confirmed on {row.last_confirmed}, which is still to come"
    if not _is_schedule(row.schedule):
        yield "bad times"
        return
    plain = ActivityRow(**{field.name: getattr(row, field.name) for field in fields(ActivityRow)})
    found = list(activities.check([plain], around.known.municipalities))
    yield from (problem.partition(": ")[2].rstrip(".") for problem in found)
    if not found:
        yield from _refusals(lambda: _as_typed(plain, around))


def _as_typed(row: ActivityRow, around: Around) -> None:
    """Raises Invalid for what the form would refuse or put in order."""
    typed = row_of(draft_of(row), key=row.key, today=around.today, municipalities=around.known.municipalities)
    _must_stay(row, typed, (*TRANSLATED, "phone", "url", "source"))
    if unknown := {language for name in TRANSLATED for language in getattr(row, name)} - {*LANGUAGES}:
        raise Invalid(FieldError("language", "unknown_value", {"value": min(unknown)}))
    if typed.schedule["times"] != row.schedule["times"]:
        raise Invalid(FieldError("times", "format"))


def _is_schedule(data: Mapping[str, Any]) -> bool:
    """Whether times have the shapes that `recurrence.Schedule.parse` reads."""
    if not isinstance(data.get("on_holidays", False), bool):
        return False
    if not all(isinstance(data.get(name, []), list) for name in ("times", "exdates", "pauses")):
        return False
    spans = (*data.get("times", []), *({"0": day} for day in data.get("exdates", [])))
    pauses = data.get("pauses", [])
    return (
        all(isinstance(span, dict) and _are_texts(span.values()) for span in spans)
        and all(set(span) == {"rule", "begins", "ends"} for span in data.get("times", []))
        and all(isinstance(pause, list) and len(pause) == 2 and _are_texts(pause) for pause in pauses)
    )


def _are_texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def _help_line_check(row: HelpLineCheckRow, around: Around) -> Iterator[str]:
    if row.help_line not in around.help_lines:
        yield "there is no such help line"
    elif row.number != around.help_lines[row.help_line]:
        yield f"its number is {around.help_lines[row.help_line]!r}, not {row.number!r}"
    if row.checked_on > around.today:
        yield f"checked on {row.checked_on}, which is still to come"


def _language(row: LanguageRow, _around: Around) -> Iterator[str]:
    if row.language not in CHANGEABLE:
        yield "nothing can be decided about this language"


def _served_county(row: ServedCountyRow, around: Around) -> Iterator[str]:
    yield from _unknown("county", row.code, around.known.counties)


CHECKS: Mapping[str, tuple[str, Callable[[Any, Around], Iterator[str]]]] = {
    "organisations": ("Organisation", _organisation_or_area),
    "services": ("Desk", _service),
    "areas": ("Area", _organisation_or_area),
    "sites": ("Site", _site),
    "saved_replies": ("Saved reply", _saved_reply),
    "sms_texts": ("Text", _sms_text),
    "ladders": ("Ladder", _ladder),
    "activities": ("Activity", _activity),
    "help_line_checks": ("Help line", _help_line_check),
    "languages": ("Language", _language),
    "served_counties": ("County", _served_county),
}


def _too_many(now: Whole, wanted: Whole, plan: Plan) -> Iterator[str]:
    gone = set(plan.removed.get("saved_replies", ()))
    desks = {
        row.key: row.service for row in (*now.saved_replies, *wanted.saved_replies) if row.key not in gone
    }
    for desk, count in Counter(desks.values()).items():
        if count > DESK_LIMIT:
            yield f"Desk {desk}: {count} saved replies; at most {DESK_LIMIT}."


def _unknown_owner(key: str, around: Around) -> Iterator[str]:
    yield from _unknown("organisation", key, (row.key for row in around.directory.organisations))


def _unknown(what: str, value: str, known: Iterable[str]) -> Iterator[str]:
    if value not in known:
        yield f"unknown {what} {value!r}"


def _refusals(check: Callable[[], object]) -> Iterator[str]:
    try:
        check()
    except Invalid as refusal:
        yield from map(_in_words, refusal.errors)


def _in_words(error: FieldError) -> str:
    params = ", ".join(f"{name} {value}" for name, value in error.params.items())
    return f"{error.field}: {error.code}" + (f" ({params})" if params else "")
