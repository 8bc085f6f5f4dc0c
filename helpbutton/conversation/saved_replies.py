"""Saved replies: words that a desk uses again and again, kept by its leads, in each language and for each topic."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import case as when
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.conversation.models import SavedReply
from helpbutton.conversation.operations import checked
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Service, Topic
from helpbutton.directory.queries import Names
from helpbutton.errors import Conflict, FieldError, Invalid, NotFound
from helpbutton.i18n import LANGUAGES
from helpbutton.staff.actor import Actor

TITLE_LIMIT = 80
DESK_LIMIT = 500
"""How many a desk may keep."""


@dataclass(frozen=True)
class Reply:
    """`topic` None: whatever the case is about."""

    id: int
    topic: str | None
    language: str
    title: str
    body: str
    version: int


@dataclass(frozen=True)
class Title:
    """A saved reply as the answer's form offers it."""

    id: int
    language: str
    title: str


@dataclass(frozen=True)
class Wording:
    """What was typed for a saved reply."""

    topic: str | None
    language: str
    title: str
    body: str


def kept_by(actor: Actor) -> list[tuple[int, Names]]:
    """The desks whose saved replies this person keeps: those that they lead, and all of an administrator."""
    led = [service_id for service_id, role in actor.services.items() if role == "lead"]
    administered = actor.organisations_as("administrator")
    rows = reading().execute(
        select(Service.id, Service.names)
        .where(or_(Service.id.in_(led), Service.organisation_id.in_(administered)))
        .order_by(Service.id)
    )
    return [(row[0], row[1]) for row in rows]


def replies_of(*, actor: Actor, service_id: int) -> list[Reply]:
    """All that a desk keeps, by language and title. Raises NotFound."""
    _allowed(reading(), actor, service_id)
    rows = reading().scalars(
        select(SavedReply)
        .where(SavedReply.service_id == service_id)
        .order_by(SavedReply.language, SavedReply.title, SavedReply.id)
    )
    return [Reply(row.id, row.topic, row.language, row.title, row.body, row.version) for row in rows]


def offered_for(*, service_id: int, topic: str | None, languages: Sequence[str]) -> list[Title]:
    """What suits a case: its topic before what is for all topics, the first of `languages` before the next."""
    order = when({language: at for at, language in enumerate(languages)}, value=SavedReply.language)
    fitting = or_(SavedReply.topic.is_(None), SavedReply.topic == topic)
    rows = reading().execute(
        select(SavedReply.id, SavedReply.language, SavedReply.title)
        .where(SavedReply.service_id == service_id, SavedReply.language.in_(languages), fitting)
        .order_by(order, SavedReply.topic.is_(None), SavedReply.title)
    )
    return [Title(row.id, row.language, row.title) for row in rows]


def words_of(*, service_id: int, reply_id: int) -> str:
    """The text of a saved reply of this desk. Raises NotFound."""
    found = reading().scalar(
        select(SavedReply.body).where(SavedReply.id == reply_id, SavedReply.service_id == service_id)
    )
    if found is None:
        raise NotFound("saved reply")
    return found


def add_reply(*, actor: Actor, service_id: int, wording: Wording) -> None:
    """A new saved reply; the same once more changes nothing. Raises NotFound, or Invalid naming what is wrong."""
    with transaction() as session:
        service = _allowed(session, actor, service_id)
        session.execute(select(Service.id).where(Service.id == service_id).with_for_update(key_share=True))
        title, body = _checked(session, wording)
        twin = _of_title(session, service_id, wording.language, title)
        if twin is not None and (twin.topic, twin.body) == (wording.topic, body):
            return
        kept = select(func.count()).select_from(SavedReply).where(SavedReply.service_id == service_id)
        if (session.scalar(kept) or 0) >= DESK_LIMIT:
            raise Invalid(FieldError("title", "too_many", {"limit": DESK_LIMIT}))
        if twin is not None:
            raise Invalid(FieldError("title", "in_use"))
        reply = SavedReply(service_id=service_id, version=0)
        _write(reply, wording.topic, wording.language, title, body, actor)
        session.add(reply)
        session.flush()
        _record(session, service, actor, "add_saved_reply", reply)


