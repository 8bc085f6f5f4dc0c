"""Danger in what a family writes later: usual words are noticed at once, the rest by triage in the desk's to-do."""

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from helpbutton import clock
from helpbutton.cases import clocks
from helpbutton.cases.access import write_logbook
from helpbutton.cases.clock_rules import TO_THE_FAMILY
from helpbutton.cases.handling import raise_urgency
from helpbutton.cases.intake import add_reasons
from helpbutton.cases.models import Case, CaseEvent, CaseKey
from helpbutton.conversation.models import Message
from helpbutton.db import reading
from helpbutton.reasons import Reason
from helpbutton.triage import DangerHit, TriageFacts, screen, suggest
from helpbutton.triage.danger import reason_for
from helpbutton.vault.sealing import Unreadable

log = structlog.get_logger()

NOTICED = "danger_noticed"
FEW_WORDS = 10
"""Shorter messages in a thread agree on times and say thanks: what they only resemble rings nobody."""


def unnoticed(message_id: int) -> tuple[DangerHit, ...]:
    """The danger that the whole of triage reads in a message of the family that raised nothing when it was written.

    Takes no transaction: reading keeps nobody waiting. A message that cannot be read holds nothing up: its desk is told
    of it all the same.
    """
    session = reading()
    row = session.execute(
        select(Message.body, Message.token, Message.direction, CaseKey, Case.language, Case.role)
        .join(Case, Case.id == Message.case_id)
        .join(CaseKey, CaseKey.case_id == Case.id)
        .where(Message.id == message_id)
    ).one_or_none()
    if row is None or row.direction != "from_family":
        return ()
    try:
        text = row.CaseKey.vault().open(row.body, f"message.body/{row.token}") or ""
    except Unreadable:
        log.error("message_unreadable", message=message_id)
        return ()
    finally:
        session.rollback()
    if len(text.split()) < FEW_WORDS or screen(text):
        return ()
    return suggest(TriageFacts(text, row.language, row.role)).hits


def notice_late(session: Session, message: Message, hits: tuple[DangerHit, ...]) -> None:
    """The case becomes urgent through a message that was stored before; the same message a second time changes nothing.

    Its reason says that the message is like those of people in danger.
    """
    case = session.scalars(
        select(Case)
        .where(Case.id == message.case_id)
        .options(joinedload(Case.case_key, innerjoin=True))
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    ).one()
    lines = select(CaseEvent.params).where(CaseEvent.case_id == case.id, CaseEvent.verb == NOTICED)
    if any(params.get("message") == message.id for params in session.scalars(lines)):
        return
    _raise(case, [hit.flag for hit in hits])
    reasons = tuple(reason_for(hit.flag, [hit]) for hit in hits)
    add_reasons(session, case, case.case_key.vault(), subject="triage", reasons=reasons)
    write_logbook(session, case, NOTICED, message=message.id)
    if any(clocks.clock_running(case, kind) for kind in TO_THE_FAMILY):
        keep_the_clock(session, case)


def notice(session: Session, case: Case, hits: tuple[DangerHit, ...]) -> None:
    """Words of danger in what the family adds make the case urgent, with the words as the reason."""
    _raise(case, [hit.flag for hit in hits])
    reasons = tuple(reason_for(hit.flag, [hit]) for hit in hits)
    add_reasons(session, case, case.case_key.vault(), subject="triage", reasons=reasons)


def _raise(case: Case, flags: list[str]) -> None:
    case.danger_flags = list(dict.fromkeys([*case.danger_flags, *flags]))
    case.needs_review = True
    raise_urgency(case, "urgent")


def keep_the_clock(session: Session, case: Case) -> None:
    """Their answer is due from now on; where it became more pressing than it was, the reason says so."""
    due_at = clocks.family_wrote(session, case)
    if due_at is not None:
        date = clock.local(due_at).date().isoformat()
        earlier = Reason("promise_earlier", {"urgency": case.urgency, "date": date})
        add_reasons(session, case, case.case_key.vault(), subject="promise", reasons=(earlier,))
