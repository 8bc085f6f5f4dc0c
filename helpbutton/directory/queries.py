"""Reading the directory: frozen views of places, topics, desks, routes, sites and help lines."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import TypeVar

from sqlalchemy import ColumnElement, Executable, select

from helpbutton import clock, i18n
from helpbutton.cases.promise import DeskHours
from helpbutton.db import reading
from helpbutton.directory import mergers as merging
from helpbutton.directory.memory import remembered
from helpbutton.directory.mergers import Merger
from helpbutton.directory.models import (
    Area,
    County,
    HelpLine,
    HelpLineCheck,
    Installation,
    Municipality,
    Route,
    Service,
    Site,
    Topic,
)
from helpbutton.directory.rows import MunicipalityRow
from helpbutton.errors import NotFound, NotReady
from helpbutton.routing.match import RouteRule

EMERGENCY_NUMBER = "112"
Names = Mapping[str, str]
Query = TypeVar("Query", bound=Executable)


def in_language(names: Names, language: str) -> str:
    """The name in `language`: as the directory has it, as the catalogue translates the English one, or as nearest."""
    return (
        names.get(language)
        or i18n.own_words(language, names.get("en", ""))
        or names.get(i18n.reading_language(language))
        or names["fi"]
    )


@dataclass(frozen=True)
class InstallationView:
    demo: bool
    counties: tuple[str, ...]


@dataclass(frozen=True)
class SiteView:
    id: int
    key: str
    names: Names
    municipality: str
    origins: tuple[str, ...]
    languages: tuple[str, ...]
    phone: str | None
    organisation_id: int
    organisation_names: Names
    topics: tuple[str, ...]
    """Those that its form offers; empty: all."""
    colour: str | None
    position: str
    promise_texts: Names
    active: bool
    version: int


@dataclass(frozen=True)
class Place:
    """A municipality. `county` is its wellbeing county's code (90 Helsinki, 91 Åland)."""

    code: str
    names: Names
    languages: tuple[str, ...]
    county: str


@dataclass(frozen=True)
class TopicView:
    id: str
    names: Names
    urgency: str


@dataclass(frozen=True)
class Desk:
    id: int
    key: str
    kind: str
    names: Names
    organisation_id: int
    organisation_names: Names
    languages: tuple[str, ...]
    hours: DeskHours
    promise_days: int
    night_duty: str | None = None


@dataclass(frozen=True)
class HelpLineView:
    id: str
    names: Names
    number: str
    hours: Names
    always: bool


@dataclass(frozen=True)
class _HelpLine:
    view: HelpLineView
    languages: frozenset[str]
    flags: frozenset[str]
    right: bool | None
    """Whether the number has been found right, here or by its source; None: nobody has called it."""
    valid_from: dt.date | None
    valid_to: dt.date | None


@dataclass(frozen=True)
class HelpLines:
    """Help lines that may be shown today."""

    _lines: tuple[_HelpLine, ...]

    def about(self, flags: Collection[str], language: str) -> list[HelpLineView]:
        """Those for a reader of this language: 112 first, then those for the danger flags at hand."""
        spoken = {language, i18n.reading_language(language)}
        lines = [
            line
            for line in self._lines
            if line.view.always or not line.languages or spoken & line.languages or line.flags & set(flags)
        ]
        lines.sort(key=lambda line: (not line.view.always, not line.flags & set(flags)))
        return [line.view for line in lines]


@remembered
def installation() -> InstallationView:
    """What this database is. Raises NotReady before `helpbutton init`."""
    row = reading().scalar(_anew(select(Installation)))
    if row is None:
        raise NotReady("the database is empty: run `helpbutton init` or `helpbutton demo` first")
    return InstallationView(row.demo, tuple(row.counties))


@remembered
def site(key: str) -> SiteView:
    """Raises NotFound."""
    row = reading().scalar(_anew(select(Site).where(Site.key == key))) if "\x00" not in key else None
    if row is None:
        raise NotFound("site")
    return site_of(row)


