"""Receiving feedback on accessibility, reading it, and marking it answered."""

import datetime as dt
import unicodedata
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Site
from helpbutton.directory.queries import Names, SiteView
from helpbutton.errors import Conflict, FieldError, Invalid, NotFound
from helpbutton.feedback.models import Feedback
from helpbutton.staff.actor import Actor
from helpbutton.staff.models import Account, Membership
from helpbutton.vault import keystore, sealing

ANSWER_WITHIN = dt.timedelta(days=14)
"""Act on the Provision of Digital Services (306/2019): feedback on accessibility is answered in 14 days."""
TEXT_LIMIT, CONTACT_LIMIT = 4000, 200
SHOWN = 200


@dataclass(frozen=True)
class FeedbackView:
    """One piece of feedback, opened. Moments are aware UTC; `site_names` is None when it named no site."""

    id: int
    text: str
    contact: str | None
    language: str
    site_names: Names | None
    received_at: dt.datetime
    respond_by: dt.datetime
    answered_at: dt.datetime | None


def give_feedback(
    *, text: str, contact: str, nonce: str, site: SiteView | None, language: str
) -> dt.datetime:
    """Store feedback once for each `nonce` and return the moment by which it is answered.

    Raises Invalid, or Conflict when the nonce was used before with other words.
    """
    words, reach = _checked(text, contact)
    digest = sealing.digest("feedback", nonce)
    now = clock.now()
    try:
        with transaction() as session:
            earlier = session.scalar(select(Feedback).where(Feedback.sent_digest == digest))
            if earlier is not None:
                if (_open(earlier, "text"), _open(earlier, "contact")) != (words, reach):
                    raise Conflict("this form was used before with other words")
                return earlier.respond_by
            session.add(
                Feedback(
                    sent_digest=digest,
                    site_id=site.id if site else None,
                    organisation_id=site.organisation_id if site else None,
                    language=language,
                    text=_seal(words, digest, "text"),
                    contact=_seal(reach, digest, "contact") if reach else None,
                    received_at=now,
                    respond_by=now + ANSWER_WITHIN,
                )
            )
    except IntegrityError:
        raise Conflict("this form is being stored already") from None
    return now + ANSWER_WITHIN


def read_feedback(*, actor: Actor) -> list[FeedbackView]:
    """What this administrator may read, the most urgent first; the look is on the audit record.

    Raises NotFound for everybody else.
    """
    if not administered(actor):
        raise NotFound("feedback")
    with transaction() as session:
        _record(session, actor, "read_feedback", "feedback")
        rows = session.execute(
            select(Feedback, Site.names)
            .outerjoin(Site, Site.id == Feedback.site_id)
            .where(_readable(actor))
            .order_by(Feedback.answered_at.is_not(None), Feedback.respond_by, Feedback.id)
            .limit(SHOWN)
        )
        return [_view(row[0], row[1]) for row in rows]


def feedback_of(session: Session, organisation_id: int) -> list[FeedbackView]:
    """All that an organisation was given, opened, oldest first, for whoever has put the look on record."""
    rows = session.execute(
        select(Feedback, Site.names)
        .outerjoin(Site, Site.id == Feedback.site_id)
        .where(Feedback.organisation_id == organisation_id)
        .order_by(Feedback.id)
    )
    return [_view(row[0], row[1]) for row in rows]


def mark_answered(*, actor: Actor, feedback_id: int) -> None:
    """Say that it was answered; saying it again changes nothing. Raises NotFound."""
    with transaction() as session:
        row = session.scalar(
            select(Feedback).where(Feedback.id == feedback_id, _readable(actor)).with_for_update()
        )
        if row is None:
            raise NotFound("feedback")
        if row.answered_at is not None:
            return
        row.answered_at, row.answered_by = clock.now(), actor.account_id
        _record(session, actor, "answer_feedback", sealing.pseudonym("feedback", row.id))


def waiting(actor: Actor) -> int:
    """How many pieces of feedback wait for an answer of this person's organisations."""
    own = (_readable(actor), Feedback.answered_at.is_(None))
    return reading().scalar(select(func.count()).select_from(Feedback).where(*own)) or 0


def administered(actor: Actor) -> frozenset[int]:
    """Ids of the organisations where this person is an administrator."""
    return frozenset(id for id, role in actor.organisations.items() if role == "administrator")


def _readable(actor: Actor) -> ColumnElement[bool]:
    """That of one's own organisations, and what nobody else would answer."""
    own = administered(actor)
    if not own:
        return false()
    looked_after = (
        select(Membership.organisation_id)
        .join(Account)
        .where(Membership.role == "administrator", Membership.organisation_id.is_not(None), Account.active)
    )
    return or_(
        Feedback.organisation_id.in_(own),
        Feedback.organisation_id.is_(None),
        Feedback.organisation_id.not_in(looked_after),
    )


def _record(session: Session, actor: Actor, action: str, subject: str) -> None:
    for organisation_id in sorted(administered(actor)):
        audit.record(
            session,
            organisation_id=organisation_id,
            actor=actor.pseudonym,
            action=action,
            subject=subject,
            ground="administrator",
        )


def _checked(text: str, contact: str) -> tuple[str, str | None]:
    words, reach = _clean(text), _clean(contact)
    errors = []
    if not words:
        errors.append(FieldError("text", "required"))
    if len(words) > TEXT_LIMIT:
        errors.append(FieldError("text", "too_long", {"limit": TEXT_LIMIT}))
    if len(reach) > CONTACT_LIMIT:
        errors.append(FieldError("contact", "too_long", {"limit": CONTACT_LIMIT}))
    if errors:
        raise Invalid(*errors)
    return words, reach or None


def _clean(text: str) -> str:
    """NFC without control or half characters; line breaks stay."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(
        letter for letter in text if letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cs")
    ).strip()


def _seal(text: str, digest: bytes, field: str) -> bytes:
    return sealing.seal_bytes(_key(), text.encode(), f"feedback.{field}/{digest.hex()}")


def _open(row: Feedback, field: str) -> str | None:
    sealed = row.text if field == "text" else row.contact
    if sealed is None:
        return None
    return sealing.open_bytes(_key(), sealed, f"feedback.{field}/{row.sent_digest.hex()}").decode()


def _key() -> bytes:
    return keystore.current().derive("feedback-text")


def _view(row: Feedback, site_names: Names | None) -> FeedbackView:
    return FeedbackView(
        id=row.id,
        text=_open(row, "text") or "",
        contact=_open(row, "contact"),
        language=row.language,
        site_names=site_names,
        received_at=row.received_at,
        respond_by=row.respond_by,
        answered_at=row.answered_at,
    )
