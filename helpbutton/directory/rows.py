"""What a directory is made of, as plain frozen rows, and a check that names every problem in plain words."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import Protocol, TypeVar

import phonenumbers

from helpbutton.cases.promise import DeskHours
from helpbutton.cases.submission import AGE_GROUPS, KINDS, ROLES
from helpbutton.directory.site_rules import COLOUR, POSITIONS
from helpbutton.i18n import LANGUAGES, WRITTEN

Names = Mapping[str, str]
"""The same text in each language of WRITTEN."""
Hours = Mapping[str, Sequence[Sequence[str]]]
"""Weekday to spans of local time, {"mon": [["08:00", "16:00"]]}; missing is closed, 24:00 ends a day."""

PROMISE_CHANNELS = ("phone", "message")
ORGANISATION_KINDS = ("municipality", "county", "city", "parish", "ngo")


@dataclass(frozen=True)
class MunicipalityRow:
    """One line of municipalities.csv; `languages` is fi, sv, fi/sv or sv/fi, the majority first."""

    code: str
    name_fi: str
    name_sv: str
    languages: str
    region: str
    county_code: str
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None


@dataclass(frozen=True)
class CountyRow:
    """One county of counties.json; `kind` is county, city (Helsinki) or aland, `area` its name as a place."""

    code: str
    names: Names
    area: Names
    kind: str
    languages: tuple[str, ...]
    short: str | None = None


@dataclass(frozen=True)
class OrganisationRow:
    key: str
    kind: str
    names: Names


@dataclass(frozen=True)
class AreaRow:
    """Municipalities, by code, that organise something together."""

    key: str
    names: Names
    municipalities: tuple[str, ...]


@dataclass(frozen=True)
class ServiceRow:
    """A desk. It serves `languages` itself; `promise_days` are its working days, `closures` ISO dates.

    It takes the `kinds` of request named, or all when none is. `night_duty` says who is told of urgent cases while
    it is closed: "own" (its duty number), "none", or the key of another desk.
    """

    key: str
    organisation: str
    kind: str
    names: Names
    languages: tuple[str, ...]
    interpreters: bool
    hours: Hours
    open_on_holidays: bool
    promise_days: int
    promise_channel: str
    duty_number: str | None
    alert_spacing_s: int
    closures: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    kinds: tuple[str, ...] = ()
    night_duty: str | None = None


@dataclass(frozen=True)
class RouteRow:
    """Requests inside this scope go to the desk `service`; an empty field means any; both days are included.

    The most specific route wins, compared in this order: topic, municipality before area before county before
    none of them, kind, language, age group, role.
    """

    service: str
    topic: str | None = None
    municipality_code: str | None = None
    county_code: str | None = None
    kind: str | None = None
    language: str | None = None
    age_group: str | None = None
    role: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    area: str | None = None

    @property
    def scope(self) -> tuple[str | None, ...]:
        place = (self.topic, self.municipality_code, self.area, self.county_code)
        return (*place, self.kind, self.language, self.age_group, self.role)


class Scoped(Protocol):
    """A route as far as ties go; `scope` as `RouteRow` has it."""

    @property
    def scope(self) -> tuple[str | None, ...]: ...
    @property
    def area(self) -> str | None: ...
    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...


Dated = TypeVar("Dated", bound=Scoped)


@dataclass(frozen=True)
class SiteRow:
    """A page with the button; `phone` is called when the button does not work, `origins` may frame it.

    No topics: all of them. `promise_texts` by language.
    """

    key: str
    organisation: str
    municipality_code: str
    names: Names
    languages: tuple[str, ...]
    phone: str | None
    origins: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    colour: str | None = None
    position: str = "floating"
    promise_texts: Mapping[str, str] = field(default_factory=dict)
    active: bool = True
    sms_per_day: int = 200


@dataclass(frozen=True)
class Directory:
    organisations: tuple[OrganisationRow, ...]
    services: tuple[ServiceRow, ...]
    routes: tuple[RouteRow, ...]
    sites: tuple[SiteRow, ...]
    areas: tuple[AreaRow, ...] = ()


@dataclass(frozen=True)
class Known:
    """The ids of the reference data that a directory may name."""

    topics: frozenset[str]
    service_kinds: frozenset[str]
    municipalities: frozenset[str]
    counties: frozenset[str]


def check(directory: Directory, known: Known) -> tuple[str, ...]:
    """Every problem of `directory` as one English sentence, in a fixed order; empty when there is none."""
    return (
        *_repeated("Organisation", (row.key for row in directory.organisations)),
        *_repeated("Desk", (row.key for row in directory.services)),
        *_repeated("Site", (row.key for row in directory.sites)),
        *_organisations(directory),
        *_areas(directory, known),
        *_services(directory, known),
        *_routes(directory, known),
        *_ties(directory),
        *_sites(directory, known),
    )


def scope_in_words(route: RouteRow) -> str:
    """The scope of a route for people who keep the directory: "topic bullying, municipality 853"."""
    labels = ("topic", "municipality", "area", "county", "kind", "language", "age group", "role")
    parts = [f"{label} {value}" for label, value in zip(labels, route.scope, strict=True) if value]
    return ", ".join(parts) or "everything"


def _repeated(what: str, keys: Iterable[str]) -> Iterator[str]:
    for key, count in Counter(keys).items():
        if count > 1:
            yield f"{what} {key}: the key is used {count} times."


def _organisations(directory: Directory) -> Iterator[str]:
    for row in directory.organisations:
        where = f"Organisation {row.key}"
        yield from _unknown(where, "kind", row.kind, ORGANISATION_KINDS)
        yield from _missing_names(where, row.names)


def _areas(directory: Directory, known: Known) -> Iterator[str]:
    for row in directory.areas:
        where = f"Area {row.key}"
        yield from _missing_names(where, row.names)
        if not row.municipalities:
            yield f"{where}: no municipalities."
        for code in row.municipalities:
            yield from _unknown(where, "municipality", code, known.municipalities)


def _services(directory: Directory, known: Known) -> Iterator[str]:
    owners = {row.key for row in directory.organisations}
    desks = {row.key for row in directory.services}
    for row in directory.services:
        where = f"Desk {row.key}"
        yield from _unknown(where, "organisation", row.organisation, owners)
        yield from _unknown(where, "service kind", row.kind, known.service_kinds)
        yield from _unknown(where, "promise channel", row.promise_channel, PROMISE_CHANNELS)
        yield from _missing_names(where, row.names)
        yield from _bad_languages(where, row.languages)
        yield from _bad_hours(where, row)
        yield from _bad_number(where, row.duty_number)
        yield from _bad_validity(where, row.valid_from, row.valid_to)
        for kind in row.kinds:
            yield from _unknown(where, "kind", kind, KINDS)
        yield from _unknown(where, "night duty", row.night_duty, {"own", "none", *desks})
        if row.night_duty == "own" and not row.duty_number:
            yield f"{where}: night duty of its own, but no duty number."
        if row.promise_days < 0:
            yield f"{where}: a promise of {row.promise_days} working days."
        if row.alert_spacing_s < 1:
            yield f"{where}: alerts must be at least a second apart, not {row.alert_spacing_s}."


def _routes(directory: Directory, known: Known) -> Iterator[str]:
    desks = {row.key: row for row in directory.services}
    areas = {row.key for row in directory.areas}
    for row in directory.routes:
        where = f"Route for {scope_in_words(row)} to {row.service}"
        desk = desks.get(row.service)
        if desk is None:
            yield f"{where}: there is no such desk."
        elif row.language and row.language not in desk.languages and not desk.interpreters:
            yield f"{where}: the desk does not serve {row.language} and has no interpreters."
        if sum(map(bool, (row.municipality_code, row.area, row.county_code))) > 1:
            yield f"{where}: names more than one of municipality, area and county; one place is enough."
        yield from _unknown(where, "area", row.area, areas)
        yield from _unknown(where, "topic", row.topic, known.topics)
        yield from _unknown(where, "municipality", row.municipality_code, known.municipalities)
        yield from _unknown(where, "county", row.county_code, known.counties)
        yield from _unknown(where, "kind", row.kind, KINDS)
        yield from _unknown(where, "language", row.language, LANGUAGES)
        yield from _unknown(where, "age group", row.age_group, AGE_GROUPS)
        yield from _unknown(where, "role", row.role, ROLES)
        yield from _bad_validity(where, row.valid_from, row.valid_to)


def _ties(directory: Directory) -> Iterator[str]:
    members = {row.key: frozenset(row.municipalities) for row in directory.areas}
    for one, other in ties(directory.routes, members):
        what = f"Routes for {scope_in_words(one)}"
        yield f"{what}: {one.service} and {other.service} are valid at the same time; neither wins."


def ties(routes: Iterable[Dated], members: Mapping[str, Collection[str]]) -> Iterator[tuple[Dated, Dated]]:
    """Pairs of routes of one scope, or of areas that meet, on some day both in force.

    `members`: municipality codes by key of area.
    """
    same_scope: dict[tuple[object, ...], list[Dated]] = defaultdict(list)
    for route in routes:
        topic, municipality, area, *others = route.scope
        same_scope[(topic, municipality, area is not None, *others)].append(route)
    for rows in same_scope.values():
        for one, other in combinations(rows, 2):
            if _overlap(one, other) and _meet(one, other, members):
                yield one, other


def _meet(one: Scoped, other: Scoped, members: Mapping[str, Collection[str]]) -> bool:
    """Whether some municipality lies in the areas of both; routes without an area meet anyway."""
    if one.area is None or other.area is None or one.area == other.area:
        return True
    return not set(members.get(one.area, ())).isdisjoint(members.get(other.area, ()))


def _overlap(one: Scoped, other: Scoped) -> bool:
    start = max(one.valid_from or date.min, other.valid_from or date.min)
    return start <= min(one.valid_to or date.max, other.valid_to or date.max)


def _sites(directory: Directory, known: Known) -> Iterator[str]:
    owners = {row.key for row in directory.organisations}
    for row in directory.sites:
        where = f"Site {row.key}"
        yield from _unknown(where, "organisation", row.organisation, owners)
        yield from _unknown(where, "municipality", row.municipality_code, known.municipalities)
        yield from _missing_names(where, row.names)
        yield from _bad_languages(where, row.languages)
        yield from _bad_number(where, row.phone)
        for topic in row.topics:
            yield from _unknown(where, "topic", topic, known.topics)
        yield from _unknown(where, "position", row.position, POSITIONS)
        if row.colour is not None and not COLOUR.fullmatch(row.colour):
            yield f"{where}: {row.colour!r} is not a colour in the form #1c665b."


def _unknown(where: str, what: str, value: str | None, known: Iterable[str]) -> Iterator[str]:
    if value is not None and value not in known:
        yield f"{where}: unknown {what} {value!r}."


def _missing_names(where: str, names: Names) -> Iterator[str]:
    missing = [language for language in WRITTEN if not names.get(language, "").strip()]
    if missing:
        yield f"{where}: no name in {', '.join(missing)}."


def _bad_languages(where: str, languages: tuple[str, ...]) -> Iterator[str]:
    if not languages:
        yield f"{where}: no languages."
    for language in languages:
        yield from _unknown(where, "language", language, LANGUAGES)


def _bad_validity(where: str, valid_from: date | None, valid_to: date | None) -> Iterator[str]:
    if valid_from and valid_to and valid_to < valid_from:
        yield f"{where}: ends on {valid_to}, before it begins on {valid_from}."


def _bad_number(where: str, number: str | None) -> Iterator[str]:
    if number is None:
        return
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        parsed = None
    written = parsed and phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if parsed is None or written != number or not phonenumbers.is_valid_number(parsed):
        yield f"{where}: {number!r} is not a phone number in the form +358401234567."


def _bad_hours(where: str, row: ServiceRow) -> Iterator[str]:
    try:
        hours = DeskHours.parse(row.hours, open_on_holidays=row.open_on_holidays, closures=row.closures)
    except ValueError as error:
        yield f"{where}: bad opening hours: {error}."
    else:
        if not any(hours.week):
            yield f"{where}: no opening hours."
