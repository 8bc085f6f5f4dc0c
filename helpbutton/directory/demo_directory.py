"""The demo directory: templates of `config/demo/` expanded into desks and routes for all of Finland."""

import json
import re
import unicodedata
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, product
from pathlib import Path
from typing import Any

from helpbutton.directory.rows import (
    CountyRow,
    Directory,
    Hours,
    MunicipalityRow,
    Names,
    OrganisationRow,
    RouteRow,
    ServiceRow,
    SiteRow,
)

Strings = tuple[str, ...]
Desks = Mapping[str, ServiceRow]
"""The desks of one place by template key: "school", "school-sv"."""


@dataclass(frozen=True)
class DeskTemplate:
    """A desk at every place of its owner, which is county, municipality or the key of an organisation.

    `names` may hold {place}. Empty `municipalities`: all of the area. Empty `languages`: the official
    ones of the place and English. The variant "sv" is the Swedish-speaking twin of the plain
    desk, which then leaves Swedish to it.
    """

    owner: str
    kind: str
    names: Names
    variant: str = ""
    municipalities: Strings = ()
    languages: Strings = ()
    promise_days: int = 3
    promise_channel: str = "phone"

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.variant}" if self.variant else self.kind


@dataclass(frozen=True)
class RouteTemplate:
    """Routes at every county or municipality, as `place` says, for each combination of the conditions."""

    place: str
    to: str
    topics: Strings = ()
    kinds: Strings = ()
    age_groups: Strings = ()


@dataclass(frozen=True)
class AreaTemplate:
    """What is added in some counties, by code; no codes: everywhere."""

    counties: Strings
    desks: tuple[DeskTemplate, ...]
    routes: tuple[RouteTemplate, ...]
    organisations: tuple[OrganisationRow, ...] = ()
    organisation_names: Mapping[str, Names] = field(default_factory=dict)


@dataclass(frozen=True)
class DeskDefaults:
    """What all demo desks share; duty numbers are `number_prefix` and four digits."""

    hours: Hours
    open_on_holidays: bool
    interpreters: bool
    alert_spacing_s: int
    number_prefix: str


@dataclass(frozen=True)
class Templates:
    desk: DeskDefaults
    areas: tuple[AreaTemplate, ...]
    sites: tuple[SiteRow, ...]


@dataclass(frozen=True)
class _Place:
    """A county or a municipality with the organisation that owns its desks."""

    level: str
    code: str
    names: Names
    languages: Strings
    owner: OrganisationRow

    def route(
        self, desk: ServiceRow, topic: str | None, kind: str | None = None, age_group: str | None = None
    ) -> RouteRow:
        municipality = self.code if self.level == "municipality" else None
        county = self.code if self.level == "county" else None
        return RouteRow(desk.key, topic, municipality, county, kind=kind, age_group=age_group)


def read_templates(folder: Path) -> Templates:
    """The templates in `folder` (config/demo), wide areas first.

    Raises TypeError for a field that no template has.
    """
    common = json.loads((folder / "demo.json").read_text("utf-8"))
    files = sorted((folder / "areas").glob("*.json"))
    areas = [_area(json.loads(file.read_text("utf-8"))) for file in files]
    return Templates(
        desk=DeskDefaults(**common["desk"]),
        areas=tuple(sorted(areas, key=lambda area: bool(area.counties))),
        sites=tuple(SiteRow(**_frozen(site)) for site in common["sites"]),
    )


def build(
    municipalities: Iterable[MunicipalityRow],
    counties: Iterable[CountyRow],
    topics: Mapping[str, str],
    templates: Templates,
) -> Directory:
    """The demo directory; the same input gives the same rows in the same order.

    `topics`: topic id to the service kind that takes it by default. Åland and municipalities that have ended
    get no desks. Raises KeyError when a route names a desk that its place lacks.
    """
    living = [row for row in municipalities if row.successor is None]
    numbers = (f"{templates.desk.number_prefix}{n:04d}" for n in count(1))
    organisations: dict[str, OrganisationRow] = {}
    services: list[ServiceRow] = []
    routes: list[RouteRow] = []
    for county in counties:
        if county.kind == "aland":
            continue
        areas = [area for area in templates.areas if not area.counties or county.code in area.counties]
        members = [row for row in living if row.county_code == county.code]
        seat = _county_place(county, members)
        places = [_municipality_place(row, seat, areas) for row in members]
        extra = [organisation for area in areas for organisation in area.organisations]
        organisations |= {row.key: row for row in (seat.owner, *(place.owner for place in places), *extra)}
        shared: Desks = {}
        for place in (seat, *places):
            own = _desks(place, areas, templates.desk, numbers)
            shared = shared or own
            services += own.values()
            routes += _routes(place, own, ChainMap(dict(own), dict(shared)), areas, topics)
    return Directory(tuple(organisations.values()), tuple(services), tuple(routes), templates.sites)


