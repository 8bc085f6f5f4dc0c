"""Loading a file of the directory: tried first, proved while it is stored, and the state before it is kept."""

import datetime as dt
import zlib
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.db import reading, transaction
from helpbutton.directory import files, reference
from helpbutton.directory.files import DirectoryFile, Plan, columns_of
from helpbutton.directory.models import (
    Area,
    DirectoryVersion,
    Organisation,
    Route,
    Service,
    Site,
    SiteSeen,
)
from helpbutton.directory.rows import Directory, RouteRow, check
from helpbutton.directory.services import PROVED
from helpbutton.directory.stored import route_row, stored
from helpbutton.errors import Conflict, FieldError, Invalid, NotFound
from helpbutton.routing.operations import end_routes, route_of, without_new_gaps
from helpbutton.staff.actor import Actor
from helpbutton.vault import sealing

KEPT = 20
"""Earlier states of each directory that can be looked at."""
PROBLEMS_SHOWN = 40


class BadDirectory(Invalid):
    """The file can be read, but the directory would be wrong; `problems` are English sentences about its keys."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(FieldError("file", "bad_directory"))
        self.problems = problems


@dataclass(frozen=True)
class EarlierState:
    """A state that a file replaced at this moment (aware UTC)."""

    id: int
    at: dt.datetime


def try_file(*, text: str, organisation_id: int | None = None) -> Plan:
    """What loading would do, without the proof; nothing is stored. Raises Invalid, BadDirectory."""
    _, found = _planned(files.read(text), organisation_id)
    return found


def load_file(
    *, text: str, actor: Actor | None = None, organisation_id: int | None = None, anyway: bool = False
) -> Plan:
    """Make the directory what the file says, or leave everything as it was; without a new gap.

    An actor loads for an organisation that they administer; without one (the command line) it is the whole
    installation. Raises NotFound, Invalid, BadDirectory, LeavesGaps, and Conflict when the directory has changed since
    the file was exported, unless `anyway`.
    """
    if actor is not None and organisation_id not in actor.organisations_as("administrator"):
        raise NotFound("organisation")
    file = files.read(text)
    with transaction() as session:
        now, found = _planned(file, organisation_id)
        if found.empty:
            return found
        if not anyway and file.revision not in (None, files.revision_of(now)):
            raise Conflict("the directory has changed since the file was exported")
        _keep(session, now, actor, organisation_id)
        with without_new_gaps() if _needs_proof(now, file.directory, found) else nullcontext():
            touched = _store(session, file.directory, found)
        for owner_id in sorted(touched):
            _record(session, actor, owner_id)
        return found


def earlier_states(organisation_id: int | None = None) -> list[EarlierState]:
    """The states that files replaced, the newest first."""
    rows = reading().execute(
        select(DirectoryVersion.id, DirectoryVersion.at)
        .where(DirectoryVersion.organisation_id == organisation_id)
        .order_by(DirectoryVersion.id.desc())
        .limit(KEPT)
    )
    return [EarlierState(row[0], row[1]) for row in rows]


def earlier_file(state_id: int, organisation_id: int | None = None) -> str:
    """One of them as a file. Raises NotFound."""
    content = reading().scalar(
        select(DirectoryVersion.content).where(
            DirectoryVersion.id == state_id, DirectoryVersion.organisation_id == organisation_id
        )
    )
    if content is None:
        raise NotFound("state")
    return zlib.decompress(content).decode()


def _planned(file: DirectoryFile, organisation_id: int | None) -> tuple[Directory, Plan]:
    now, everything = stored(organisation_id), stored()
    wanted = file.directory
    for name in ("services", "sites"):
        owners = {row.key: row.organisation for row in getattr(everything, name)}
        if any(owners.get(row.key, row.organisation) != row.organisation for row in getattr(wanted, name)):
            raise Invalid(FieldError("file", "not_own_directory"))
    if organisation_id is not None:
        _must_be_own(wanted, now)
    found = files.plan(now, wanted)
    problems = check(_merged(everything, wanted, found), reference.read().known)
    if problems:
        raise BadDirectory(problems[:PROBLEMS_SHOWN])
    return now, found


def _must_be_own(wanted: Directory, now: Directory) -> None:
    """A file of one organisation names that one alone."""
    own = {row.key for row in now.organisations}
    named = {row.key for row in wanted.services}
    foreign = (
        wanted.areas,
        {row.key for row in wanted.organisations} - own,
        ({row.organisation for row in wanted.services} | {row.organisation for row in wanted.sites}) - own,
        {route.service for route in wanted.routes} - named,
    )
    if any(foreign):
        raise Invalid(FieldError("file", "not_own_directory"))


def _merged(everything: Directory, wanted: Directory, found: Plan) -> Directory:
    def over(name: str) -> tuple[object, ...]:
        rows = {row.key: row for row in getattr(everything, name)}
        return tuple((rows | {row.key: row for row in getattr(wanted, name)}).values())

    ended = set(found.ended_routes)
    routes = (*(route for route in everything.routes if route not in ended), *found.new_routes)
    parts = {name: over(name) for name in ("organisations", "services", "areas", "sites")}
    return replace(everything, routes=routes, **parts)  # type: ignore[arg-type]


def _needs_proof(now: Directory, wanted: Directory, found: Plan) -> bool:
    """Whether anything changes on which it depends where requests end."""
    stand = {row.key: row for row in now.services}
    desks = [(stand[row.key], row) for row in wanted.services if row.key in stand]
    abilities_change = any(getattr(old, name) != getattr(new, name) for old, new in desks for name in PROVED)
    areas_change = found.added["areas"] or found.changed["areas"]
    return bool(abilities_change or areas_change or found.new_routes or found.ended_routes)


def _store(session: Session, wanted: Directory, found: Plan) -> set[int]:
    """Write what the plan names; returns the ids of the organisations that it touches."""
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


def _keep(session: Session, now: Directory, actor: Actor | None, organisation_id: int | None) -> None:
    session.add(
        DirectoryVersion(
            organisation_id=organisation_id,
            at=clock.now(),
            account_id=actor.account_id if actor else None,
            content=zlib.compress(files.written(now).encode()),
        )
    )


def _record(session: Session, actor: Actor | None, organisation_id: int) -> None:
    audit.record(
        session,
        organisation_id=organisation_id,
        actor=actor.pseudonym if actor else "system",
        action="load_directory",
        subject=sealing.pseudonym("organisation", organisation_id),
        ground="administrator" if actor else "command line",
    )
