"""Reading a conversation: the thread as staff see it, and as the family sees it with its receipt code."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from helpbutton.cases import receipts
from helpbutton.cases.intake import receipt_digest
from helpbutton.cases.models import Case
from helpbutton.conversation import operations
from helpbutton.conversation.models import Message, Note
from helpbutton.db import reading, transaction
from helpbutton.directory import queries as directory
from helpbutton.directory.queries import Desk
from helpbutton.errors import NotFound
from helpbutton.staff.queries import account_names
from helpbutton.vault.sealing import CaseVault


@dataclass(frozen=True)
class Entry:
    """A message or note, opened. `author` is a staff member's name, or None for the family."""

    at: dt.datetime
    kind: str
    """to_family, from_family or note."""
    author: str | None
    body: str
    read_at: dt.datetime | None


@dataclass(frozen=True)
class FamilyPage:
    """What the receipt code opens."""

    case_id: int
    number: str
    state: str
    language: str
    received_at: dt.datetime
    respond_by: dt.datetime
    answered: bool
    desk: Desk
    text: str
    danger_flags: tuple[str, ...]
    entries: tuple[Entry, ...]


def case_of_code(typed: str) -> int:
    """The id of the case that a receipt code belongs to, however it was typed. Raises NotFound."""
    code = receipts.normalise(typed)
    case_id = (
        reading().scalar(select(Case.id).where(Case.receipt_digest == receipt_digest(code))) if code else None
    )
    if case_id is None:
        raise NotFound("receipt")
    return case_id


def family_page(*, case_id: int) -> FamilyPage:
    """The family's page; messages to it are marked as read and the look is recorded. Raises NotFound."""
    with transaction() as session:
        case = operations.case_of_family(session, case_id)
        operations.mark_read(session, case)
        vault = case.case_key.vault()
        return FamilyPage(
            case_id=case.id,
            number=case.number,
            state=case.state,
            language=case.language,
            received_at=case.received_at,
            respond_by=case.respond_by,
            answered=case.answered_at is not None,
            desk=directory.desk(case.service_id),
            text=vault.open(case.text, "case.text") or "",
            danger_flags=tuple(case.danger_flags),
            entries=_messages(session, case.id, vault),
        )


def thread_for_staff(*, case_id: int) -> tuple[Entry, ...]:
    """Messages and notes in order. Only for a case that the caller has just opened with `cases.queries.open_case`."""
    session = reading()
    case = session.scalar(
        select(Case).where(Case.id == case_id).options(joinedload(Case.case_key, innerjoin=True))
    )
    if case is None:
        raise NotFound("case")
    vault = case.case_key.vault()
    entries = [*_messages(session, case_id, vault), *_notes(session, case_id, vault)]
    return tuple(sorted(entries, key=lambda entry: entry.at))


def _messages(session: Session, case_id: int, vault: CaseVault) -> tuple[Entry, ...]:
    rows = session.scalars(select(Message).where(Message.case_id == case_id).order_by(Message.id)).all()
    names = account_names({row.account_id for row in rows if row.account_id})
    return tuple(
        Entry(
            row.at,
            row.direction,
            names.get(row.account_id) if row.account_id else None,
            vault.open(row.body, f"message.body/{row.token}") or "",
            row.read_at,
        )
        for row in rows
    )


def _notes(session: Session, case_id: int, vault: CaseVault) -> tuple[Entry, ...]:
    rows = session.scalars(select(Note).where(Note.case_id == case_id).order_by(Note.id)).all()
    names = account_names({row.account_id for row in rows})
    return tuple(
        Entry(
            row.at,
            "note",
            names.get(row.account_id),
            vault.open(row.body, f"note.body/{row.token}") or "",
            None,
        )
        for row in rows
    )
