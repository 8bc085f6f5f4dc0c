"""Giving a case to a colleague of the desk, who accepts it or gives it back; unopened in time it returns by itself."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpbutton import clock, outbox
from helpbutton.audit.models import AuditEntry
from helpbutton.cases import clock_rules as rules
from helpbutton.cases import clocks, lifecycle
from helpbutton.cases.access import case_for, case_unchanged, write_logbook
from helpbutton.cases.clock_rules import ACCEPTANCE
from helpbutton.cases.handling import alert_again, back_to_desk
from helpbutton.cases.kinds import TELL_ASSIGNED
from helpbutton.cases.models import Case, Clock
from helpbutton.cases.offers import settle_return
from helpbutton.db import transaction
from helpbutton.directory.queries import desk_hours
from helpbutton.errors import Conflict, FieldError, Invalid
from helpbutton.staff.actor import Actor
from helpbutton.staff.queries import members_of
from helpbutton.vault import sealing

GIVEN_BACK = ("no_time", "away", "too_close", "colleague_fits_better")
"""Why a colleague gives back what they were given; "too_close": they know the family or are otherwise disqualified."""


def assign(*, actor: Actor, number: str, version: int, colleague: int) -> None:
    """A colleague of the desk has the case from now on, and is told; they accept it or give it back in time. Who has it
    already keeps it as it is.

    The time is one working day of the desk, for what is urgent its present or next opening day. Raises NotFound,
    Conflict (changed since `version`, or closed), or Invalid (nobody else who works at the desk).
    """
    with transaction() as session:
        case = case_unchanged(session, actor=actor, number=number, version=version, action="assign")
        if colleague == actor.account_id or colleague not in members_of(case.service_id):
            raise Invalid(FieldError("colleague", "unknown_value" if colleague > 0 else "required"))
        if case.assigned_to == colleague:
            return
        case.state = lifecycle.after("take", case.state)
        settle_return(session, case)
        case.assigned_to = colleague
        clocks.stop(case, ACCEPTANCE, moot=True)
        now = clock.now()
        due_at = rules.due(
            ACCEPTANCE,
            desk_hours(case.service),
            since=now,
            promise_days=case.service.promise_days,
            urgency=case.urgency,
        )
        clocks.start(session, case, ACCEPTANCE, due_at=due_at, now=now)
        event = write_logbook(session, case, "assigned", actor=actor, colleague=colleague)
        session.flush()
        outbox.add(session, TELL_ASSIGNED, ref=event.id)


def accept(*, actor: Actor, number: str) -> None:
    """The actor keeps what a colleague gave them. Raises NotFound, Conflict (nothing to accept, or not theirs)."""
    with transaction() as session:
        case = _given(session, actor, number, "accept_assignment")
        clocks.stop(case, ACCEPTANCE)
        write_logbook(session, case, "assignment_accepted", actor=actor)


def give_back(*, actor: Actor, number: str, reason: str) -> None:
    """The actor gives back what a colleague gave them, for one of `GIVEN_BACK`; it waits at the desk again.

    Raises NotFound, Conflict (nothing to give back, or not theirs), Invalid (no known reason).
    """
    if reason not in GIVEN_BACK:
        raise Invalid(FieldError("given_back", "unknown_value" if reason else "required"))
    with transaction() as session:
        case = _given(session, actor, number, "return_assignment")
        clocks.stop(case, ACCEPTANCE)
        _back_to_the_desk(case)
        event = write_logbook(session, case, "assignment_returned", actor=actor, reason=reason)
        alert_again(session, case, since=event)


def opened_in_time(session: Session, clock_id: int) -> bool:
    """Whether this is the clock of an assignment that its colleague has opened by now: then it stops, as kept.

    Every look at a case is on record, so opening it needs no other mark. The record is asked when the clock warns or
    runs out.
    """
    found = session.get(Clock, clock_id)
    if found is None or found.kind != ACCEPTANCE:
        return False
    case = session.get_one(Case, found.case_id, with_for_update=True, populate_existing=True)
    session.refresh(found)
    if found.stopped_at is not None or case.assigned_to is None:
        return False
    opened_at = _opened_at(session, case, case.assigned_to, since=found.started_at)
    if opened_at is None or opened_at > found.due_at:
        return False
    clocks.stop(case, ACCEPTANCE, at=opened_at)
    return True


def expire(session: Session, case: Case) -> None:
    """Nobody opened it in time: it waits at the desk again, which is alerted again when it is urgent. The caller holds
    the case's lock; the clock runs on as the one that was not kept, until somebody takes the case up."""
    if case.assigned_to is not None and case.state != lifecycle.CLOSED:
        event = write_logbook(session, case, "assignment_expired", colleague=case.assigned_to)
        _back_to_the_desk(case)
        alert_again(session, case, since=event)


def night_over(case_id: int) -> None:
    """To-do: the desk is open; what somebody who does not work there took at night waits there again."""
    with transaction() as session:
        case = session.get(Case, case_id, with_for_update=True)
        if (
            case is None
            or case.state == lifecycle.CLOSED
            or case.assigned_to in (None, *members_of(case.service_id))
        ):
            return
        event = write_logbook(session, case, "night_over", colleague=case.assigned_to)
        back_to_desk(case)
        alert_again(session, case, since=event)


def colleagues(*, service_id: int, besides: Collection[int]) -> dict[int, str]:
    """Names by account id of those who work at a desk, in the order of their names."""
    members = {key: name for key, name in members_of(service_id).items() if key not in besides}
    return dict(sorted(members.items(), key=lambda member: member[1].casefold()))


def _given(session: Session, actor: Actor, number: str, action: str) -> Case:
    case = case_for(session, actor=actor, number=number, action=action)
    if case.assigned_to != actor.account_id or clocks.clock_running(case, ACCEPTANCE) is None:
        raise Conflict("this was not given to the actor, or has been settled")
    return case


def _back_to_the_desk(case: Case) -> None:
    case.state = lifecycle.after("release", case.state)
    case.assigned_to, case.returned_at = None, clock.now()


def _opened_at(session: Session, case: Case, account_id: int, *, since: dt.datetime) -> dt.datetime | None:
    return session.scalar(
        select(func.min(AuditEntry.at)).where(
            AuditEntry.subject == sealing.pseudonym("case", case.id),
            AuditEntry.actor == sealing.pseudonym("staff", account_id),
            AuditEntry.at >= since,
        )
    )
