"""Loading a file: tried first, proved while it is stored, and the state before it is kept."""

import datetime as dt
import zlib
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy import text as statement
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from helpbutton import clock
from helpbutton.activities.models import Activity
from helpbutton.audit import operations as audit
from helpbutton.conversation.models import SavedReply
from helpbutton.db import dialect_of, reading, transaction
from helpbutton.directory import reference
from helpbutton.directory import stored as directory
from helpbutton.directory.files import Plan
from helpbutton.directory.models import (
    Area,
    DirectoryVersion,
    HelpLine,
    HelpLineCheck,
    Installation,
    LanguageChoice,
    Organisation,
    Route,
    Service,
    Site,
)
from helpbutton.directory.operations import living
from helpbutton.directory.rows import check
from helpbutton.errors import Conflict, FieldError, Invalid, NotFound
from helpbutton.escalation.models import OwnLadder
from helpbutton.exchange import file as files
from helpbutton.exchange import rules, storing
from helpbutton.exchange.file import KeptFile
from helpbutton.exchange.rows import PARTS, SHARED, Whole
from helpbutton.exchange.stored import stored
from helpbutton.notifications.models import OwnText
from helpbutton.routing import loading
from helpbutton.routing.operations import without_new_gaps
from helpbutton.staff.actor import Actor
from helpbutton.vault import sealing

KEPT = 20
"""Earlier states of each directory that can be looked at."""
PROBLEMS_SHOWN = 40
WRONG, OF_OTHERS = FieldError("file", "bad_directory"), FieldError("file", "not_own_directory")
HELD = (
    *(Installation, HelpLineCheck, LanguageChoice, Organisation, Service, Area, Route, Site),
    *(SavedReply, OwnText, OwnLadder, Activity),
)


class BadDirectory(Invalid):
    """The file can be read, but what it says is wrong; `problems` are English sentences about its keys and places."""

    def __init__(self, problems: tuple[str, ...], error: FieldError = WRONG) -> None:
        super().__init__(error)
        self.problems = problems[:PROBLEMS_SHOWN]


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
    """Make what administrators keep what the file says, or leave everything as it was; without a new gap.

    An actor loads for an organisation that they administer; without one (the command line) it is the whole
    installation. Raises NotFound, Invalid, BadDirectory, LeavesGaps, and Conflict when something has changed since
    the file was exported, unless `anyway`; an empty installation takes a file from anywhere.
    """
    if actor is not None and organisation_id not in actor.organisations_as("administrator"):
        raise NotFound("organisation")
    file = files.read(text)
    try:
        with transaction() as session:
            _hold(session)
            now, found = _planned(file, organisation_id)
            if found.empty:
                return found
            if now.organisations and not (anyway or file.is_of(now)):
                raise Conflict("the file was not exported from what stands here now")
            _keep(session, now, actor, organisation_id)
            with without_new_gaps() if _needs_proof(now, file.whole, found) else nullcontext():
                touched = loading.store(session, file.whole, found)
                touched |= storing.store(
                    session,
                    now=now,
                    wanted=file.whole,
                    plan=found,
                    account_id=actor.account_id if actor else None,
                )
            if any(keys.get(part) for keys in (found.added, found.changed, found.removed) for part in SHARED):
                touched |= set(living(session))
            for owner_id in sorted(touched):
                _record(session, actor, owner_id)
            return found
    except (IntegrityError, StaleDataError):
        raise Conflict("the directory changed while the file was loaded") from None


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


def _hold(session: Session) -> None:
    """PostgreSQL: nobody changes what is compared and written here meanwhile; SQLite has one writer anyway."""
    if dialect_of(session) == "postgresql":
        tables = ", ".join(table.__tablename__ for table in HELD)
        session.execute(statement(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE"))


def _planned(file: KeptFile, organisation_id: int | None) -> tuple[Whole, Plan]:
    now, everything, wanted = stored(organisation_id), directory.stored(), file.whole
    foreign = () if organisation_id is None else _foreign(wanted, now, organisation_id)
    if others := (*foreign, *_taken(wanted)):
        raise BadDirectory(others, OF_OTHERS)
    found = files.plan(now, file)
    data = reference.read()
    merged = loading.merged(everything, wanted, found)
    numbers = {row.id: row.number for row in reading().execute(select(HelpLine.id, HelpLine.number))}
    around = rules.Around(merged, data.known, numbers, clock.today())
    found_wrong = check(merged, data.known)
    standing = set(check(everything, data.known)) if found_wrong else set()
    new = tuple(problem for problem in found_wrong if problem not in standing)
    if problems := new or rules.problems(now, wanted, found, around):
        raise BadDirectory(problems)
    return now, found


def _foreign(wanted: Whole, now: Whole, organisation_id: int) -> Iterator[str]:
    """The places of what a file of one organisation must not name: what is of others or of everybody."""
    own = {row.key for row in now.organisations}
    desks = {None, *(row.key for row in (*wanted.services, *now.services))}
    kept = {row[0]: row[1] for row in reading().execute(select(Activity.key, Activity.organisation_id))}

    def is_own(part: str, row: Any) -> bool:
        if part in SHARED:
            return False
        if part == "organisations":
            return row.key in own
        if part == "activities" and kept.get(row.key, organisation_id) != organisation_id:
            return False
        if hasattr(row, "organisation") and row.organisation not in own:
            return False
        return getattr(row, "service", None) in desks

    for part in PARTS:
        for number, row in enumerate(getattr(wanted, part), 1):
            if not is_own(part, row):
                yield f"{part} {number}"


def _taken(wanted: Whole) -> Iterator[str]:
    """What has the key of another organisation's, or of one that has left: nothing of theirs changes hands."""
    session = reading()
    left = set(session.scalars(select(Organisation.key).where(Organisation.erased_at.is_not(None))))
    yield from (f"Organisation {row.key}: it has left." for row in wanted.organisations if row.key in left)
    for title, table, rows in (("Desk", Service, wanted.services), ("Site", Site, wanted.sites)):
        owners = {
            row[0]: row[1]
            for row in session.execute(select(table.key, Organisation.key).join(table.organisation))
        }
        for row in rows:
            if owners.get(row.key, row.organisation) != row.organisation:
                yield f"{title} {row.key}: the key is another organisation's."


def _needs_proof(now: Whole, wanted: Whole, found: Plan) -> bool:
    counties = (keys.get("served_counties") for keys in (found.added, found.removed))
    return any(counties) or loading.needs_proof(now, wanted, found)


def _keep(session: Session, now: Whole, actor: Actor | None, organisation_id: int | None) -> None:
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