def _county_place(county: CountyRow, members: Sequence[MunicipalityRow]) -> _Place:
    """Helsinki's one municipality is its own county: both levels share the organisation."""
    if county.kind == "city":
        owner = OrganisationRow(_slug(members[0].name_fi), "city", county.names)
    else:
        suffix = f" ({county.short})" if county.short else ""
        names = {language: name + suffix for language, name in county.names.items()}
        owner = OrganisationRow(_slug(county.short or county.area["fi"]), "county", names)
    return _Place("county", county.code, county.area, county.languages, owner)


def _municipality_place(row: MunicipalityRow, seat: _Place, areas: Sequence[AreaTemplate]) -> _Place:
    names = {"fi": row.name_fi, "sv": row.name_sv, "en": row.name_fi}
    called = {
        "fi": f"{row.name_fi} (kunta)",
        "sv": f"{row.name_sv} (kommun)",
        "en": f"Municipality of {row.name_fi}",
    }
    for area in areas:
        called = dict(area.organisation_names.get(row.code, called))
    owner = OrganisationRow(_slug(row.name_fi), "municipality", called)
    if seat.owner.kind == "city":
        owner = seat.owner
    return _Place("municipality", row.code, names, tuple(row.languages.split("/")), owner)


def _desks(
    place: _Place, areas: Sequence[AreaTemplate], defaults: DeskDefaults, numbers: Iterator[str]
) -> dict[str, ServiceRow]:
    chosen = {
        template.key: template
        for area in areas
        for template in area.desks
        if (template.owner == "municipality") == (place.level == "municipality")
        and (not template.municipalities or place.code in template.municipalities)
    }
    return {
        key: _desk(template, place, f"{key}-sv" in chosen, defaults, next(numbers))
        for key, template in chosen.items()
    }


def _desk(
    template: DeskTemplate, place: _Place, has_twin: bool, defaults: DeskDefaults, number: str
) -> ServiceRow:
    organisation = place.owner.key if template.owner in ("county", "municipality") else template.owner
    languages = template.languages or (*place.languages, "en")
    return ServiceRow(
        key=f"{organisation}-{template.key}".replace("_", "-"),
        organisation=organisation,
        kind=template.kind,
        names={
            language: name.format(place=place.names[language]) for language, name in template.names.items()
        },
        languages=tuple(language for language in languages if not (has_twin and language == "sv")),
        interpreters=defaults.interpreters,
        hours=defaults.hours,
        open_on_holidays=defaults.open_on_holidays,
        promise_days=template.promise_days,
        promise_channel=template.promise_channel,
        duty_number=number,
        alert_spacing_s=defaults.alert_spacing_s,
    )


def _routes(
    place: _Place, own: Desks, reachable: Desks, areas: Sequence[AreaTemplate], topics: Mapping[str, str]
) -> list[RouteRow]:
    """Topics to the desks of their own kind here, then the written routes, then both again for Swedish."""
    routes = [place.route(own[kind], topic) for topic, kind in topics.items() if kind in own]
    for template in (route for area in areas for route in area.routes if route.place == place.level):
        conditions = product(
            template.topics or (None,), template.kinds or (None,), template.age_groups or (None,)
        )
        routes += [place.route(reachable[template.to], *condition) for condition in conditions]
    return routes + _in_swedish(routes, reachable)


def _in_swedish(routes: Sequence[RouteRow], desks: Desks) -> list[RouteRow]:
    """Language outweighs age: when one route of a topic has a Swedish desk, the whole topic is repeated."""
    twins = {desk.key: desks[f"{key}-sv"].key for key, desk in desks.items() if f"{key}-sv" in desks}
    affected = {route.topic for route in routes if route.service in twins}
    return [
        replace(route, service=twins.get(route.service, route.service), language="sv")
        for route in routes
        if route.topic in affected
    ]


def _area(data: Mapping[str, Any]) -> AreaTemplate:
    return AreaTemplate(
        counties=tuple(data["counties"]),
        desks=tuple(DeskTemplate(**_frozen(item)) for item in data["desks"]),
        routes=tuple(RouteTemplate(**_frozen(item)) for item in data["routes"]),
        organisations=tuple(OrganisationRow(**item) for item in data.get("organisations", ())),
        organisation_names=data.get("organisation_names", {}),
    )


def _frozen(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in item.items()}


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
