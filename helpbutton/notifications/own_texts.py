"""An organisation's own words for the messages to families: kept by its administrators, used when they fit."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Organisation, Service
from helpbutton.directory.queries import Names, in_language
from helpbutton.errors import Conflict, FieldError, Invalid, NotFound
from helpbutton.i18n import LANGUAGES
from helpbutton.notifications import texts, wording
from helpbutton.notifications.models import OwnText
from helpbutton.once import add_once
from helpbutton.staff.actor import Actor


@dataclass(frozen=True)
class TextView:
    """One message to families in one wording and language. `own` is None while the product's words are used."""

    purpose: str
    wording: str
    language: str
    shipped: str
    own: str | None
    version: int


def may_edit(actor: Actor) -> frozenset[int]:
    """Ids of the organisations whose texts this person keeps."""
    return actor.organisations_as("administrator")


def organisations_of(actor: Actor) -> list[tuple[int, Names]]:
    """The same with their names, in the order of their ids."""
    rows = reading().execute(
        select(Organisation.id, Organisation.names)
        .where(Organisation.id.in_(may_edit(actor)))
        .order_by(Organisation.id)
    )
    return [(row[0], row[1]) for row in rows]


def shipped(
    purpose: str, kind: str, language: str, *, reference: str = "{reference}", desk: str = "{desk}"
) -> str:
    """The product's own words: the neutral ones, with the desk's name before them in the wording `named`."""
    neutral = texts.body(purpose=purpose, language=language, reference=reference)
    return f"{desk}: {neutral}" if kind == wording.NAMED else neutral


def said(
    session: Session, *, service_id: int, purpose: str, language: str, reference: str, may_name: bool
) -> str:
    """The message of a desk to a family, in the organisation's words where it has any.

    A text that names the desk but would not fit is said neutrally instead.
    """
    service = session.get_one(Service, service_id)
    desk = in_language(service.names, language)
    for kind in (wording.NAMED, wording.NEUTRAL) if may_name else (wording.NEUTRAL,):
        own = session.scalar(_of(service.organisation_id, purpose, kind, language))
        text = (
            wording.filled(own.text, reference=reference, desk=desk)
            if own
            else shipped(purpose, kind, language, reference=reference, desk=desk)
        )
        if texts.fits(text):
            return text
    return texts.body(purpose=purpose, language=language, reference=reference)


def texts_of(*, actor: Actor, organisation_id: int, language: str) -> list[TextView]:
    """Every message in one language, for who keeps them. Raises NotFound."""
    _checked(actor, organisation_id, language)
    found = []
    for purpose in wording.PURPOSES:
        for kind in wording.WORDINGS:
            own = reading().scalar(_of(organisation_id, purpose, kind, language))
            found.append(
                TextView(
                    purpose,
                    kind,
                    language,
                    shipped(purpose, kind, language),
                    own.text if own else None,
                    own.version if own else 0,
                )
            )
    return found


def change(
    *, actor: Actor, organisation_id: int, purpose: str, kind: str, language: str, text: str, version: int
) -> None:
    """Say a message in the organisation's own words; an empty text goes back to the product's.

    Raises NotFound, Conflict (somebody changed it since `version`), or Invalid saying what the text must not hold.
    """
    _checked(actor, organisation_id, language)
    if purpose not in wording.PURPOSES or kind not in wording.WORDINGS:
        raise Invalid(FieldError("text", "unknown_value"))
    text = " ".join(text.split())
    if text:
        errors = wording.problems(
            text, wording=kind, language=language, desk=longest_name(organisation_id, language)
        )
        if errors:
            raise Invalid(*errors)
    with transaction() as session:
        own = session.scalar(_of(organisation_id, purpose, kind, language).with_for_update())
        if (own.version if own else 0) != version:
            raise Conflict("the text changed since the page was opened")
        if own and text:
            own.text, own.version = text, own.version + 1
            own.changed_at, own.changed_by = clock.now(), actor.account_id
        elif own:
            session.delete(own)
        elif text and not add_once(
            session,
            OwnText,
            organisation_id=organisation_id,
            purpose=purpose,
            wording=kind,
            language=language,
            text=text,
            version=1,
            changed_at=clock.now(),
            changed_by=actor.account_id,
        ):
            raise Conflict("somebody else wrote the text at the same moment")
        audit.record(
            session,
            organisation_id=organisation_id,
            actor=actor.pseudonym,
            action="change_text",
            subject=f"{purpose}/{kind}/{language}",
        )


def longest_name(organisation_id: int, language: str) -> str:
    """The longest name of the organisation's desks in a language: with it a text must still fit."""
    names = reading().scalars(select(Service.names).where(Service.organisation_id == organisation_id))
    return max((in_language(name, language) for name in names), key=len, default="")


def _of(organisation_id: int, purpose: str, kind: str, language: str) -> Select[OwnText]:
    return select(OwnText).where(
        OwnText.organisation_id == organisation_id,
        OwnText.purpose == purpose,
        OwnText.wording == kind,
        OwnText.language == language,
    )


def _checked(actor: Actor, organisation_id: int, language: str) -> None:
    if organisation_id not in may_edit(actor) or language not in LANGUAGES:
        raise NotFound("texts")
