"""Handing a case over: offered to another desk, then accepted, returned with a reason, or back because time ran out."""

import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import flag_modified

from helpbutton import clock, outbox
from helpbutton.audit import operations as audit
from helpbutton.cases import clock_rules as rules
from helpbutton.cases import clocks, handling, handover_rules, lifecycle
from helpbutton.cases.access import case_for, case_unchanged, record_disclosure, write_logbook
from helpbutton.cases.clock_rules import ACCEPTANCE, FIRST_CONTACT, HAND_OVER
from helpbutton.cases.handover_models import Transfer
from helpbutton.cases.intake import add_reasons
from helpbutton.cases.kinds import TELL_OF_TRANSFER
from helpbutton.cases.models import Case, Clock, Proposal
from helpbutton.cases.offers import open_offer, settle
from helpbutton.cases.sent_forms import done_already
from helpbutton.db import transaction
from helpbutton.directory.models import Service
from helpbutton.directory.queries import desk_hours
from helpbutton.errors import Conflict, FieldError, Invalid, NotFound
from helpbutton.reasons import Reason
from helpbutton.staff.actor import Actor
from helpbutton.staff.queries import staffed_services
from helpbutton.vault import sealing


@dataclass(frozen=True)
class Offer:
    """What a form that offers a case to another desk says; `token` makes sending it twice harmless."""

    to: int
    """The other desk's id."""
    why: str
    """For its people, so that nobody has to ask again."""
    ground: str
    token: str


def offer(*, actor: Actor, number: str, version: int, given: Offer) -> None:
    """Offer the case to another desk, which may read it from now on; this desk answers for it until it is accepted.

    Raises NotFound, Conflict (changed since `version`, closed, offered already), or Invalid: no such desk ("to"), no
    words ("why"), another organisation without one of `grounds_for` ("ground"), something else sent with this token.
    The same `given` again changes nothing while that offer is open.
    """
    why = handover_rules.checked(given.why, field="why", limit=handover_rules.WORDS_LIMIT)
    with transaction() as session:
        case = case_for(session, actor=actor, number=number, action="offer")
        if done_already(
            session, Transfer, given.token, case, field="to", same=lambda made: _same(case, made, given, why)
        ):
            return
        if case.version != version or open_offer(session, case.id) is not None:
            raise Conflict("the case changed since the page was opened")
        if not lifecycle.possible("forward", case.state):
            raise Conflict("the case is closed")
        to = _desk(session, case, given.to)
        ground = _ground(case, to, given.ground)
        made = Transfer(
            case_id=case.id,
            from_service_id=case.service_id,
            to_service_id=to.id,
            ground=ground,
            token=given.token,
            why=case.case_key.vault().seal(why, f"transfer.why/{given.token}"),
            status="offered",
            offered_at=clock.now(),
            offered_by=actor.account_id,
        )
        session.add(made)
        flag_modified(case, "state")
        session.flush()
        if ground is not None:
            record_disclosure(session, case, to=to, actor=actor.pseudonym, ground=ground)
        _start_clock(session, case, to)
        write_logbook(session, case, "offered", actor=actor, service=to.id, ground=ground or "")
        outbox.add(session, TELL_OF_TRANSFER, ref=made.id)


def take_back(*, actor: Actor, number: str, version: int) -> None:
    """The desk that offered the case keeps it after all.

    Raises NotFound, Conflict (changed since `version`, or nothing is offered).
    """
    with transaction() as session:
        case = case_unchanged(session, actor=actor, number=number, version=version, action="take_back")
        made = open_offer(session, case.id)
        if made is None:
            raise Conflict("nothing is offered")
        settle(made, "taken_back", by=actor.account_id)
        clocks.stop(case, HAND_OVER, moot=True)
        write_logbook(session, case, "offer_taken_back", actor=actor)


def accept(*, actor: Actor, number: str) -> None:
    """The actor's desk takes the case over, and the actor has it; what the family was promised stays or comes earlier.

    The whole case goes along: the key is wrapped for the new organisation. Raises NotFound (not offered to them).
    """
    with transaction() as session:
        case, made = offered_to(session, actor, number, action="accept_transfer")
        to = session.get_one(Service, made.to_service_id)
        if to.organisation_id != case.organisation_id:
            audit.record(
                session,
                organisation_id=case.organisation_id,
                actor=actor.pseudonym,
                action="handed_over",
                subject=sealing.pseudonym("case", case.id),
                ground=made.ground or "",
            )
        settle(made, "accepted", by=actor.account_id)
        _close_proposal(session, case, made, actor)
        clocks.stop(case, HAND_OVER)
        case.state, case.assigned_to = lifecycle.after("forward", case.state), None
        handling.move(session, case, to)
        handling.take_up(session, case, actor)
        handed = Reason("handed_over", {"desk": made.from_service_id})
        add_reasons(session, case, case.case_key.vault(), subject="desk", reasons=(handed,))
        write_logbook(session, case, "transferred", actor=actor, service=to.id, ground=made.ground or "")
        outbox.add(session, TELL_OF_TRANSFER, ref=made.id)


def give_back(*, actor: Actor, number: str, reason: str, words: str) -> None:
    """The actor's desk does not take the case, for one of `handover_rules.RETURN_REASONS`; it waits where it was.

    Raises NotFound (not offered to them), Invalid (no reason, or no words where the reason needs them).
    """
    if reason not in handover_rules.RETURN_REASONS:
        raise Invalid(FieldError("return_reason", "unknown_value" if reason else "required"))
    told = handover_rules.checked(
        words,
        field="return_words",
        limit=handover_rules.WORDS_LIMIT,
        required=reason == handover_rules.IN_WORDS,
    )
    with transaction() as session:
        case, made = offered_to(session, actor, number, action="return_transfer")
        settle(made, "returned", by=actor.account_id)
        made.return_reason = reason
        made.return_words = case.case_key.vault().seal(told, f"transfer.return_words/{made.token}")
        clocks.stop(case, HAND_OVER)
        handling.back_to_desk(case)
        _start_clock_of_return(session, case)
        write_logbook(session, case, "offer_returned", actor=actor, service=made.to_service_id)
        outbox.add(session, TELL_OF_TRANSFER, ref=made.id)