def site_of(row: Site) -> SiteView:
    """The frozen view of a site row."""
    return SiteView(
        id=row.id,
        key=row.key,
        names=row.names,
        municipality=row.municipality_code,
        origins=tuple(row.origins),
        languages=tuple(row.languages),
        phone=row.phone,
        organisation_id=row.organisation_id,
        organisation_names=row.organisation.names,
        topics=tuple(row.topics),
        colour=row.colour,
        position=row.position,
        promise_texts=row.promise_texts,
        active=row.active,
        version=row.version,
    )


def topics_of(found: SiteView) -> tuple[TopicView, ...]:
    """The topics that the form of a site offers, in the order in which forms show them."""
    return tuple(topic for topic in topics() if not found.topics or topic.id in found.topics)


def municipality(code: str, *, on: dt.date | None = None) -> Place:
    """The municipality of a local date (today) behind a code; a merged one leads to its successor, one still to come
    to itself. Raises NotFound."""
    row = merging.behind(municipality_rows(), code, on or clock.today())
    if row is None:
        raise NotFound("municipality")
    return _place(row)


def municipalities(*, on: dt.date | None = None) -> list[Place]:
    """Every municipality of a local date (today), by Finnish name."""
    day = on or clock.today()
    current = (_place(row) for row in municipality_rows().values() if merging.in_force(row, day))
    return sorted(current, key=lambda place: finnish_order(place.names["fi"]))


@remembered
def municipality_rows() -> Mapping[str, MunicipalityRow]:
    """The municipalities of all times by code."""
    names = (field.name for field in fields(MunicipalityRow))
    rows = reading().execute(select(*(Municipality.__table__.c[name] for name in names)))
    return {row.code: MunicipalityRow(*row) for row in rows}


@remembered
def mergers() -> tuple[Merger, ...]:
    """Every merger of municipalities, past and to come, in the order of time."""
    return merging.mergers_of(municipality_rows())


def finnish_order(name: str) -> tuple[str, ...]:
    """Sort key of the Finnish alphabet, where å, ä and ö come last."""
    return tuple({"å": "{", "ä": "|", "ö": "}"}.get(letter, letter) for letter in name.casefold())


def _place(row: MunicipalityRow) -> Place:
    names = {"fi": row.name_fi, "sv": row.name_sv, "en": row.name_fi}
    return Place(row.code, names, tuple(row.languages.split("/")), row.county_code)


@remembered
def county_contact(code: str) -> tuple[Names, Mapping[str, object]]:
    """Names and public contact of a county, for answers outside the served area. Raises NotFound."""
    row = reading().scalar(_anew(select(County).where(County.code == code)))
    if row is None:
        raise NotFound("county")
    return row.names, row.contact


@remembered
def topics() -> tuple[TopicView, ...]:
    """Every topic, in the order in which forms show them."""
    rows = reading().scalars(_anew(select(Topic).order_by(Topic.position)))
    return tuple(TopicView(row.id, row.names, row.urgency) for row in rows)


def areas_of(municipality: str) -> frozenset[str]:
    """Keys of the areas that a municipality belongs to."""
    return frozenset(key for key, codes in area_members().items() if municipality in codes)


@remembered
def area_members() -> Mapping[str, frozenset[str]]:
    """Codes of the municipalities in each area: those named, and those that replaced none but such."""
    rows = reading().scalars(_anew(select(Area)))
    return {row.key: merging.with_successors(row.municipalities, mergers()) for row in rows}


def routes_of(place: Place) -> list[RouteRule]:
    """The routes that can cover a request from this place, also those handed down to it."""
    return [
        *_routes_for(place.code),
        *_routes_in("county_code", place.county),
        *(rule for key in areas_of(place.code) for rule in _routes_in("area_key", key)),
        *_routes_anywhere(),
    ]


