"""Loading a file: tried first, proved while it is stored, and the state before it is kept."""

import datetime as dt
import zlib
from contextlib import nullcontext
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from helpbutton import clock
from helpbutton.activities.models import Activity
from helpbutton.audit import operations as audit
from helpbutton.db import reading, transaction
from helpbutton.directory import reference
from helpbutton.directory import stored as directory
from helpbutton.directory.files import Plan
from helpbutton.directory.models import DirectoryVersion, HelpLine
from helpbutton.directory.rows import check
from helpbutton.errors import Conflict, FieldError, Invalid, NotFound
from helpbutton.exchange import file as files
from helpbutton.exchange import rules, storing
from helpbutton.exchange.file import KeptFile
from helpbutton.exchange.rows import SHARED, Whole
from helpbutton.exchange.stored import stored
from helpbutton.routing import loading
from helpbutton.routing.operations import without_new_gaps
from helpbutton.staff.actor import Actor
from helpbutton.vault import sealing

KEPT = 20
"""Earlier states of each directory that can be looked at."""
PROBLEMS_SHOWN = 40


class BadDirectory(Invalid):
    """The file can be read, but what it says is wrong; `problems` are English sentences about its keys."""

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
            now, found = _planned(file, organisation_id)
            if found.empty:
                return found
            if now.organisations and not (anyway or file.is_of(now)):
                raise Conflict("the directory has changed since the file was exported")
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


def _planned(file: KeptFile, organisation_id: int | None) -> tuple[Whole, Plan]:
    now, everything, wanted = stored(organisation_id), directory.stored(), file.whole
    for name in ("services", "sites"):
        owners = {row.key: row.organisation for row in getattr(everything, name)}
        if any(owners.get(row.key, row.organisation) != row.organisation for row in getattr(wanted, name)):
            raise Invalid(FieldError("file", "not_own_directory"))
    if organisation_id is not None:
        _must_be_own(wanted, now, organisation_id)
    found = files.plan(now, file)
    data = reference.read()
    merged = loading.merged(everything, wanted, found)
    numbers = {row.id: row.number for row in reading().execute(select(HelpLine.id, HelpLine.number))}
    around = rules.Around(merged, data.known, numbers, clock.today())
    problems = (*check(merged, data.known), *rules.problems(now, wanted, found, around))
    if problems:
        raise BadDirectory(problems[:PROBLEMS_SHOWN])
    return now, found


def _must_be_own(wanted: Whole, now: Whole, organisation_id: int) -> None:
    """A file of one organisation names that one alone."""
    own = {row.key for row in now.organisations}
    named = {row.key for row in wanted.services}
    desks = named | {row.key for row in now.services}
    owners = {row.organisation for row in wanted.services} | {row.organisation for row in wanted.sites}
    owners |= {row.organisation for row in wanted.sms_texts} | {row.organisation for row in wanted.ladders}
    used = {row.service for row in wanted.saved_replies} | {row.service for row in wanted.ladders}
    foreign = (
        *(getattr(wanted, name) for name in SHARED),
        {row.key for row in wanted.organisations} - own,
        owners - own,
        {row.organisation for row in wanted.activities} - own,
        {route.service for route in wanted.routes} - named,
        used - desks - {None},
        _kept_by_others({row.key for row in wanted.activities}, organisation_id),
    )
    if any(foreign):
        raise Invalid(FieldError("file", "not_own_directory"))


def _kept_by_others(keys: set[str], organisation_id: int) -> bool:
    """Whether any of these activities, also of those that have ended, is not this organisation's."""
    rows = reading().execute(select(Activity.key, Activity.organisation_id))
    return any(key in keys and owner != organisation_id for key, owner in rows)


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
