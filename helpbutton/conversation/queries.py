"""Reading a conversation: its messages, and the thread as staff see it."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from helpbutton.cases.models import Case
from helpbutton.conversation import interpretation
from helpbutton.conversation.interpretation import Interpretation
from helpbutton.conversation.models import Message, Note
from helpbutton.db import reading
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
    interpretation: Interpretation | None = None
    """For staff; the family's page does not show it."""


def thread_for_staff(*, case_id: int) -> tuple[Entry, ...]:
    """Messages and notes in order. Only for a case that the caller has just opened with `cases.queries.open_case`."""
    session = reading()
    case = session.scalar(
        select(Case).where(Case.id == case_id).options(joinedload(Case.case_key, innerjoin=True))
    )
    if case is None:
        raise NotFound("case")
    vault = case.case_key.vault()
    entries = [*messages(session, case_id, vault), *_notes(session, case_id, vault)]
    return tuple(sorted(entries, key=lambda entry: entry.at))


def messages(session: Session, case_id: int, vault: CaseVault) -> tuple[Entry, ...]:
    """The messages of a case that the caller has opened, oldest first."""
    rows = session.scalars(select(Message).where(Message.case_id == case_id).order_by(Message.id)).all()
    names = account_names({row.account_id for row in rows if row.account_id})
    return tuple(
        Entry(
            row.at,
            row.direction,
            names.get(row.account_id) if row.account_id else None,
            vault.open(row.body, f"message.body/{row.token}") or "",
            row.read_at,
            interpretation.read(vault.open(row.interpretation, f"message.interpretation/{row.token}")),
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