def change_reply(*, actor: Actor, reply_id: int, version: int, wording: Wording) -> None:
    """Say a saved reply in other words. Raises NotFound, Conflict (changed since `version`), or Invalid."""
    with transaction() as session:
        reply, service = _current(session, actor, reply_id, version)
        title, body = _checked(session, wording)
        if _of_title(session, reply.service_id, wording.language, title) not in (None, reply):
            raise Invalid(FieldError("title", "in_use"))
        _write(reply, wording.topic, wording.language, title, body, actor)
        _record(session, service, actor, "change_saved_reply", reply)


def remove_reply(*, actor: Actor, reply_id: int, version: int) -> None:
    """Offer it no longer. Raises NotFound, Conflict."""
    with transaction() as session:
        reply, service = _current(session, actor, reply_id, version)
        session.delete(reply)
        _record(session, service, actor, "remove_saved_reply", reply)


def desk_of(*, actor: Actor, reply_id: int) -> int:
    """The desk of a saved reply that this person keeps. Raises NotFound."""
    service_id = reading().scalar(select(SavedReply.service_id).where(SavedReply.id == reply_id))
    if service_id is None:
        raise NotFound("saved reply")
    _allowed(reading(), actor, service_id)
    return service_id


def _current(session: Session, actor: Actor, reply_id: int, version: int) -> tuple[SavedReply, Service]:
    reply = session.get(SavedReply, reply_id, with_for_update=True)
    if reply is None:
        raise NotFound("saved reply")
    service = _allowed(session, actor, reply.service_id)
    if reply.version != version:
        raise Conflict("the saved reply changed since the page was opened")
    return reply, service


def _allowed(session: Session, actor: Actor, service_id: int) -> Service:
    service = session.get(Service, service_id)
    led = service is not None and actor.services.get(service.id) == "lead"
    if service is None or not (led or service.organisation_id in actor.organisations_as("administrator")):
        raise NotFound("desk")
    return service


def _checked(session: Session, wording: Wording) -> tuple[str, str]:
    """Title and text as they are kept. Raises Invalid naming everything that is wrong."""
    return tidy(wording, lambda topic: session.get(Topic, topic) is not None)


def tidy(wording: Wording, is_topic: Callable[[str], bool]) -> tuple[str, str]:
    """Title and text as they are kept, pure. Raises Invalid naming everything that is wrong."""
    title = " ".join(wording.title.split())
    errors = [*_title_errors(title)]
    if wording.topic is not None and not is_topic(wording.topic):
        errors.append(FieldError("topic", "unknown_value"))
    if wording.language not in LANGUAGES:
        errors.append(FieldError("language", "unknown_value"))
    try:
        body = checked(wording.body)
    except Invalid as refusal:
        raise Invalid(*errors, *refusal.errors) from None
    if errors:
        raise Invalid(*errors)
    return title, body


def _of_title(session: Session, service_id: int, language: str, title: str) -> SavedReply | None:
    """The saved reply of a desk that has this title in this language already."""
    same = (SavedReply.service_id == service_id, SavedReply.language == language, SavedReply.title == title)
    return session.scalar(select(SavedReply).where(*same))


def _write(reply: SavedReply, topic: str | None, language: str, title: str, body: str, actor: Actor) -> None:
    reply.topic, reply.language, reply.title, reply.body = topic, language, title, body
    reply.version, reply.changed_at, reply.changed_by = reply.version + 1, clock.now(), actor.account_id


def _title_errors(title: str) -> list[FieldError]:
    if not title:
        return [FieldError("title", "required")]
    if len(title) > TITLE_LIMIT:
        return [FieldError("title", "too_long", {"limit": TITLE_LIMIT})]
    if any(letter < " " or "\ud800" <= letter <= "\udfff" for letter in title):
        return [FieldError("title", "characters")]
    return []


def _record(session: Session, service: Service, actor: Actor, action: str, reply: SavedReply) -> None:
    audit.record(
        session,
        organisation_id=service.organisation_id,
        actor=actor.pseudonym,
        action=action,
        subject=f"saved_reply/{reply.id}",
        service_id=service.id,
    )
