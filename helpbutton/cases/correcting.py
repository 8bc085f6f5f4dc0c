"""Staff correct what triage or the sender said; the change of labels is kept, so that triage can be judged by it."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpbutton import clock, outbox
from helpbutton.cases import clocks, handling, lifecycle
from helpbutton.cases.access import case_unchanged, write_logbook
from helpbutton.cases.intake import add_reasons
from helpbutton.cases.kinds import TELL_NEW_DESK, TELL_OF_MOVE
from helpbutton.cases.models import Case, Correction
from helpbutton.cases.submission import URGENCIES
from helpbutton.db import reading, transaction
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Desk
from helpbutton.errors import FieldError, Invalid
from helpbutton.reasons import Reason
from helpbutton.staff.actor import Actor
from helpbutton.staff.queries import staffed_services
from helpbutton.triage.knowledge import FALLBACK_TOPIC


@dataclass(frozen=True)
class Agreement:
    """How often staff let triage's topic stand, by the topic it proposed and the local month ("2026-11")."""

    month: str
    topic: str
    cases: int
    agreed: int


def correct(
    *, actor: Actor, number: str, version: int, topic: str | None = None, urgency: str | None = None
) -> None:
    """Give the case another topic, another urgency, or both; the desk stays as it is.

    The promise stays too: it may only move earlier, and no label takes it back. Raises NotFound, Conflict (changed
    since `version`), Invalid (nothing to correct, or an unknown value).
    """
    if topic is not None and topic not in {known.id for known in directory.topics()}:
        raise Invalid(FieldError("topic", "unknown_value"))
    if urgency is not None and urgency not in URGENCIES:
        raise Invalid(FieldError("urgency", "unknown_value"))
    with transaction() as session:
        case = case_unchanged(session, actor=actor, number=number, version=version, action="correct")
        changed: dict[str, str] = {}
        if topic is not None and topic != case.topic:
            _keep(session, case, actor, "topic", case.topic, topic)
            case.topic = changed["topic"] = topic
        if urgency is not None and urgency != case.urgency:
            _keep(session, case, actor, "urgency", case.urgency, urgency)
            case.urgency = changed["urgency"] = urgency
            case.urgency_rank = URGENCIES.index(urgency)
            clocks.keep_to_law(session, case)
        if not changed:
            raise Invalid(FieldError("topic", "required"))
        case.needs_review = False
        event = write_logbook(session, case, "corrected", actor=actor, **changed)
        if "urgency" in changed:
            handling.alert_again(session, case, since=event)


def put_on_desk(*, actor: Actor, number: str, version: int, service: int) -> None:
    """The case came to the wrong desk of the right organisation: it moves at once; that desk and the family are told.

    What the family was promised stays or comes earlier. Raises NotFound, Conflict (changed since `version`, or closed),
    Invalid (not another desk of the organisation with people at it).
    """
    with transaction() as session:
        case = case_unchanged(session, actor=actor, number=number, version=version, action="move")
        if service not in {desk.id for desk in other_desks(case.organisation_id, besides=case.service_id)}:
            raise Invalid(FieldError("right_desk", "unknown_value" if service > 0 else "required"))
        target = session.get_one(Service, service)
        case.state = lifecycle.after("forward", case.state)
        case.assigned_to = None
        handling.move(session, case, target)
        because = Reason("moved_by_staff", {"desk": target.id})
        add_reasons(session, case, case.case_key.vault(), subject="desk", reasons=(because,))
        moved = write_logbook(session, case, "moved", actor=actor, service=target.id)
        session.flush()
        outbox.add(session, TELL_NEW_DESK, ref=case.id)
        outbox.add(session, TELL_OF_MOVE, ref=moved.id)


def other_desks(organisation_id: int, *, besides: int) -> list[Desk]:
    """The desks of an organisation that have people and are in force today, but one."""
    today, staffed = clock.today(), staffed_services()
    rows = reading().scalars(
        select(Service).where(
            Service.organisation_id == organisation_id,
            Service.id != besides,
            func.coalesce(Service.valid_from, today) <= today,
            func.coalesce(Service.valid_to, today) >= today,
        )
    )
    return [directory.desk_of(row) for row in rows if row.id in staffed]


def _keep(session: Session, case: Case, actor: Actor, subject: str, old: str | None, new: str) -> None:
    session.add(
        Correction(
            case_id=case.id,
            at=clock.now(),
            subject=subject,
            old=old,
            new=new,
            triage_version=case.triage_version,
            account_id=actor.account_id,
        )
    )


def agreement(*, organisation_id: int, since: dt.date) -> tuple[Agreement, ...]:
    """Agreement with staff per month and proposed topic, for cases that an answer or closing shows were looked at.

    Cases whose sender stated the topic and those whose topic triage left open are left out: there was nothing for
    staff to agree with. The last correction counts.
    """
    rows = reading().execute(
        select(Case.received_at, Case.triage_topic, Case.topic).where(
            Case.organisation_id == organisation_id,
            Case.received_at >= dt.datetime.combine(since, dt.time(), tzinfo=clock.HELSINKI),
            Case.stated_topic.is_(None),
            Case.triage_topic.is_not(None),
            Case.triage_topic != FALLBACK_TOPIC,
            func.coalesce(Case.answered_at, Case.closed_at).is_not(None),
        )
    )
    counts: dict[tuple[str, str], list[int]] = {}
    for received_at, proposed, topic in rows:
        count = counts.setdefault((f"{clock.local(received_at):%Y-%m}", str(proposed)), [0, 0])
        count[0] += 1
        count[1] += topic == proposed
    return tuple(Agreement(month, topic, n, agreed) for (month, topic), (n, agreed) in sorted(counts.items()))
