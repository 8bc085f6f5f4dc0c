"""The case page, whose look is recorded before it is shown."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton.cases import lifecycle
from helpbutton.cases.access import case_for
from helpbutton.cases.models import Case, CaseEvent, Contact, Decision, Proposal
from helpbutton.cases.onwards import OnwardView, records_of
from helpbutton.cases.statutory import StepView, steps_of
from helpbutton.cases.tasks import TaskView, tasks_of
from helpbutton.cases.work import Work, work_on
from helpbutton.db import transaction
from helpbutton.directory import queries as directory
from helpbutton.directory.queries import Desk, Names
from helpbutton.reasons import Reason
from helpbutton.staff.actor import Actor
from helpbutton.staff.queries import account_names
from helpbutton.vault.sealing import CaseVault


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
    colleague: str | None
    """Who was given the case, where the line is about that."""
    desk: Names | None
    """The desk that the line is about."""


@dataclass(frozen=True)
class ReasonLine:
    at: dt.datetime
    subject: str
    reason: Reason


@dataclass(frozen=True)
class ProposalView:
    """A desk of another organisation that sorting proposes; a person decides."""

    service_id: int
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
    channel: str
    statutory_steps: tuple[StepView, ...]
    records: tuple[OnwardView, ...]
    work: Work

    def can(self, move: str) -> bool:
        """Whether this move is possible in the present state."""
        return lifecycle.possible(move, self.state)


def open_case(*, actor: Actor, number: str) -> CasePage:
    """The case page; the look is on record in the same transaction. Raises NotFound."""
    with transaction() as session:
        case = case_for(session, actor=actor, number=number, action="view")
        return _page(session, case, actor)


def _page(session: Session, case: Case, actor: Actor) -> CasePage:
    vault = case.case_key.vault()
    events = _events(session, case)
    names = account_names({case.assigned_to or 0, *(person for event in events for person in _people(event))})
    desks = directory.desks({case.service_id, case.addressed_service_id, *map(_desk_in, events)})
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
        logbook=tuple(_line(event, names, desks) for event in events),
        proposal=_proposal(session, case),
        withdrawn_at=case.withdrawn_at,
        tasks=tasks_of(session, case.id),
        channel=case.channel,
        statutory_steps=steps_of(session, case, vault),
        records=records_of(session, case, vault),
        work=work_on(session, case, vault, actor),
    )


def _events(session: Session, case: Case) -> Sequence[CaseEvent]:
    return session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)).all()


def _people(event: CaseEvent) -> tuple[int, int]:
    """Accounts that a line of the logbook names: who acted, and who was given the case; 0 for nobody."""
    return event.account_id or 0, int(event.params.get("colleague", 0))


def _desk_in(event: CaseEvent) -> int:
    return int(event.params.get("service", 0))


def _line(event: CaseEvent, names: Mapping[int, str], desks: Mapping[int, Desk]) -> LogbookLine:
    by, colleague = (names.get(person) for person in _people(event))
    desk = desks.get(_desk_in(event))
    named = desk.names if desk else None
    return LogbookLine(event.at, event.actor, by, event.verb, event.params, colleague, named)


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
    return ProposalView(row.service_id, row.service.names, row.service.organisation.names, row.topic)