@remembered
def _routes_for(code: str) -> tuple[RouteRule, ...]:
    named = merging.predecessors(code, mergers())
    routes = [rule for each in sorted(named) for rule in _routes_in("municipality_code", each)]
    return tuple(rule for rule in merging.handed_down(routes, mergers()) if rule.municipality == code)


@remembered
def _routes_in(scope: str, place: str) -> tuple[RouteRule, ...]:
    return tuple(_routes(Route.__table__.c[scope] == place))


@remembered
def _routes_anywhere() -> tuple[RouteRule, ...]:
    return tuple(
        _routes(Route.municipality_code.is_(None), Route.county_code.is_(None), Route.area_key.is_(None))
    )


def all_routes() -> list[RouteRule]:
    return _routes()


def _routes(*where: ColumnElement[bool]) -> list[RouteRule]:
    rows = reading().execute(
        select(
            Route.id,
            Route.service_id,
            Route.topic,
            Route.county_code,
            Route.municipality_code,
            Route.kind,
            Route.language,
            Route.age_group,
            Route.role,
            Route.valid_from,
            Route.valid_to,
            Route.area_key,
        ).where(*where)
    )
    return [RouteRule(*row) for row in rows]


@remembered
def desk(service_id: int) -> Desk:
    """Raises NotFound."""
    row = reading().scalar(_anew(select(Service).where(Service.id == service_id)))
    if row is None:
        raise NotFound("service")
    return desk_of(row)


def desk_of(row: Service) -> Desk:
    """The frozen view of a service row."""
    return Desk(
        id=row.id,
        key=row.key,
        kind=row.kind,
        names=row.names,
        organisation_id=row.organisation_id,
        organisation_names=row.organisation.names,
        languages=tuple(row.languages),
        hours=desk_hours(row),
        promise_days=row.promise_days,
        night_duty=row.night_duty,
    )


def desks(service_ids: Collection[int]) -> dict[int, Desk]:
    """Several desks by id."""
    if not service_ids:
        return {}
    rows = reading().scalars(select(Service).where(Service.id.in_(service_ids)))
    return {row.id: desk_of(row) for row in rows}


def desk_hours(service: Service) -> DeskHours:
    """The opening hours of a service."""
    return DeskHours.parse(
        service.hours, open_on_holidays=service.open_on_holidays, closures=service.closures
    )


def help_lines(*, flags: Collection[str] = (), language: str = "fi") -> list[HelpLineView]:
    """Help lines in force today: 112 first, then those for the danger flags at hand, then the general ones.

    A number without a source and a last-checked date, which no administrator has checked either, is shown in demo
    mode only, one that an administrator found wrong nowhere; 112 always is.
    """
    return help_lines_today().about(flags, language)


def help_lines_today() -> HelpLines:
    """The same before flags and language are known, for whoever asks before writing."""
    today, demo = clock.today(), installation().demo
    return HelpLines(
        tuple(
            line
            for line in _help_lines()
            if (line.valid_from is None or line.valid_from <= today)
            and (line.valid_to is None or line.valid_to >= today)
            and (line.view.number == EMERGENCY_NUMBER or (line.right is not False and (demo or line.right)))
        )
    )


@remembered
def _help_lines() -> tuple[_HelpLine, ...]:
    return tuple(
        _HelpLine(
            view=HelpLineView(row.id, row.names, row.number, row.hours, row.always),
            languages=frozenset(row.languages),
            flags=frozenset(row.flags),
            right=True if right is None and row.source and row.last_checked else right,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row, right in reading().execute(
            _anew(
                select(HelpLine, HelpLineCheck.is_right)
                .outerjoin(HelpLineCheck, of_this_number())
                .order_by(HelpLine.position)
            )
        )
    )


def of_this_number() -> ColumnElement[bool]:
    """That a check is about the number which the help line has now; one of another number says nothing."""
    return (HelpLineCheck.help_line_id == HelpLine.id) & (HelpLineCheck.number == HelpLine.number)


def _anew(query: Query) -> Query:
    """The same query, over what the session still holds from an earlier transaction."""
    return query.execution_options(populate_existing=True)
