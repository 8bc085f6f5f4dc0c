"""An organisation leaves: first everything is exported, then everything is erased, its case keys destroyed."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.activities.editing import put_end
from helpbutton.activities.models import Activity
from helpbutton.audit import operations as audit
from helpbutton.cases.models import Case, CaseEvent, CaseKey, Contact
from helpbutton.conversation.models import Message
from helpbutton.db import reading, transaction
from helpbutton.directory.models import DirectoryVersion, Organisation, Route, Service, Site
from helpbutton.errors import Conflict, FieldError, Invalid, NotFound
from helpbutton.exchange.file import written
from helpbutton.exchange.stored import stored
from helpbutton.feedback.models import Feedback
from helpbutton.notifications.models import OwnText
from helpbutton.privacy.export import line, lines_beside_cases, lines_of_audit, lines_of_cases
from helpbutton.routing.operations import without_new_gaps
from helpbutton.staff.actor import Actor
from helpbutton.staff.duty_models import DutyFeed, DutyNote
from helpbutton.staff.models import Account, Membership, NotificationChoice, Shift
from helpbutton.staff.sessions import end_all
from helpbutton.vault import sealing

EXPORT_IS_FRESH = dt.timedelta(days=7)
FORMAT = "helpbutton-organisation/1"


@dataclass(frozen=True)
class Leaving:
    """How far an organisation is from leaving: cases that are open and routes that still lead to its desks stand in
    the way, and so does a missing or old export, or one that is `outdated`: something has happened since it began."""

    open_cases: int
    cases: int
    routes: int
    exported_at: dt.datetime | None
    outdated: bool
    may_erase: bool


def leaving(*, actor: Actor, organisation_id: int) -> Leaving:
    """What stands in the way. Raises NotFound for an organisation that is not the actor's."""
    return _leaving(reading(), _own(reading(), actor, organisation_id))


def export_all(*, actor: Actor, organisation_id: int) -> Iterator[str]:
    """Every case in the clear, the members, the directory, feedback, rosters, duty notes and the audit record as lines
    of JSON; every case's look is on record before the first line. Only an export that was fetched to its end counts,
    and it counts from its beginning. Raises NotFound.
    """
    began = clock.now()
    with transaction() as session:
        organisation = _own(session, actor, organisation_id)
        _record(session, actor, organisation, "export_organisation")
        for case_id in session.scalars(
            select(Case.id).where(Case.organisation_id == organisation.id, ~Case.canary)
        ).all():
            audit.record(
                session,
                organisation_id=organisation.id,
                actor=actor.pseudonym,
                action="export",
                subject=sealing.pseudonym("case", case_id),
                ground="administrator",
            )
        key = organisation.key
    return _lines(organisation_id, key, began)


def erase_all(*, actor: Actor, organisation_id: int, typed_key: str) -> None:
    """Destroy the keys of its cases, drop contacts and feedback, close its desks and buttons, end its open help
    and its memberships.

    What families told it can be read by nobody from then on, in no copy of the database without the old keys. Raises
    NotFound; Invalid unless its key was typed; Conflict while something stands in the way; LeavesGaps.
    """
    with transaction() as session, without_new_gaps():
        organisation = _own(session, actor, organisation_id, locked=True)
        if typed_key.strip() != organisation.key:
            raise Invalid(FieldError("typed_key", "not_the_key"))
        if not _leaving(session, organisation).may_erase:
            raise Conflict("something stands in the way of leaving")
        _erase_cases(session, organisation.id)
        session.execute(delete(Feedback).where(Feedback.organisation_id == organisation.id))
        session.execute(delete(OwnText).where(OwnText.organisation_id == organisation.id))
        session.execute(delete(DirectoryVersion).where(DirectoryVersion.organisation_id == organisation.id))
        session.execute(update(Site).where(Site.organisation_id == organisation.id).values(active=False))
        _end_open_help(session, organisation.id)
        _record(session, actor, organisation, "erase_organisation")
        _close_desks(session, organisation.id)
        organisation.erased_at = clock.now()
        session.flush()


def _lines(organisation_id: int, key: str, began: dt.datetime) -> Iterator[str]:
    session = reading()
    organisation = session.get_one(Organisation, organisation_id)
    about = {
        "format": FORMAT,
        "organisation": key,
        "names": organisation.names,
        "at": began.isoformat(),
    }
    people = _people(session, organisation_id)
    directory = written(stored(organisation_id))
    beside_cases = lines_beside_cases(session, organisation_id)
    session.rollback()
    yield json.dumps(about, ensure_ascii=False) + "\n"
    yield line("directory", json.loads(directory))
    for name, role, place in people:
        yield line("member", {"name": name, "role": role, "at": place})
    yield from beside_cases
    cases = 0
    for case in lines_of_cases(session, organisation_id):
        cases += 1
        yield case
    yield from lines_of_audit(session, organisation_id)
    yield line("end", {"cases": cases})
    own = Organisation.id == organisation_id
    with transaction() as session:
        session.execute(update(Organisation).where(own).values(exported_at=began))


