"""Tries to reach the family in another way than by a message here: noted as data, with the time of the next one."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.cases import clocks, lifecycle, next_try, reminders
from helpbutton.cases.access import case_for, write_logbook
from helpbutton.cases.clock_rules import FIRST_CONTACT
from helpbutton.cases.handling import lift_quarantine, take_up
from helpbutton.cases.models import Case, Contact
from helpbutton.cases.sent_forms import done_already
from helpbutton.cases.work_models import ContactAttempt
from helpbutton.db import transaction
from helpbutton.directory.models import Service
from helpbutton.directory.queries import desk_hours
from helpbutton.errors import Conflict, FieldError, Invalid
from helpbutton.staff.actor import Actor
from helpbutton.staff.queries import account_names

HOW = ("phone", "text_message", "email", "meeting")
REACHED, WRONG_NUMBER = "reached", "wrong_number"
RESULTS = (REACHED, "no_answer", "left_message", "asked_later", WRONG_NUMBER)


@dataclass(frozen=True)
class AttemptView:
    """A try (aware UTC), who made it, and when the next one was to be."""

    at: dt.datetime
    name: str | None
    how: str
    result: str
    next_try: dt.datetime | None


def note_attempt(
    *, actor: Actor, number: str, how: str, result: str, again_at: dt.datetime | None = None, token: str
) -> None:
    """Somebody has tried to reach the family; the same `token` with the same content changes nothing.

    A family that was reached has its answer: the clocks of answers stop, and whoever reached them has the case if
    nobody had. Otherwise the actor, or the desk while nobody has the case, is reminded of the next try at `again_at`
    (aware), by default as proposed; never after a wrong number unless it is given. Raises NotFound, Conflict (closed),
    or Invalid (fields "how", "result", "again_at": in the past, or missing where nothing can be proposed; another try
    was noted with this token).
    """
    if how not in HOW:
        raise Invalid(FieldError("how", "unknown_value" if how else "required"))
    if result not in RESULTS:
        raise Invalid(FieldError("result", "unknown_value" if result else "required"))
    with transaction() as session:
        case = case_for(session, actor=actor, number=number, action="note_attempt")
        if done_already(
            session,
            ContactAttempt,
            token,
            case,
            field="result",
            same=lambda made: _same(made, how, result, again_at),
        ):
            return
        if case.state == lifecycle.CLOSED:
            raise Conflict("the case is closed")
        reminders.settle_tries(session, case, actor)
        attempt = ContactAttempt(
            case_id=case.id,
            at=clock.now(),
            account_id=actor.account_id,
            how=how,
            result=result,
            next_try=None if result == REACHED else _again(session, case, result, again_at),
            token=token,
        )
        session.add(attempt)
        session.flush()
        if result == REACHED:
            _reached(session, case, actor, how)
        else:
            write_logbook(session, case, "contact_tried", actor=actor, how=how, result=result)
        if attempt.next_try is not None:
            reminders.of_next_try(session, case, actor, attempt_id=attempt.id, due_at=attempt.next_try)


def attempts_of(session: Session, case_id: int) -> tuple[AttemptView, ...]:
    """Every try at a case that the caller has just opened, the latest first."""
    own = select(ContactAttempt).where(ContactAttempt.case_id == case_id).order_by(ContactAttempt.id.desc())
    rows = session.scalars(own).all()
    names = account_names({row.account_id for row in rows})
    return tuple(
        AttemptView(row.at, names.get(row.account_id), row.how, row.result, row.next_try) for row in rows
    )


def proposed_try(session: Session, case: Case) -> dt.datetime | None:
    """When to try again if nobody answers now (Helsinki time); None for a desk that is never open."""
    contact = session.get_one(Contact, case.id)
    first = clocks.clock_running(case, FIRST_CONTACT)
    return next_try.propose(
        desk_hours(session.get_one(Service, case.service_id)),
        now=clock.now(),
        not_before=contact.not_before,
        not_after=contact.not_after,
        answer_by=first.due_at if first is not None else None,
    )


def _same(made: ContactAttempt, how: str, result: str, again_at: dt.datetime | None) -> bool:
    again = result == REACHED or again_at in (None, made.next_try)
    return (made.how, made.result) == (how, result) and again


def _again(session: Session, case: Case, result: str, again_at: dt.datetime | None) -> dt.datetime | None:
    if again_at is not None:
        return reminders.ahead(again_at, field="again_at")
    if result == WRONG_NUMBER:
        return None
    proposed = proposed_try(session, case)
    if proposed is None:
        raise Invalid(FieldError("again_at", "required"))
    return proposed


def _reached(session: Session, case: Case, actor: Actor, how: str) -> None:
    if case.assigned_to in (None, actor.account_id):
        take_up(session, case, actor)
    case.answered_at = case.answered_at or clock.now()
    clocks.contact_made(case)
    lift_quarantine(session, case, actor=actor)
    write_logbook(session, case, "contact_made", actor=actor, how=how)
