"""Reading cases: worklists without personal data, and the case page whose look is recorded before it is shown."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.cases import lifecycle
from helpbutton.cases.access import case_for, visible_cases
from helpbutton.cases.models import Case, CaseEvent, Contact, Decision, Proposal
from helpbutton.cases.tasks import TaskView, tasks_of
from helpbutton.db import reading, transaction
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Desk, Names
from helpbutton.reasons import Reason
from helpbutton.staff.actor import Actor
from helpbutton.staff.queries import account_names
from helpbutton.vault.sealing import CaseVault

PAGE = 50
COUNT_LIMIT = 100
VIEWS = ("services", "mine", "unassigned", "urgent", "overdue", "waiting", "review", "quarantined", "closed")


@dataclass(frozen=True)
class WorklistRow:
    """A case in a list: no words, no name, no contact."""

    number: str
    topic: str | None
    state: str
    urgency: str
    language: str
    municipality: str
    service_names: Names
    received_at: dt.datetime
    respond_by: dt.datetime
    answered: bool
    overdue: bool
    assigned_to: str | None
    mine: bool
    needs_review: bool
    quarantined: bool
    danger: bool
    proposal: bool


@dataclass(frozen=True)
class ContactView:
    """How to reach the sender; of a number given for nudges alone only `can_be_nudged` tells."""

    name: str | None
    phone: str | None
    email: str | None
    preferred: str | None
    safe_to_call: bool
    safe_to_leave_message: bool
    safe_to_text: bool
    sms_may_name_service: bool
    nudge_only: bool
    can_be_nudged: bool
    not_before: str | None
    not_after: str | None


@dataclass(frozen=True)
class LogbookLine:
    at: dt.datetime
    actor: str
    name: str | None
    verb: str
    params: Mapping[str, object]


@dataclass(frozen=True)
class ReasonLine:
    at: dt.datetime
    subject: str
    reason: Reason


@dataclass(frozen=True)
class ProposalView:
    service_names: Names
    organisation_names: Names
    topic: str


@dataclass(frozen=True)
class CasePage:
    """Everything the person who answers needs; opened texts, so keep it out of logs."""

    id: int
    number: str
    version: int
    state: str
    kind: str
    role: str
    topic: str | None
    stated_topic: str | None
    language: str
    interpreter: str | None
    age_group: str | None
    municipality: str
    may_forward: bool
    do_not_tell_guardian: bool
    secret_address: bool
    text: str
    existing_worker: str | None
    consent: Mapping[str, object] | None
    contact: ContactView
    urgency: str
    danger_flags: tuple[str, ...]
    needs_review: bool
    quarantined: bool
    received_at: dt.datetime
    promised_by: dt.datetime
    respond_by: dt.datetime
    answered_at: dt.datetime | None
    closed_at: dt.datetime | None
    outcome: str | None
    desk: Desk
    addressed_desk: Desk
    assigned_to: str | None
    mine: bool
    reasons: tuple[ReasonLine, ...]
    logbook: tuple[LogbookLine, ...]
    proposal: ProposalView | None
    withdrawn_at: dt.datetime | None
    tasks: tuple[TaskView, ...]

    def can(self, move: str) -> bool:
        """Whether this move is possible in the present state."""
        return lifecycle.possible(move, self.state)


def worklist(*, actor: Actor, view: str = "services") -> list[WorklistRow]:
    """The visible cases of one of `VIEWS`, urgent first, then by promise date; at most `PAGE` rows.

    Opening a list leaves one audit line in each of the organisations concerned.
    """
    with transaction() as session:
        organisations = session.scalars(
            select(Service.organisation_id).where(Service.id.in_(actor.services)).distinct()
        ).all()
        for organisation_id in organisations:
            audit.record(
                session,
                organisation_id=organisation_id,
                actor=actor.pseudonym,
                action="list",
                subject=f"worklist/{view}",
            )
        return _rows(session, actor, view)


def counts(*, actor: Actor) -> dict[str, int]:
    """How many cases each view holds, counted up to `COUNT_LIMIT`."""
    return {
        view: reading().scalar(
            select(func.count()).select_from(_selected(actor, view).limit(COUNT_LIMIT).subquery())
        )
        or 0
        for view in VIEWS
    }


def open_case(*, actor: Actor, number: str) -> CasePage:
    """The case page; the look is on record in the same transaction. Raises NotFound."""
    with transaction() as session:
        case = case_for(session, actor=actor, number=number, action="view")
        return _page(session, case, actor)


def _selected(actor: Actor, view: str) -> Select[int]:
    chosen = select(Case.id).where(visible_cases(actor))
    if view == "closed":
        return chosen.where(Case.state == lifecycle.CLOSED)
    chosen = chosen.where(Case.state != lifecycle.CLOSED)
    conditions = {
        "mine": Case.assigned_to == actor.account_id,
        "unassigned": Case.assigned_to.is_(None),
        "urgent": Case.urgency == "urgent",
        "overdue": Case.answered_at.is_(None) & (Case.respond_by < clock.now()),
        "waiting": Case.state == lifecycle.WAITING,
        "review": Case.needs_review,
        "quarantined": Case.quarantined,
    }
    return chosen.where(conditions[view]) if view in conditions else chosen


def _rows(session: Session, actor: Actor, view: str) -> list[WorklistRow]:
    order = (
        (Case.closed_at.desc(),)
        if view == "closed"
        else (
            Case.urgency_rank != 0,
            Case.answered_at.is_not(None),
            Case.respond_by,
            Case.urgency_rank,
            Case.id,
        )
    )
    found = session.execute(
        select(Case, Service, Proposal.id)
        .join(Service, Case.service_id == Service.id)
        .outerjoin(Proposal, (Proposal.case_id == Case.id) & (Proposal.status == "open"))
        .where(Case.id.in_(_selected(actor, view)))
        .order_by(*order)
        .limit(PAGE)
    ).all()
    names = account_names({case.assigned_to for case, _, _ in found if case.assigned_to})
    return [_row(case, service, proposal, actor, names) for case, service, proposal in found]


def _row(
    case: Case, service: Service, proposal: int | None, actor: Actor, names: Mapping[int, str]
) -> WorklistRow:
    return WorklistRow(
        number=case.number,
        topic=case.topic,
        state=case.state,
        urgency=case.urgency,
        language=case.language,
        municipality=case.municipality_code,
        service_names=service.names,
        received_at=case.received_at,
        respond_by=case.respond_by,
        answered=case.answered_at is not None,
        overdue=case.answered_at is None and case.respond_by < clock.now(),
        assigned_to=names.get(case.assigned_to) if case.assigned_to else None,
        mine=case.assigned_to == actor.account_id,
        needs_review=case.needs_review,
        quarantined=case.quarantined,
        danger=bool(case.danger_flags),
        proposal=proposal is not None,
    )


def _page(session: Session, case: Case, actor: Actor) -> CasePage:
    vault = case.case_key.vault()
    events = _events(session, case)
    people = {event.account_id for event in events if event.account_id} | {case.assigned_to or 0}
    names = account_names(people)
    desks = directory.desks({case.service_id, case.addressed_service_id})
    consent = vault.open(case.consent, "case.consent")
    return CasePage(
        id=case.id,
        number=case.number,
        version=case.version,
        state=case.state,
        kind=case.kind,
        role=case.role,
        topic=case.topic,
        stated_topic=case.stated_topic,
        language=case.language,
        interpreter=case.interpreter,
        age_group=case.age_group,
        municipality=case.municipality_code,
        may_forward=case.may_forward,
        do_not_tell_guardian=case.do_not_tell_guardian,
        secret_address=case.secret_address,
        text=vault.open(case.text, "case.text") or "",
        existing_worker=vault.open(case.existing_worker, "case.existing_worker"),
        consent=json.loads(consent) if consent else None,
        contact=_contact(session, case, vault),
        urgency=case.urgency,
        danger_flags=tuple(case.danger_flags),
        needs_review=case.needs_review,
        quarantined=case.quarantined,
        received_at=case.received_at,
        promised_by=case.promised_by,
        respond_by=case.respond_by,
        answered_at=case.answered_at,
        closed_at=case.closed_at,
        outcome=case.outcome,
        desk=desks[case.service_id],
        addressed_desk=desks[case.addressed_service_id],
        assigned_to=names.get(case.assigned_to) if case.assigned_to else None,
        mine=case.assigned_to == actor.account_id,
        reasons=_reasons(session, case, vault),
        logbook=tuple(
            LogbookLine(e.at, e.actor, names.get(e.account_id) if e.account_id else None, e.verb, e.params)
            for e in events
        ),
        proposal=_proposal(session, case),
        withdrawn_at=case.withdrawn_at,
        tasks=tasks_of(session, case.id),
    )


def _events(session: Session, case: Case) -> Sequence[CaseEvent]:
    return session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)).all()


def _contact(session: Session, case: Case, vault: CaseVault) -> ContactView:
    row = session.get_one(Contact, case.id)
    return ContactView(
        name=vault.open(row.name, "contact.name"),
        phone=None if row.nudge_only else vault.open(row.phone, "contact.phone"),
        email=None if row.nudge_only else vault.open(row.email, "contact.email"),
        preferred=row.preferred,
        safe_to_call=row.safe_to_call,
        safe_to_leave_message=row.safe_to_leave_message,
        safe_to_text=row.safe_to_text,
        sms_may_name_service=row.sms_may_name_service,
        nudge_only=row.nudge_only,
        can_be_nudged=row.phone is not None,
        not_before=row.not_before,
        not_after=row.not_after,
    )


def _reasons(session: Session, case: Case, vault: CaseVault) -> tuple[ReasonLine, ...]:
    rows = session.scalars(select(Decision).where(Decision.case_id == case.id).order_by(Decision.id))
    return tuple(
        ReasonLine(
            row.at,
            row.subject,
            Reason(row.code, row.params, tuple(json.loads(vault.open(row.words, "decision.words") or "[]"))),
        )
        for row in rows
    )


def _proposal(session: Session, case: Case) -> ProposalView | None:
    row = session.scalar(select(Proposal).where(Proposal.case_id == case.id, Proposal.status == "open"))
    if row is None:
        return None
    return ProposalView(row.service.names, row.service.organisation.names, row.topic)
