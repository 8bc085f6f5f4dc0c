"""What staff do with a case: take it, let it go, close it, keep what is proposed for another desk."""

import datetime as dt
from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock, outbox
from helpbutton.cases import clocks, lifecycle
from helpbutton.cases.access import (
    case_for,
    case_unchanged,
    check_unchanged_but_for_notes,
    write_logbook,
)
from helpbutton.cases.clock_rules import ACCEPTANCE, FIRST_CONTACT, HAND_OVER, due
from helpbutton.cases.contact import reindex
from helpbutton.cases.kinds import ALERT_AGAIN, FORGET_NUMBER, NIGHT_OVER, SETTLE_HELD
from helpbutton.cases.models import Case, CaseEvent, CaseKey, Proposal
from helpbutton.cases.offers import drop_offer, settle_return
from helpbutton.cases.promise import NeverOpen, next_opening
from helpbutton.cases.submission import URGENCIES
from helpbutton.cases.tasks import settle_withdrawal
from helpbutton.db import transaction
from helpbutton.directory.models import Service
from helpbutton.directory.queries import desk_hours
from helpbutton.errors import Conflict, FieldError, Invalid
from helpbutton.staff.actor import Actor
from helpbutton.vault import keystore, sealing

GROUNDS = ("sender_agreed", "child_interest_law", "danger_to_life_law")
"""Why a case may move to another organisation although the sender did not allow it when sending: the sender has agreed
since, or the law demands it (Social Welfare Act 35 §, Child Welfare Act 25 §; life in danger)."""


def take(*, actor: Actor, number: str, version: int) -> None:
    """The actor answers this case from now on. Raises NotFound, Conflict (more than notes came since `version`)."""
    with transaction() as session:
        case = case_for(session, actor=actor, number=number, action="take")
        check_unchanged_but_for_notes(session, case, version)
        take_up(session, case, actor)
        write_logbook(session, case, "taken", actor=actor)


def take_up(session: Session, case: Case, actor: Actor) -> None:
    """The actor has the case from now on, and has accepted it if a colleague had given it to them; whoever is on night
    duty for the desk until it opens. Raises Conflict."""
    case.state = lifecycle.after("take", case.state)
    settle_return(session, case)
    clocks.stop(case, ACCEPTANCE, moot=case.assigned_to not in (None, actor.account_id))
    case.assigned_to = actor.account_id
    if case.service_id not in actor.services:
        with suppress(NeverOpen):
            opens = next_opening(desk_hours(case.service), clock.now())
            outbox.add(session, NIGHT_OVER, ref=case.id, due_at=opens)


def release(*, actor: Actor, number: str, version: int) -> None:
    """Back to the desk, for a colleague to take. Raises NotFound, Conflict."""
    with transaction() as session:
        case = case_unchanged(session, actor=actor, number=number, version=version, action="release")
        case.state = lifecycle.after("release", case.state)
        case.assigned_to = None
        clocks.stop(case, ACCEPTANCE)
        alert_again(session, case, since=write_logbook(session, case, "released", actor=actor))


def back_to_desk(case: Case) -> None:
    """It waits for anybody at its desk to take; whoever had it may be away by now."""
    clocks.stop(case, ACCEPTANCE, moot=True)
    if lifecycle.possible("release", case.state):
        case.state = lifecycle.after("release", case.state)
    case.assigned_to, case.returned_at = None, clock.now()


def alert_again(session: Session, case: Case, *, since: CaseEvent) -> None:
    """The desk hears of something urgent that waits there without anybody since this line, and that climbs anew."""
    if case.urgency == "urgent" and case.assigned_to is None:
        session.flush()
        outbox.add(session, ALERT_AGAIN, ref=since.id, priority=outbox.URGENT)


def close(*, actor: Actor, number: str, version: int, outcome: str) -> None:
    """Close with an outcome of `lifecycle.OUTCOMES`; a number given for nudges alone is dropped.

    Raises NotFound, Conflict, or Invalid for an unknown outcome.
    """
    if outcome not in lifecycle.OUTCOMES:
        raise Invalid(FieldError("outcome", "required" if not outcome else "unknown_value"))
    with transaction() as session:
        case = case_unchanged(session, actor=actor, number=number, version=version, action="close")
        lift_quarantine(session, case, actor=actor)
        end(session, case, actor=actor, outcome=outcome)


def release_quarantine(*, actor: Actor, number: str, version: int) -> None:
    """A human has read it: a person sent this. Its SMS go out.

    Raises NotFound, Conflict (changed since `version`, or not in quarantine).
    """
    with transaction() as session:
        case = _quarantined(session, actor, number, version, "release_quarantine")
        lift_quarantine(session, case, actor=actor)


