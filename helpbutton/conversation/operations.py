"""The thread between family and desk: staff answer, the family reads and writes back with its receipt code."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from helpbutton import clock, outbox
from helpbutton.cases import clocks, lifecycle
from helpbutton.cases.access import (
    case_for,
    case_of_family,
    check_unchanged_but_for_notes,
    write_logbook,
)
from helpbutton.cases.handling import lift_quarantine, take_up
from helpbutton.cases.models import Case
from helpbutton.conversation import danger
from helpbutton.conversation.drafts import forget_sent
from helpbutton.conversation.interpretation import Interpretation, written
from helpbutton.conversation.kinds import TELL_DESK, TELL_SENDER
from helpbutton.conversation.models import Message, Note
from helpbutton.db import transaction
from helpbutton.errors import Conflict, FieldError, Invalid
from helpbutton.plain_text import is_text
from helpbutton.staff.actor import Actor
from helpbutton.triage import screen

BODY_LIMIT = 10_000


def answer(
    *,
    actor: Actor,
    number: str,
    body: str,
    token: str,
    version: int | None = None,
    interpreted: Interpretation | None = None,
) -> None:
    """A message to the family and a nudge that it is there; the same `token` with the same text changes nothing.

    Who answers an untaken case has taken it; the actor's draft of this answer goes. Raises NotFound, Conflict (closed,
    or more than notes came since `version`, where one is given), or Invalid: empty, too long, or "sent_already", when
    another text was sent with this token.
    """
    text = checked(body)
    with transaction() as session:
        case = case_for(session, actor=actor, number=number, action="answer")
        if _same_sent(session, Message, token, case, text, "message.body"):
            return
        if version is not None:
            check_unchanged_but_for_notes(session, case, version)
        if case.assigned_to in (None, actor.account_id):
            take_up(session, case, actor)
        case.state = lifecycle.after("answer", case.state)
        now = clock.now()
        case.answered_at = case.answered_at or now
        clocks.contact_made(case)
        lift_quarantine(session, case, actor=actor)
        message = _message(case, text, token, direction="to_family", account_id=actor.account_id)
        if interpreted is not None:
            place = f"message.interpretation/{token}"
            message.interpretation = case.case_key.vault().seal_text(written(interpreted), place)
        session.add(message)
        session.flush()
        forget_sent(session, case, account_id=actor.account_id, token=token)
        write_logbook(session, case, "answered", actor=actor)
        outbox.add(session, TELL_SENDER, ref=message.id)


def write_note(*, actor: Actor, number: str, body: str, token: str) -> None:
    """A note among staff; the same `token` with the same text changes nothing. Raises NotFound, Invalid as above.

    Pages that were opened before it are out of date; the logbook knows this step, so that it stops no answer.
    """
    text = checked(body)
    with transaction() as session:
        case = case_for(session, actor=actor, number=number, action="note")
        if _same_sent(session, Note, token, case, text, "note.body"):
            return
        sealed = case.case_key.vault().seal_text(text, f"note.body/{token}")
        session.add(
            Note(case_id=case.id, at=clock.now(), account_id=actor.account_id, token=token, body=sealed)
        )
        flag_modified(case, "state")
        session.flush()
        write_logbook(session, case, "noted", actor=actor, version=case.version)


def write_from_family(*, case_id: int, body: str, token: str) -> None:
    """The family writes in its thread; within 30 days of closing that opens the case again.

    The same `token` again changes nothing. Raises NotFound, Invalid, or Conflict when the case was closed longer ago.
    """
    text = checked(body)
    with transaction() as session:
        case = case_of_family(session, case_id)
        if _sent_already(session, token):
            return
        if case.closed_at is not None:
            if clock.now() - case.closed_at > dt.timedelta(days=lifecycle.REOPEN_DAYS):
                raise Conflict("the case was closed more than 30 days ago")
            case.closed_at, case.outcome, case.assigned_to = None, None, None
            case.withdrawn_at = None
            write_logbook(session, case, "reopened", by="sender")
        case.state = lifecycle.after("family_writes", case.state)
        message = _message(case, text, token, direction="from_family", account_id=None)
        session.add(message)
        session.flush()
        write_logbook(session, case, "family_wrote", by="sender")
        hits = screen(text)
        if hits:
            danger.notice(session, case, hits)
        danger.keep_the_clock(session, case)
        priority = outbox.URGENT if hits else outbox.NORMAL
        outbox.add(session, TELL_DESK, ref=message.id, priority=priority)


def mark_read(session: Session, case: Case) -> None:
    """The family has the thread open: messages to it count as read from now on."""
    now = clock.now()
    unread = session.scalars(
        select(Message).where(
            Message.case_id == case.id, Message.direction == "to_family", Message.read_at.is_(None)
        )
    ).all()
    for message in unread:
        message.read_at = now
    if unread:
        write_logbook(session, case, "family_read", by="sender", messages=len(unread))


def checked(body: str) -> str:
    """The text of a message as it is kept. Raises Invalid when it is empty, too long, or not text."""
    text = body.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid(FieldError("body", "empty"))
    if len(text) > BODY_LIMIT:
        raise Invalid(FieldError("body", "too_long", {"limit": BODY_LIMIT}))
    if not is_text(text):
        raise Invalid(FieldError("body", "characters"))
    return text


def _sent_already(session: Session, token: str) -> bool:
    return session.scalar(select(Message.id).where(Message.token == token)) is not None


def _same_sent(
    session: Session, table: type[Message] | type[Note], token: str, case: Case, text: str, field: str
) -> bool:
    """Whether this very text went with this token before. Raises Invalid when it was another text: it is not lost."""
    sent = session.execute(select(table.case_id, table.body).where(table.token == token)).first()
    if sent is None:
        return False
    if sent.case_id != case.id or case.case_key.vault().open(sent.body, f"{field}/{token}") != text:
        raise Invalid(FieldError("body", "sent_already"))
    return True


def _message(case: Case, text: str, token: str, *, direction: str, account_id: int | None) -> Message:
    """The new message; pages that were opened before it are out of date, even where no fact of the case changes."""
    flag_modified(case, "state")
    sealed = case.case_key.vault().seal_text(text, f"message.body/{token}")
    return Message(
        case_id=case.id, at=clock.now(), direction=direction, account_id=account_id, token=token, body=sealed
    )
