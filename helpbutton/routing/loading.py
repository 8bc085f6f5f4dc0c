"""The directory's part of a file: what it would be, what has to be proved, and its rows stored."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton.directory.files import Plan, columns_of
from helpbutton.directory.models import Area, Organisation, Route, Service, Site, SiteSeen
from helpbutton.directory.rows import Directory, RouteRow
from helpbutton.directory.services import PROVED
from helpbutton.directory.stored import route_row
from helpbutton.routing.operations import end_routes, route_of


def merged(everything: Directory, wanted: Directory, found: Plan) -> Directory:
    """The directory of the whole installation as it would be."""

    def over(name: str) -> tuple[object, ...]:
        rows = {row.key: row for row in getattr(everything, name)}
        return tuple((rows | {row.key: row for row in getattr(wanted, name)}).values())

    ended = set(found.ended_routes)
    routes = (*(route for route in everything.routes if route not in ended), *found.new_routes)
    parts = {name: over(name) for name in ("organisations", "services", "areas", "sites")}
    return replace(everything, routes=routes, **parts)  # type: ignore[arg-type]


def needs_proof(now: Directory, wanted: Directory, found: Plan) -> bool:
    """Whether anything in the directory changes on which it depends where requests end."""
    stand = {row.key: row for row in now.services}
    desks = [(stand[row.key], row) for row in wanted.services if row.key in stand]
    abilities_change = any(getattr(old, name) != getattr(new, name) for old, new in desks for name in PROVED)
    areas_change = found.added["areas"] or found.changed["areas"]
    return bool(abilities_change or areas_change or found.new_routes or found.ended_routes)


def store(session: Session, wanted: Directory, found: Plan) -> set[int]:
    """Inside a transaction: write what the plan names; returns the ids of the organisations that it touches."""
    renamed = {
        row.key
        for row in wanted.organisations
        if _write(session, Organisation, Organisation.key == row.key, columns_of(row))
    }
    session.flush()
    owners = {key: id for id, key in session.execute(select(Organisation.id, Organisation.key))}
    for area in wanted.areas:
        _write(session, Area, Area.key == area.key, columns_of(area))
    touched = {owners[key] for key in renamed}
    for service in wanted.services:
        owner = {"organisation_id": owners[service.organisation]}
        changed = columns_of(service, without=["organisation"]) | owner
        if _write(session, Service, Service.key == service.key, changed):
            touched.add(owner["organisation_id"])
    for site in wanted.sites:
        owner = {"organisation_id": owners[site.organisation]}
        new = session.scalar(select(Site.id).where(Site.key == site.key)) is None
        if _write(session, Site, Site.key == site.key, columns_of(site, without=["organisation"]) | owner):
            touched.add(owner["organisation_id"])
        if new:
            session.add(SiteSeen(site_id=session.scalars(select(Site.id).where(Site.key == site.key)).one()))
    session.flush()
    return touched | _store_routes(session, found)


def _store_routes(session: Session, found: Plan) -> set[int]:
    changed = (*found.new_routes, *found.ended_routes)
    keys = {route.service for route in changed}
    desks = {row.key: row for row in session.scalars(select(Service).where(Service.key.in_(keys)))}
    end_routes(session, _rows_of(session, found.ended_routes, desks))
    session.add_all(route_of(route, desks[route.service]) for route in found.new_routes)
    session.flush()
    return {desk.organisation_id for desk in desks.values()}


def _rows_of(session: Session, routes: Iterable[RouteRow], desks: dict[str, Service]) -> list[Route]:
    ended = set(routes)
    rows = session.scalars(select(Route).where(Route.service_id.in_({desk.id for desk in desks.values()})))
    keys = {desk.id: key for key, desk in desks.items()}
    return [row for row in rows if route_row(row, keys[row.service_id]) in ended]


def _write(session: Session, table: type, where: object, values: dict[str, object]) -> bool:
    """Insert or change one row; whether anything changed."""
    row = session.scalar(select(table).where(where))  # type: ignore[arg-type]
    if row is None:
        session.add(table(**values))
        session.flush()
        return True
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)