def _people(session: Session, organisation_id: int) -> list[tuple[str, str, str]]:
    rows = session.execute(
        select(Account.name, Membership.role, Service.key, Organisation.key)
        .join(Membership, Membership.account_id == Account.id)
        .outerjoin(Service, Service.id == Membership.service_id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .where(
            or_(
                Membership.organisation_id == organisation_id,
                Service.organisation_id == organisation_id,
            )
        )
        .order_by(Membership.id)
    )
    return [(name, role, desk or key) for name, role, desk, key in rows]


def _own(session: Session, actor: Actor, organisation_id: int, *, locked: bool = False) -> Organisation:
    wanted = select(Organisation).where(
        Organisation.id == organisation_id,
        Organisation.id.in_(actor.organisations_as("administrator")),
        Organisation.erased_at.is_(None),
    )
    found = session.scalar(wanted.with_for_update() if locked else wanted)
    if found is None:
        raise NotFound("organisation")
    return found


def _leaving(session: Session, organisation: Organisation) -> Leaving:
    cases = select(func.count(Case.id)).where(Case.organisation_id == organisation.id, ~Case.canary)
    open_cases = session.scalar(cases.where(Case.state != "closed")) or 0
    routes = session.scalar(
        select(func.count(Route.id))
        .join(Service, Service.id == Route.service_id)
        .where(
            Service.organisation_id == organisation.id,
            or_(Route.valid_to.is_(None), Route.valid_to >= clock.today()),
        )
    )
    exported = organisation.exported_at
    fresh = exported is not None and clock.now() - exported < EXPORT_IS_FRESH
    outdated = exported is not None and _anything_since(session, organisation.id, exported)
    return Leaving(
        open_cases=open_cases,
        cases=session.scalar(cases) or 0,
        routes=routes or 0,
        exported_at=exported,
        outdated=outdated,
        may_erase=fresh and not outdated and not open_cases and not routes,
    )


def _anything_since(session: Session, organisation_id: int, moment: dt.datetime) -> bool:
    """Whether its cases, feedback or duty notes have anything that was not there at this moment (aware)."""
    case = (Case.organisation_id == organisation_id, ~Case.canary)
    own = select(Case.id).where(*case)
    desks = select(Service.id).where(Service.organisation_id == organisation_id)
    newer = (
        select(Case.id).where(*case, Case.received_at >= moment),
        select(CaseEvent.id).where(CaseEvent.case_id.in_(own), CaseEvent.at >= moment),
        select(Message.id).where(Message.case_id.in_(own), Message.at >= moment),
        select(Feedback.id).where(
            Feedback.organisation_id == organisation_id, Feedback.received_at >= moment
        ),
        select(DutyNote.id).where(DutyNote.service_id.in_(desks), DutyNote.at >= moment),
    )
    return any(session.scalar(found.limit(1)) is not None for found in newer)


def _erase_cases(session: Session, organisation_id: int) -> None:
    own = select(Case.id).where(Case.organisation_id == organisation_id)
    session.execute(delete(Contact).where(Contact.case_id.in_(own)))
    session.execute(delete(CaseKey).where(CaseKey.case_id.in_(own)))


def _end_open_help(session: Session, organisation_id: int) -> None:
    lasting = or_(Activity.valid_to.is_(None), Activity.valid_to >= clock.today())
    for activity in session.scalars(
        select(Activity).where(Activity.organisation_id == organisation_id, lasting)
    ):
        put_end(activity)


def _close_desks(session: Session, organisation_id: int) -> None:
    """The last day of its desks was yesterday; who had no other role cannot sign in any more."""
    desks = select(Service.id).where(Service.organisation_id == organisation_id)
    yesterday = clock.today() - dt.timedelta(days=1)
    own = or_(Membership.organisation_id == organisation_id, Membership.service_id.in_(desks))
    people = set(session.scalars(select(Membership.account_id).where(own)))
    for table in (Shift, DutyNote, DutyFeed):
        session.execute(delete(table).where(table.service_id.in_(desks)))
    session.execute(delete(NotificationChoice).where(NotificationChoice.service_id.in_(desks)))
    session.execute(delete(Membership).where(own))
    left = set(session.scalars(select(Membership.account_id).where(Membership.account_id.in_(people))))
    for account_id in people - left:
        session.get_one(Account, account_id).active = False
        end_all(session, account_id)
    session.execute(
        update(Service)
        .where(Service.organisation_id == organisation_id)
        .values(valid_to=yesterday, duty_number=None, version=Service.version + 1)
    )


def _record(session: Session, actor: Actor, organisation: Organisation, action: str) -> None:
    audit.record(
        session,
        organisation_id=organisation.id,
        actor=actor.pseudonym,
        action=action,
        subject=sealing.pseudonym("organisation", organisation.id),
        ground="administrator",
    )
