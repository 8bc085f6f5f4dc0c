"""Answers that somebody has begun and not sent: kept sealed with the case, for their author alone."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from helpbutton import clock
from helpbutton.cases.access import visible_cases
from helpbutton.cases.models import Case, CaseKey
from helpbutton.conversation.models import Draft, Message
from helpbutton.db import reading, transaction
from helpbutton.errors import Conflict, FieldError, Invalid, NotFound
from helpbutton.plain_text import is_text
from helpbutton.staff.actor import Actor
from helpbutton.vault.sealing import CaseVault

DRAFT_LIMIT = 20_000
"""Characters: twice what can be sent, so that a text which is still too long is kept as well."""


@dataclass(frozen=True)
class DraftView:
    """`version` 0 and no moment: nothing is kept. `token` belongs to the answer that is being written."""

    body: str
    token: str | None
    version: int
    saved_at: dt.datetime | None


NOTHING = DraftView("", None, 0, None)


def save_draft(*, actor: Actor, number: str, body: str, token: str, version: int) -> DraftView:
    """Keep what the actor has written so far; an empty text throws the draft away.

    Nothing of the case is read, so the audit record has no line. Raises NotFound, Invalid (too long, or not text), or
    Conflict: another page of the same person changed the draft since `version`, or sent the answer with this `token`.
    """
    text = _checked(body)
    with transaction() as session:
        case = _visible(session, actor, number)
        if session.scalar(select(Message.id).where(Message.token == token)) is not None:
            raise Conflict("this answer was sent")
        vault = case.case_key.vault()
        kept = session.get(Draft, (case.id, actor.account_id))
        if kept is not None and _opened(kept, vault).body == text:
            return _opened(kept, vault)
        if (kept.version if kept else 0) != version:
            raise Conflict("the draft was changed on another page")
        if not text:
            _forget(session, kept)
            return NOTHING
        kept = kept or Draft(case_id=case.id, account_id=actor.account_id, version=0)
        kept.body = vault.seal_text(text, _place(actor.account_id))
        kept.token, kept.version, kept.saved_at = token, kept.version + 1, clock.now()
        session.add(kept)
        return DraftView(text, token, kept.version, kept.saved_at)


def own_draft(*, actor: Actor, case_id: int) -> DraftView:
    """The actor's own draft for a case that is visible to them."""
    session = reading()
    kept = session.get(Draft, (case_id, actor.account_id), populate_existing=True)
    key = session.get(CaseKey, case_id)
    return NOTHING if kept is None or key is None else _opened(kept, key.vault())


def draft_of(*, actor: Actor, number: str) -> DraftView:
    """The same by the number of the case. Raises NotFound."""
    case_id = reading().scalar(select(Case.id).where(Case.number == number, visible_cases(actor)))
    if case_id is None:
        raise NotFound("case")
    return own_draft(actor=actor, case_id=case_id)


def forget_sent(session: Session, case: Case, *, account_id: int, token: str) -> None:
    """The answer with this token has been sent; another one that was begun meanwhile stays."""
    session.execute(
        delete(Draft).where(Draft.case_id == case.id, Draft.account_id == account_id, Draft.token == token)
    )


def _visible(session: Session, actor: Actor, number: str) -> Case:
    case = session.scalar(
        select(Case)
        .where(Case.number == number, visible_cases(actor))
        .options(joinedload(Case.case_key, innerjoin=True))
        .with_for_update(of=Case)
    )
    if case is None:
        raise NotFound("case")
    return case


def _checked(body: str) -> str:
    text = body.replace("\r\n", "\n")
    if len(text) > DRAFT_LIMIT:
        raise Invalid(FieldError("body", "too_long", {"limit": DRAFT_LIMIT}))
    if not is_text(text):
        raise Invalid(FieldError("body", "characters"))
    return text if text.strip() else ""


def _forget(session: Session, kept: Draft | None) -> None:
    if kept is not None:
        session.delete(kept)


def _opened(kept: Draft, vault: CaseVault) -> DraftView:
    body = vault.open(kept.body, _place(kept.account_id)) or ""
    return DraftView(body, kept.token, kept.version, kept.saved_at)


def _place(account_id: int) -> str:
    return f"draft.body/{account_id}"
