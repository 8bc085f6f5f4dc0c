"""Staff correct what triage or the sender said; the change of labels is kept, so that triage can be judged by it."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.cases.access import case_for, write_logbook
from helpbutton.cases.models import Case, Correction
from helpbutton.cases.submission import URGENCIES
from helpbutton.db import reading, transaction
from helpbutton.directory import queries as directory
from helpbutton.errors import Conflict, FieldError, Invalid
from helpbutton.staff.actor import Actor


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
        case = case_for(session, actor=actor, number=number, action="correct")
        if case.version != version:
            raise Conflict("the case changed since the page was opened")
        changed: dict[str, str] = {}
        if topic is not None and topic != case.topic:
            _keep(session, case, actor, "topic", case.topic, topic)
            case.topic = changed["topic"] = topic
        if urgency is not None and urgency != case.urgency:
            _keep(session, case, actor, "urgency", case.urgency, urgency)
            case.urgency = changed["urgency"] = urgency
            case.urgency_rank = URGENCIES.index(urgency)
        if not changed:
            raise Invalid(FieldError("topic", "required"))
        case.needs_review = False
        write_logbook(session, case, "corrected", actor=actor, **changed)


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

    Cases whose sender stated the topic are left out: there was nothing for staff to agree with.
    """
    corrected = exists().where(
        and_(
            Correction.case_id == Case.id, Correction.subject == "topic", Correction.new != Case.triage_topic
        )
    )
    rows = reading().execute(
        select(Case.received_at, Case.triage_topic, corrected).where(
            Case.organisation_id == organisation_id,
            Case.received_at >= dt.datetime.combine(since, dt.time(), tzinfo=clock.HELSINKI),
            Case.stated_topic.is_(None),
            Case.triage_topic.is_not(None),
            func.coalesce(Case.answered_at, Case.closed_at).is_not(None),
        )
    )
    counts: dict[tuple[str, str], list[int]] = {}
    for received_at, topic, was_corrected in rows:
        count = counts.setdefault((f"{clock.local(received_at):%Y-%m}", str(topic)), [0, 0])
        count[0] += 1
        count[1] += not was_corrected
    return tuple(Agreement(month, topic, n, agreed) for (month, topic), (n, agreed) in sorted(counts.items()))
