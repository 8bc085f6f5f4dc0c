"""The worklist: which cases wait, without words, names or contact details."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.cases import lifecycle
from helpbutton.cases.models import Case, CaseEvent, Proposal
from helpbutton.cases.views import VIEWS, Filters, Order, Place, belongs, counted, head, in_order, place_of
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Names
from helpbutton.staff.actor import Actor
from helpbutton.staff.queries import account_names

PAGE = 50
COUNT_LIMIT = 100
LOOK_BACK = 1000
"""So many lines of the logbook are looked through for what is new."""
NEWS = (
    *("received", "moved", "forwarded", "assigned", "released", "reopened", "family_wrote", "withdrawn"),
    *("assignment_returned", "assignment_expired", "night_over", "colleague_disabled", "colleague_left"),
    *("transferred", "offer_returned", "offer_expired"),
    *("contact_changed", "nobody_accepted", "promise_slipped"),
)
"""Lines of the logbook that a desk wants to know of, unless the reader has written them."""
EVERYTHING = Filters()


@dataclass(frozen=True)
class WorklistRow:
    """A case in a list: no words, no name, no contact. `respond_by` and `overdue` are of the answer that the family
    waits for now, `answered` says that it waits for none; a clock that is paused presses nobody."""

    number: str
    version: int
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
    returned: bool
    can_be_taken: bool
    place: Place
    more_follow: bool
    """Whether another row of the view comes after this one."""


def worklist(
    *, actor: Actor, view: str = "services", filters: Filters = EVERYTHING, after: Place | None = None
) -> list[WorklistRow]:
    """The visible cases of one of `VIEWS` that come after a place: urgent first, then those whose family
    waits, by the date of that answer, then the others as they came, closed ones the newest first; at most `PAGE` rows.

    Opening a list leaves one audit line in each of the organisations concerned.
    """
    with transaction() as session:
        record_reading(session, filters.narrowed(actor), action="list", subject=f"worklist/{view}")
        found = Case.id.in_(head(actor, view, filters, after=after, limit=PAGE + 1))
        return rows_of(session, actor, found, order=in_order(view), view=view)


def counts(*, actor: Actor, filters: Filters = EVERYTHING) -> dict[str, int]:
    """How many cases each view holds, counted up to `COUNT_LIMIT`, in one query."""
    each = (counted(actor, view, filters, limit=COUNT_LIMIT).scalar_subquery() for view in VIEWS)
    return dict(zip(VIEWS, reading().execute(select(*each)).one(), strict=True))


def newest_line() -> int:
    """The id of the newest line of the logbook, from which `news` counts; 0 before the first."""
    return reading().scalar(select(func.max(CaseEvent.id))) or 0


def news(*, actor: Actor, view: str, since: int, filters: Filters = EVERYTHING) -> int:
    """In how many cases of the view something has happened since that line of the logbook, up to `COUNT_LIMIT`.

    It reads the last `LOOK_BACK` lines at most, tells a number alone, and so leaves no audit line.
    """
    others = CaseEvent.account_id.is_(None) | (CaseEvent.account_id != actor.account_id)
    lines = (
        select(CaseEvent.case_id)
        .where(CaseEvent.id > since, CaseEvent.verb.in_(NEWS), others)
        .order_by(CaseEvent.id.desc())
        .limit(LOOK_BACK)
        .subquery()
    )
    fresh = (
        select(Case.id)
        .join(lines, lines.c.case_id == Case.id)
        .where(belongs(actor, view, filters))
        .distinct()
        .limit(COUNT_LIMIT)
    )
    return reading().scalar(select(func.count()).select_from(fresh.subquery())) or 0


def record_reading(session: Session, actor: Actor, *, action: str, subject: str) -> list[int]:
    """One audit line in each organisation of the actor's desks and of those for which they are on duty; returns the
    organisations' ids."""
    seen = {*actor.services, *actor.stands_in}
    organisations = session.scalars(
        select(Service.organisation_id).where(Service.id.in_(seen)).distinct()
    ).all()
    for organisation_id in organisations:
        audit.record(
            session,
            organisation_id=organisation_id,
            actor=actor.pseudonym,
            action=action,
            subject=subject,
        )
    return list(organisations)


def rows_of(
    session: Session, actor: Actor, found: ColumnElement[bool], *, order: Order, view: str = "services"
) -> list[WorklistRow]:
    """The first `PAGE` of the cases that `found` chooses; whoever calls has seen to it that they are visible."""
    rows = session.execute(
        select(Case, Service, Proposal.id)
        .join(Service, Case.service_id == Service.id)
        .outerjoin(Proposal, (Proposal.case_id == Case.id) & (Proposal.status == "open"))
        .where(found)
        .order_by(*order)
        .limit(PAGE + 1)
    ).all()
    names = account_names({case.assigned_to for case, *_ in rows if case.assigned_to})
    return [
        _row(
            case,
            service,
            proposal is not None,
            actor,
            names,
            place_of(case, view),
            more=at + 1 < len(rows),
        )
        for at, (case, service, proposal) in enumerate(rows[:PAGE])
    ]


def _row(
    case: Case,
    service: Service,
    proposal: bool,
    actor: Actor,
    names: Mapping[int, str],
    place: Place,
    *,
    more: bool,
) -> WorklistRow:
    waits_until = case.waits_until
    return WorklistRow(
        number=case.number,
        version=case.version,
        topic=case.topic,
        state=case.state,
        urgency=case.urgency,
        language=case.language,
        municipality=case.municipality_code,
        service_names=service.names,
        received_at=case.received_at,
        respond_by=waits_until or case.respond_by,
        answered=waits_until is None,
        overdue=waits_until is not None and waits_until < clock.now(),
        assigned_to=names.get(case.assigned_to) if case.assigned_to else None,
        mine=case.assigned_to == actor.account_id,
        needs_review=case.needs_review,
        quarantined=case.quarantined,
        danger=bool(case.danger_flags),
        proposal=proposal,
        returned=case.returned_at is not None,
        can_be_taken=case.assigned_to is None and lifecycle.possible("take", case.state),
        place=place,
        more_follow=more,
    )