def close_as_spam(*, actor: Actor, number: str, version: int) -> None:
    """A human has read it: no person sent this. It is closed, its SMS are dropped.

    Raises NotFound, Conflict (changed since `version`, or not in quarantine).
    """
    with transaction() as session:
        case = _quarantined(session, actor, number, version, "close")
        end(session, case, actor=actor, outcome=lifecycle.SPAM)


def lift_quarantine(session: Session, case: Case, *, actor: Actor) -> None:
    """Whoever answers a case, closes it or says so has judged that a person sent it."""
    if case.quarantined:
        case.quarantined = False
        write_logbook(session, case, "quarantine_lifted", actor=actor)
        outbox.add(session, SETTLE_HELD, ref=case.id)


def end(session: Session, case: Case, *, actor: Actor, outcome: str) -> None:
    """The actor closes the case in the caller's transaction. Raises Conflict."""
    case.state = lifecycle.after("close", case.state)
    shut(session, case, outcome=outcome)
    settle_withdrawal(session, case, account_id=actor.account_id)
    write_logbook(session, case, "closed", actor=actor, outcome=outcome)


def shut(session: Session, case: Case, *, outcome: str) -> None:
    """What closing means for the case's rows, whoever closes it; the move itself is the caller's.

    A number for nudges alone goes in a to-do of its own: a nudge about the last answer may still have to take it along.
    """
    case.closed_at = clock.now()
    case.outcome = outcome
    drop_offer(session, case)
    clocks.stop_all(case, moot=outcome in lifecycle.NOTHING_OWED)
    outbox.add(session, FORGET_NUMBER, ref=case.id)
    if case.quarantined:
        outbox.add(session, SETTLE_HELD, ref=case.id)


def decline_proposal(*, actor: Actor, number: str, version: int) -> None:
    """The case stays here although a desk of another organisation is proposed; `transfer.offer` is the other choice.

    Raises NotFound, Conflict (changed since `version`, or nothing is proposed).
    """
    with transaction() as session:
        case = case_unchanged(
            session, actor=actor, number=number, version=version, action="decline_forwarding"
        )
        proposal = session.scalar(
            select(Proposal).where(Proposal.case_id == case.id, Proposal.status == "open")
        )
        if proposal is None:
            raise Conflict("nothing is proposed")
        proposal.status, proposal.decided_at, proposal.decided_by = (
            "declined",
            clock.now(),
            actor.account_id,
        )
        write_logbook(session, case, "forwarding_declined", actor=actor, service=proposal.service_id)


def move(session: Session, case: Case, service: Service) -> None:
    """Put the case on another desk; the promise may only become earlier, the key follows the organisation.

    A date of the new desk that has passed already is none: what the family was told holds. What had come back to the
    old desk and waited there does so no longer.
    """
    drop_offer(session, case)
    clocks.stop(case, HAND_OVER, moot=True)
    case.returned_at = None
    wanted = due(
        FIRST_CONTACT,
        desk_hours(service),
        since=case.received_at,
        promise_days=service.promise_days,
        urgency=case.urgency,
    )
    case.service, case.service_id = service, service.id
    if case.answered_at is None and wanted > clock.now():
        promise_earlier(session, case, wanted)
    clocks.follow(session, case)
    clocks.stop(case, ACCEPTANCE, moot=True)
    if service.organisation_id != case.organisation_id:
        _rewrap(case.case_key, service.organisation_id)
        reindex(session, case, service.organisation_id)
        case.organisation_id = service.organisation_id


def promise_earlier(session: Session, case: Case, respond_by: dt.datetime) -> None:
    """Move the first answer earlier, never later; an earlier day gets a line in the logbook."""
    before, day = clock.local(case.respond_by).date(), clock.local(respond_by).date()
    if clocks.move_earlier(session, case, FIRST_CONTACT, respond_by) and day < before:
        write_logbook(session, case, "promise_earlier", date=day.isoformat())


def raise_urgency(case: Case, urgency: str) -> bool:
    """Urgency only rises without a human. Whether it did."""
    rank = URGENCIES.index(urgency)
    if rank >= case.urgency_rank:
        return False
    case.urgency, case.urgency_rank = urgency, rank
    return True


def _quarantined(session: Session, actor: Actor, number: str, version: int, action: str) -> Case:
    case = case_unchanged(session, actor=actor, number=number, version=version, action=action)
    if not case.quarantined or case.state == lifecycle.CLOSED:
        raise Conflict("the case is not in quarantine")
    return case


def _rewrap(case_key: CaseKey, organisation_id: int) -> None:
    key = case_key.vault().key
    case_key.organisation_id, case_key.epoch = organisation_id, keystore.current().epoch
    case_key.wrapped = sealing.wrap(
        key, number=case_key.number, organisation_id=organisation_id, epoch=case_key.epoch
    )
