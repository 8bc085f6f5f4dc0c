"""Who may see which case: one predicate for lists, search, counts and pages alike, and the look that leaves a line."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload, selectinload

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.cases import lifecycle
from helpbutton.cases.models import Case, CaseEvent
from helpbutton.directory.models import Service
from helpbutton.errors import Conflict, NotFound
from helpbutton.staff.actor import Actor
from helpbutton.vault import sealing

NIGHT_DUTY = "night duty"
"""The ground of a look at a closed desk's urgent case."""


def visible_cases(actor: Actor) -> ColumnElement[bool]:
    """Cases at the services where the actor works or leads; organisation roles alone show no case, canaries nobody.

    Whoever is on duty for a closed desk sees its urgent cases that nobody has taken, and those that they took.
    """
    mine: ColumnElement[bool] = Case.service_id.in_(actor.services)
    if actor.stands_in:
        waiting = (Case.urgency == "urgent") & (Case.state != lifecycle.CLOSED)
        free = Case.assigned_to.is_(None) | (Case.assigned_to == actor.account_id)
        mine = mine | (Case.service_id.in_(actor.stands_in) & waiting & free)
    return mine & ~Case.canary


def case_for(session: Session, *, actor: Actor, number: str, action: str) -> Case:
    """The visible case with this number, locked, its look or change on the audit record of this transaction.

    Its desk is asked for afterwards: PostgreSQL would drop a row that had to wait for the lock and has moved meanwhile.
    Raises NotFound, the same for an unknown number and a case of somebody else's.
    """
    case = session.scalar(
        select(Case)
        .where(Case.number == number, visible_cases(actor))
        .options(joinedload(Case.case_key, innerjoin=True), selectinload(Case.service))
        .with_for_update(of=Case)
    )
    if case is None:
        raise NotFound("case")
    audit.record(
        session,
        organisation_id=case.organisation_id,
        actor=actor.pseudonym,
        action=action,
        subject=sealing.pseudonym("case", case.id),
        ground=actor.services.get(case.service_id, NIGHT_DUTY),
        service_id=case.service_id,
    )
    return case


def case_unchanged(session: Session, *, actor: Actor, number: str, version: int, action: str) -> Case:
    """The same, for a move that is made from a page. Raises NotFound, or Conflict when it changed since `version`."""
    case = case_for(session, actor=actor, number=number, action=action)
    if case.version != version:
        raise Conflict("the case changed since the page was opened")
    return case


def check_unchanged_but_for_notes(session: Session, case: Case, version: int) -> None:
    """For moves that a colleague's note need not stop: answering a family, or taking its case.

    Raises Conflict when anything else came since `version`. The logbook tells which steps were notes.
    """
    noted = select(CaseEvent.params).where(CaseEvent.case_id == case.id, CaseEvent.verb == "noted")
    steps = {params.get("version") for params in session.scalars(noted)}
    if version > case.version or not steps.issuperset(range(version + 1, case.version + 1)):
        raise Conflict("the case changed since the page was opened")


def case_of_family(
    session: Session, case_id: int, *, action: str = "family_thread", ground: str = "receipt code"
) -> Case:
    """The case behind a receipt code, locked, the family's look or act on the audit record. Raises NotFound."""
    case = session.scalar(
        select(Case)
        .where(Case.id == case_id)
        .options(joinedload(Case.case_key, innerjoin=True))
        .with_for_update(of=Case)
    )
    if case is None:
        raise NotFound("case")
    audit.record(
        session,
        organisation_id=case.organisation_id,
        actor="sender",
        action=action,
        subject=sealing.pseudonym("case", case.id),
        ground=ground,
    )
    return case


def record_disclosure(session: Session, case: Case, *, to: Service, actor: str, ground: str) -> None:
    """The audit lines of both organisations when a case goes from one to the other."""
    subject = sealing.pseudonym("case", case.id)
    for organisation_id, action in ((case.organisation_id, "disclose"), (to.organisation_id, "receive")):
        audit.record(
            session,
            organisation_id=organisation_id,
            actor=actor,
            action=action,
            subject=subject,
            ground=ground,
        )


def write_logbook(
    session: Session,
    case: Case,
    verb: str,
    *,
    actor: Actor | None = None,
    by: str = "system",
    **params: object,
) -> CaseEvent:
    """One line in the case's logbook. `by` names who acts when no staff member does: sender or system."""
    event = CaseEvent(
        case_id=case.id,
        at=clock.now(),
        actor="staff" if actor else by,
        account_id=actor.account_id if actor else None,
        verb=verb,
        params=params,
    )
    session.add(event)
    return event
