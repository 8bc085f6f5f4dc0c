"""The demo directory: templates of `config/demo/` expanded into areas, desks and routes for all of Finland."""

import datetime as dt
import re
import unicodedata
from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count, product

from helpbutton.directory.demo_templates import AreaTemplate, DeskTemplate, Layer, Templates
from helpbutton.directory.mergers import Merger, in_force, mergers_of, with_successors
from helpbutton.directory.rows import (
    AreaRow,
    CountyRow,
    Directory,
    MunicipalityRow,
    Names,
    OrganisationRow,
    RouteRow,
    ServiceRow,
)

Desks = dict[str, ServiceRow]
"""The desks of one place by template key: "school", "school-sv"."""


@dataclass(frozen=True)
class _Place:
    """Where desks stand: a county, an area or a municipality. `owners`: kind of owner to organisation key."""

    level: str
    code: str
    names: Names
    languages: tuple[str, ...]
    owners: Mapping[str, str]
    layers: Sequence[Layer]

    def route(
        self,
        desk: ServiceRow,
        topic: str | None,
        kind: str | None = None,
        age_group: str | None = None,
        role: str | None = None,
    ) -> RouteRow:
        return RouteRow(
            desk.key,
            topic,
            municipality_code=self.code if self.level == "municipality" else None,
            county_code=self.code if self.level == "county" else None,
            kind=kind,
            age_group=age_group,
            role=role,
            area=self.code if self.level == "area" else None,
        )


@dataclass(frozen=True)
class _County:
    """A county, its municipalities by code, and the organisations that own their desks."""

    seat: _Place
    members: Mapping[str, _Place]
    organisations: Sequence[OrganisationRow]


def build(
    municipalities: Iterable[MunicipalityRow],
    counties: Iterable[CountyRow],
    topics: Mapping[str, str],
    templates: Templates,
    *,
    on: dt.date,
) -> Directory:
    """The demo directory of a local date; the same input gives the same rows in the same order.

    `topics`: topic id to the service kind that takes it by default. Åland and municipalities that are not
    in force on the day get no desks. Raises KeyError when a route names a desk that its place lacks.
    """
    known = {row.code: row for row in municipalities}
    mergers = mergers_of(known)
    living = [row for row in known.values() if in_force(row, on)]
    found = [_county(row, living, templates.layers) for row in counties if row.kind != "aland"]
    home = {code: county for county in found for code in county.members}
    areas = [
        replace(area, municipalities=tuple(code for code in _members(area, mergers) if code in home))
        for layer in templates.layers
        for area in layer.areas
    ]
    draft = _Draft(templates, topics)
    shared = {county.seat.code: draft.add(county.seat) for county in found}
    joint: dict[str, list[Desks]] = {code: [] for code in home}
    for area in areas:
        first = home[area.municipalities[0]]
        members = [home[code].members[code] for code in area.municipalities]
        above = shared[first.seat.code] if area.owner == "county" else {}
        desks = draft.add_area(area, members, first.seat if area.owner == "county" else members[0], above)
        for code in area.municipalities:
            joint[code].append(desks)
    for code, county in home.items():
        draft.add(county.members[code], *joint[code], shared[county.seat.code])
    organisations = {row.key: row for county in found for row in county.organisations}
    return Directory(
        organisations=tuple(organisations.values()),
        services=tuple(draft.services),
        routes=tuple(draft.routes),
        sites=templates.sites,
        areas=tuple(AreaRow(area.key, area.names, area.municipalities) for area in areas),
    )


def _members(area: AreaTemplate, mergers: Sequence[Merger]) -> list[str]:
    named = dict.fromkeys(area.municipalities)
    return [*named, *sorted(with_successors(named, mergers) - named.keys())]


def _county(county: CountyRow, living: Sequence[MunicipalityRow], layers: Sequence[Layer]) -> _County:
    """Helsinki's one municipality is its own county: both share the organisation."""
    members = [row for row in living if row.county_code == county.code]
    here = [layer for layer in layers if layer.holds(county.code)]
    itself = _county_organisation(county, members)
    others = {row.kind: row for layer in here for row in layer.organisations}
    supporters = [
        OrganisationRow(row.key.format(county=itself.key), kind, _placed(row.names, county.area))
        for kind, row in others.items()
    ]
    owners = {"county": itself.key, **{row.kind: row.key for row in supporters}}
    called = {
        row.code: itself if county.kind == "city" else _municipal_organisation(row, here) for row in members
    }
    return _County(
        seat=_Place("county", county.code, county.area, county.languages, owners, here),
        members={row.code: _municipality(row, called[row.code], here) for row in members},
        organisations=[itself, *called.values(), *supporters],
    )


def _county_organisation(county: CountyRow, members: Sequence[MunicipalityRow]) -> OrganisationRow:
    if county.kind == "city":
        return OrganisationRow(_slug(members[0].name_fi), "city", county.names)
    suffix = f" ({county.short})" if county.short else ""
    names = {language: name + suffix for language, name in county.names.items()}
    return OrganisationRow(_slug(county.short or county.area["fi"]), "county", names)