def expire(session: Session, case: Case, ran_out: Clock) -> None:
    """The clock of handing over has run out: an offer that nobody has decided is none any more, the case waits where
    it was, and its own desk answers for the clock and is alerted again when it is urgent. The caller holds the case's
    lock."""
    made = open_offer(session, case.id)
    if made is None:
        return
    settle(made, "expired")
    ran_out.service_id = case.service_id
    handling.back_to_desk(case)
    event = write_logbook(session, case, "offer_expired", service=made.to_service_id)
    handling.alert_again(session, case, since=event)


def offered_to(session: Session, actor: Actor, number: str, *, action: str) -> tuple[Case, Transfer]:
    """The case that is offered to one of the actor's desks, locked, with the line of the look or act in the record of
    the organisation that it is offered to. Raises NotFound."""
    case = session.scalar(
        select(Case)
        .join(Transfer, Transfer.case_id == Case.id)
        .where(
            Case.number == number,
            ~Case.canary,
            Transfer.status == "offered",
            Transfer.to_service_id.in_(actor.services),
        )
        .options(joinedload(Case.case_key, innerjoin=True), selectinload(Case.service))
        .with_for_update(of=Case)
    )
    made = open_offer(session, case.id) if case is not None else None
    if case is None or made is None or made.to_service_id not in actor.services:
        raise NotFound("case")
    audit.record(
        session,
        organisation_id=made.to_service.organisation_id,
        actor=actor.pseudonym,
        action=action,
        subject=sealing.pseudonym("case", case.id),
        ground=actor.services[made.to_service_id],
        service_id=made.to_service_id,
    )
    return case, made


def grounds_for(case: Case, organisation_id: int) -> tuple[str, ...]:
    """The grounds on which the case may be offered to a desk of this organisation; none where no ground is needed."""
    consent = case.case_key.vault().open(case.consent, "case.consent")
    return handover_rules.grounds(
        crosses=organisation_id != case.organisation_id,
        may_forward=case.may_forward,
        consented=handover_rules.in_force(json.loads(consent) if consent else None, on=clock.today()),
        legal=handling.GROUNDS,
    )


def takes_offers(service: Service, staffed: frozenset[int]) -> bool:
    """Whether there is a desk today, with people, that could accept."""
    today = clock.today()
    begun = service.valid_from is None or service.valid_from <= today
    return begun and (service.valid_to is None or today <= service.valid_to) and service.id in staffed


def _same(case: Case, made: Transfer, given: Offer, why: str | None) -> bool:
    told = case.case_key.vault().open(made.why, f"transfer.why/{made.token}")
    on_ground = made.ground is None or given.ground in ("", made.ground)
    return (made.status, made.to_service_id, told) == ("offered", given.to, why) and on_ground


def _desk(session: Session, case: Case, service_id: int) -> Service:
    to = session.get(Service, service_id)
    if to is None or to.id == case.service_id or not takes_offers(to, staffed_services()):
        raise Invalid(FieldError("to", "required" if service_id < 0 else "unknown_value"))
    return to


def _ground(case: Case, to: Service, claimed: str) -> str | None:
    known = grounds_for(case, to.organisation_id)
    if len(known) <= 1:
        return known[0] if known else None
    if claimed not in known:
        raise Invalid(FieldError("ground", "unknown_value" if claimed else "required"))
    return claimed


def _start_clock(session: Session, case: Case, to: Service) -> None:
    clocks.stop(case, HAND_OVER, moot=True)
    case.returned_at = None
    now, first = clock.now(), clocks.clock_running(case, FIRST_CONTACT)
    due_at = rules.due(
        HAND_OVER, desk_hours(to), since=now, promise_days=to.promise_days, urgency=case.urgency
    )
    ends = handover_rules.offer_ends(
        due_at=due_at,
        now=now,
        warn_at=first.warn_at if first else None,
        answer_by=first.due_at if first else None,
    )
    clocks.start(session, case, HAND_OVER, due_at=ends, now=now, service=to)


def _start_clock_of_return(session: Session, case: Case) -> None:
    """Somebody at the desk takes up what came back, as soon as what a colleague gives them."""
    now, desk = clock.now(), session.get_one(Service, case.service_id)
    due_at = rules.due(
        ACCEPTANCE, desk_hours(desk), since=now, promise_days=desk.promise_days, urgency=case.urgency
    )
    clocks.start(session, case, HAND_OVER, due_at=due_at, now=now)


def _close_proposal(session: Session, case: Case, made: Transfer, actor: Actor) -> None:
    """What was proposed is settled by where the case goes: passed on, on the ground of the offer, or declined."""
    proposed = select(Proposal).where(Proposal.case_id == case.id, Proposal.status == "open")
    for proposal in session.scalars(proposed):
        passed_on = proposal.service_id == made.to_service_id
        proposal.status = "forwarded" if passed_on else "declined"
        proposal.decided_at, proposal.decided_by = clock.now(), actor.account_id
        if passed_on:
            proposal.ground = made.ground
            because = Reason("forwarded_by_staff", {"ground": made.ground or ""})
            add_reasons(session, case, case.case_key.vault(), subject="desk", reasons=(because,))
