"""Routes as those who keep them see them: the routes to their desks, and what a new one may name."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select

from helpbutton import clock
from helpbutton.db import reading
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Area, County, Route, Service
from helpbutton.directory.queries import Names
from helpbutton.directory.rows import MunicipalityRow
from helpbutton.staff.actor import Actor

SHOWN = 300


@dataclass(frozen=True)
class RouteView:
    """One route that is or will be in force; an empty field means any. `place_names` is None for everywhere."""

    id: int
    desk_key: str
    desk_names: Names
    topic: str | None
    place_names: Names | None
    kind: str | None
    language: str | None
    age_group: str | None
    role: str | None
    valid_from: dt.date | None
    valid_to: dt.date | None


@dataclass(frozen=True)
class Places:
    """Where a route may lie: codes or keys with names, of what this installation serves."""

    municipalities: Mapping[str, Names]
    counties: Mapping[str, Names]
    areas: Mapping[str, Names]


def routed_desks(actor: Actor) -> dict[str, Names]:
    """Desks to which this person may lead routes, by key."""
    administered = actor.organisations_as("administrator")
    rows = reading().execute(
        select(Service.key, Service.names)
        .where(Service.organisation_id.in_(administered))
        .order_by(Service.key)
    )
    return {row[0]: row[1] for row in rows}


def names_of(keys: Collection[str]) -> dict[str, Names]:
    """The names of desks by key."""
    rows = reading().execute(select(Service.key, Service.names).where(Service.key.in_(keys)))
    return {row[0]: row[1] for row in rows}


def routes_to(
    desks: Collection[str], *, topic: str | None = None, ids: Collection[int] | None = None
) -> list[RouteView]:
    """The routes to these desks, of one topic or with these ids or all; at most 300, by topic and place."""
    wanted = [Route.topic == topic] if topic else []
    if ids is not None:
        wanted.append(Route.id.in_(ids))
    rows = reading().execute(
        select(Route, Service.key, Service.names)
        .join(Service, Service.id == Route.service_id)
        .where(
            Service.key.in_(desks), or_(Route.valid_to.is_(None), Route.valid_to >= clock.today()), *wanted
        )
        .order_by(Route.topic, Route.county_code, Route.area_key, Route.municipality_code, Route.id)
        .limit(SHOWN)
    )
    known = places()
    return [
        RouteView(
            id=route.id,
            desk_key=key,
            desk_names=names,
            topic=route.topic,
            place_names=_place(route, known),
            kind=route.kind,
            language=route.language,
            age_group=route.age_group,
            role=route.role,
            valid_from=route.valid_from,
            valid_to=route.valid_to,
        )
        for route, key, names in rows
    ]


def places() -> Places:
    """Every place that a new route can name here, also a municipality that begins later."""
    served = directory.installation().counties
    session = reading()
    return Places(
        municipalities={
            row.code: _names(row)
            for row in directory.municipality_rows().values()
            if row.county_code in served and (row.valid_to is None or row.valid_to >= clock.today())
        },
        counties={row.code: row.names for row in session.scalars(select(County)) if row.code in served},
        areas={row.key: row.names for row in session.scalars(select(Area).order_by(Area.key))},
    )


def _place(route: Route, known: Places) -> Names | None:
    if route.municipality_code is not None:
        return _names(directory.municipality_rows()[route.municipality_code])
    for value, named in (
        (route.area_key, known.areas),
        (route.county_code, known.counties),
    ):
        if value is not None:
            return named.get(value, {"fi": value})
    return None


def _names(row: MunicipalityRow) -> Names:
    return {"fi": row.name_fi, "sv": row.name_sv, "en": row.name_fi}