def _municipal_organisation(row: MunicipalityRow, layers: Sequence[Layer]) -> OrganisationRow:
    called: Names = {
        "fi": f"{row.name_fi} (kunta)",
        "sv": f"{row.name_sv} (kommun)",
        "en": f"Municipality of {row.name_fi}",
    }
    for layer in layers:
        called = layer.organisation_names.get(row.code, called)
    return OrganisationRow(_slug(row.name_fi), "municipality", dict(called))


def _municipality(row: MunicipalityRow, organisation: OrganisationRow, layers: Sequence[Layer]) -> _Place:
    names = {"fi": row.name_fi, "sv": row.name_sv, "en": row.name_fi}
    owners = {"municipality": organisation.key}
    return _Place("municipality", row.code, names, tuple(row.languages.split("/")), owners, layers)


class _Draft:
    """The desks and routes so far, added place by place."""

    def __init__(self, templates: Templates, topics: Mapping[str, str]) -> None:
        self.services: list[ServiceRow] = []
        self.routes: list[RouteRow] = []
        self._defaults = templates.desk
        self._numbers = (f"{templates.desk.number_prefix}{n:04d}" for n in count(1))
        self._topics = topics

    def add(self, place: _Place, *near: Desks) -> Desks:
        """The desks of a county or municipality, except those that an area already keeps for it."""
        own = self._desks(
            [desk for desk in _templates_of(place) if not any(desk.key in there for there in near)], place
        )
        self.routes += self._routes(place, own, *near)
        return own

    def add_area(self, area: AreaTemplate, members: Sequence[_Place], host: _Place, above: Desks) -> Desks:
        """The desks of an area, with its host's routes for every topic that one of them answers.

        A bilingual county serves in both languages everywhere, municipalities in those of the members.
        """
        spoken = dict.fromkeys(chain.from_iterable(place.languages for place in members))
        languages = host.languages if area.owner == "county" else tuple(spoken)
        owners = {area.owner: host.owners[area.owner]}
        place = _Place("area", area.key, area.names, languages, owners, host.layers)
        own = self._desks([desk for desk in _templates_of(place) if desk.kind in area.kinds], place)
        answering = {desk.key for desk in own.values()}
        routes = self._routes(place, own, above)
        touched = {route.topic for route in routes if route.service in answering}
        self.routes += [route for route in routes if route.topic in touched]
        return own

    def _desks(self, templates: Sequence[DeskTemplate], place: _Place) -> Desks:
        keys = {template.key for template in templates}
        desks = {
            template.key: self._desk(template, place, has_twin=f"{template.key}-sv" in keys)
            for template in templates
        }
        self.services += desks.values()
        return desks

    def _desk(self, template: DeskTemplate, place: _Place, *, has_twin: bool) -> ServiceRow:
        organisation = place.owners[template.owner]
        area = f"{place.code}-" if place.level == "area" else ""
        languages = template.languages or (*place.languages, "en")
        return ServiceRow(
            key=f"{organisation}-{area}{template.key}".replace("_", "-"),
            organisation=organisation,
            kind=template.kind,
            names=_placed(template.names, place.names),
            languages=tuple(language for language in languages if not (has_twin and language == "sv")),
            interpreters=self._defaults.interpreters,
            hours=self._defaults.hours,
            open_on_holidays=self._defaults.open_on_holidays,
            promise_days=template.promise_days,
            promise_channel=template.promise_channel,
            duty_number=next(self._numbers),
            alert_spacing_s=self._defaults.alert_spacing_s,
        )

    def _routes(self, place: _Place, own: Desks, *near: Desks) -> list[RouteRow]:
        """Topics to the desks of their own kind here, then the written routes, then both again for Swedish.

        An area passes over written routes to desks that it cannot reach: its members have them.
        """
        reachable = ChainMap(own, *near)
        routes = [place.route(own[kind], topic) for topic, kind in self._topics.items() if kind in own]
        for template in (route for layer in place.layers for route in layer.routes):
            if template.place not in place.owners or (place.level == "area" and template.to not in reachable):
                continue
            lists = (template.topics, template.kinds, template.age_groups, template.roles)
            conditions = product(*(values or (None,) for values in lists))
            routes += [place.route(reachable[template.to], *condition) for condition in conditions]
        return routes + _in_swedish(routes, reachable)


def _templates_of(place: _Place) -> list[DeskTemplate]:
    """What stands at a place; a later, narrower layer replaces a desk of the same key."""
    chosen = {
        template.key: template
        for layer in place.layers
        for template in layer.desks
        if template.owner in place.owners
        and (not template.municipalities or place.code in template.municipalities)
    }
    return list(chosen.values())


def _in_swedish(routes: Sequence[RouteRow], desks: Mapping[str, ServiceRow]) -> list[RouteRow]:
    """Language outweighs age: when one route of a topic has a Swedish desk, the whole topic is repeated."""
    twins = {desk.key: desks[f"{key}-sv"].key for key, desk in desks.items() if f"{key}-sv" in desks}
    affected = {route.topic for route in routes if route.service in twins}
    return [
        replace(route, service=twins.get(route.service, route.service), language="sv")
        for route in routes
        if route.topic in affected
    ]


def _placed(names: Names, place: Names) -> dict[str, str]:
    return {language: name.format(place=place[language]) for language, name in names.items()}


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
