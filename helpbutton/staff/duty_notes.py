"""What one shift leaves to the next at a desk: a few words, sealed with the organisation's key, gone in two weeks."""

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import delete, select

from helpbutton import clock
from helpbutton.db import transaction
from helpbutton.directory.models import Service
from helpbutton.errors import FieldError, Invalid, NotFound
from helpbutton.plain_text import is_text
from helpbutton.staff.actor import Actor
from helpbutton.staff.duty_models import DutyNote
from helpbutton.staff.models import Account
from helpbutton.staff.roster import record
from helpbutton.vault import keystore, sealing

WORDS_LIMIT = 2000
KEPT = dt.timedelta(days=14)


@dataclass(frozen=True)
class NoteView:
    """The last note of a desk."""

    name: str
    at: dt.datetime
    words: str = field(repr=False)


def last_notes(actor: Actor) -> dict[int, NoteView]:
    """The last note of each desk of the actor that has one from the last two weeks; one audit line for each."""
    found = {}
    with transaction() as session:
        for service in session.scalars(select(Service).where(Service.id.in_(actor.services))).all():
            row = session.execute(
                select(DutyNote, Account.name)
                .join(Account, Account.id == DutyNote.account_id)
                .where(DutyNote.service_id == service.id, DutyNote.at > clock.now() - KEPT)
                .order_by(DutyNote.at.desc(), DutyNote.id.desc())
                .limit(1)
            ).first()
            if row is not None:
                record(session, actor, service, "read_duty_note")
                found[service.id] = NoteView(row[1], row[0].at, _opened(row[0], service))
    return found


def write_note(*, actor: Actor, service_id: int, words: str, token: str) -> None:
    """Leave a note at one of the actor's desks; the same `token` again changes nothing. Raises NotFound, Invalid."""
    text = _checked(words)
    with transaction() as session:
        service = session.get(Service, service_id, with_for_update=True)
        if service is None or service_id not in actor.services:
            raise NotFound("desk")
        if session.scalar(select(DutyNote.id).where(DutyNote.token == token)) is not None:
            return
        epoch = keystore.current().epoch
        session.add(
            DutyNote(
                service_id=service_id,
                account_id=actor.account_id,
                at=clock.now(),
                token=token,
                epoch=epoch,
                body=sealing.seal_bytes(_key(service, epoch), text.encode(), _place(service_id, token)),
            )
        )
        record(session, actor, service, "write_duty_note")


def forget_notes() -> None:
    """Delete the notes of every desk that are older than two weeks."""
    with transaction() as session:
        session.execute(delete(DutyNote).where(DutyNote.at <= clock.now() - KEPT))


def _opened(note: DutyNote, service: Service) -> str:
    sealed = sealing.open_bytes(_key(service, note.epoch), note.body, _place(service.id, note.token))
    return sealed.decode()


def _key(service: Service, epoch: int) -> bytes:
    return keystore.current().organisation_key(service.organisation_id, epoch)


def _place(service_id: int, token: str) -> str:
    return f"duty_note.body/{service_id}/{token}"


def _checked(words: str) -> str:
    text = words.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid(FieldError("words", "required"))
    if len(text) > WORDS_LIMIT:
        raise Invalid(FieldError("words", "too_long", {"limit": WORDS_LIMIT}))
    if not is_text(text):
        raise Invalid(FieldError("words", "characters"))
    return text
