"""The worklist: which cases wait, without words, names or contact details."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.cases import lifecycle
from helpbutton.cases.access import visible_cases
from helpbutton.cases.models import Case, Proposal
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Names
from helpbutton.staff.actor import Actor
from helpbutton.staff.queries import account_names

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
