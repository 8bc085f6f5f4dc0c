"""Reading climbs: what waits to be accepted on a case, and what nobody has accepted."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from helpbutton.cases.models import Case, CaseEvent
from helpbutton.db import reading
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Names
from helpbutton.escalation.ladder import URGENT
from helpbutton.escalation.models import Climb
from helpbutton.staff.actor import Actor

ACTS = (
    *("taken", "answered", "contact_made", "assignment_accepted"),
    *("closed", "transferred", "alert_accepted"),
)
"""Lines of the logbook by which staff show that they have a case in hand."""


@dataclass(frozen=True)
class ClimbView:
    """Something that nobody has accepted; `since` aware UTC. `listed`: every step of its ladder is behind it."""

    id: int
    case_number: str
    subject: str
    service_id: int
    desk: Names
    since: dt.datetime
    listed: bool


def is_live() -> ColumnElement[bool]:
    """Climbs that go on as far as their own row knows."""
    return Climb.ended.is_(None) | (Climb.ended == "list")


def overseen_by(actor: Actor) -> ColumnElement[bool]:
    """Climbs at the desks that the actor leads and in the organisations that they administer."""
    led = [service_id for service_id, role in actor.services.items() if role == "lead"]
    administered = [key for key, role in actor.organisations.items() if role == "administrator"]
    own = select(Service.id).where(Service.organisation_id.in_(administered))
    return Climb.service_id.in_(led) | Climb.service_id.in_(own)


def is_urgent_climbing(session: Session, case_id: int) -> bool:
    """Whether the case climbs as urgent, so that its people are being told anyway."""
    urgent = select(Climb.id).where(Climb.case_id == case_id, Climb.subject == URGENT, is_live())
    return session.scalar(urgent) is not None


def waiting_on(case_id: int) -> tuple[ClimbView, ...]:
    """What waits to be accepted on a case that the caller has just opened, the oldest first."""
    return _waiting(Climb.case_id == case_id)


def nobody_accepted(actor: Actor) -> tuple[ClimbView, ...]:
    """What has come to the end of its ladder, among what the actor oversees, the oldest first."""
    return _waiting((Climb.ended == "list") & overseen_by(actor))


def count_nobody_accepted() -> int:
    """How much has come to the end of its ladder in the whole installation and still waits."""
    return len(_waiting(Climb.ended == "list"))


def _waiting(scope: ColumnElement[bool]) -> tuple[ClimbView, ...]:
    act = (
        select(CaseEvent.id)
        .where(
            CaseEvent.case_id == Climb.case_id,
            CaseEvent.verb.in_(ACTS),
            CaseEvent.at >= Climb.started_at,
        )
        .exists()
    )
    rows = reading().execute(
        select(Climb, Case.number, Service.names)
        .join(Case, Case.id == Climb.case_id)
        .join(Service, Service.id == Climb.service_id)
        .where(scope, is_live(), ~act, Case.closed_at.is_(None))
        .order_by(Climb.started_at, Climb.id)
    )
    return tuple(
        ClimbView(
            row.id, number, row.subject, row.service_id, names, row.started_at, listed=row.ended == "list"
        )
        for row, number, names in rows
    )
