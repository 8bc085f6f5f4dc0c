"""What an organisation keeps, opened, as lines of JSON: each case with all that knows it, feedback, duty, audit."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy import LargeBinary, Row, Table, select
from sqlalchemy.orm import Session, joinedload

from helpbutton.audit.queries import Wanted
from helpbutton.audit.queries import lines as audit_lines
from helpbutton.cases.models import Case
from helpbutton.db import Model
from helpbutton.directory.models import Service
from helpbutton.feedback.operations import feedback_of
from helpbutton.staff.duty_models import DutyNote
from helpbutton.staff.models import Account, Shift
from helpbutton.vault import keystore, sealing
from helpbutton.vault.sealing import CaseVault, Unreadable

AT_ONCE = 200
LEFT_OUT = frozenset({"case_key", "name_token", "draft"})
"""Keys and digests mean nothing elsewhere; an unsent answer is for its author alone."""
ONLY_FOR_NUDGES = frozenset({"phone", "email"})
"""What staff never see of a contact that was given for nudges alone."""
ROW_NAMES = ("token", "id", "account_id", "key")
"""By which a sealed field of a table with many rows for a case is told apart (see `CaseVault`)."""


def line(kind: str, told: object) -> str:
    """One line of the file."""
    return json.dumps({kind: told}, ensure_ascii=False, default=dt.datetime.isoformat) + "\n"


def lines_beside_cases(session: Session, organisation_id: int) -> list[str]:
    """Feedback on accessibility, the rosters, and what shifts left to the next, oldest first."""
    people = _people(session)
    desks = {
        row[0]: row[1]
        for row in session.execute(
            select(Service.id, Service.key).where(Service.organisation_id == organisation_id)
        )
    }
    shifts = session.scalars(select(Shift).where(Shift.service_id.in_(desks)).order_by(Shift.starts_at))
    notes = session.scalars(select(DutyNote).where(DutyNote.service_id.in_(desks)).order_by(DutyNote.at))
    return [
        *(line("feedback", asdict(given)) for given in feedback_of(session, organisation_id)),
        *(
            line(
                "shift",
                {
                    "name": people[shift.account_id],
                    "desk": desks[shift.service_id],
                    "starts_at": shift.starts_at,
                    "ends_at": shift.ends_at,
                    "instead_of": people.get(shift.instead_of or 0),
                },
            )
            for shift in shifts
        ),
        *(
            line(
                "duty_note",
                {
                    "name": people[note.account_id],
                    "desk": desks[note.service_id],
                    "at": note.at,
                    "body": _duty_note(note, organisation_id),
                },
            )
            for note in notes
        ),
    ]


def lines_of_audit(session: Session, organisation_id: int) -> Iterator[str]:
    """The audit record, newest first, staff by name; cases by the `audit_subject` of their own line.

    No transaction is open while somebody fetches the lines.
    """
    people = {sealing.pseudonym("staff", account_id): name for account_id, name in _people(session).items()}
    before = None
    while True:
        found = audit_lines(
            session, organisation_id=organisation_id, wanted=Wanted(before=before), at_most=AT_ONCE
        )
        session.rollback()
        for entry in found:
            yield line("audit", asdict(entry) | {"actor": people.get(entry.actor, entry.actor)})
        if len(found) < AT_ONCE:
            return
        before = found[-1].id


def lines_of_cases(session: Session, organisation_id: int) -> Iterator[str]:
    """One JSON line for each case of the organisation, oldest first, its words and contact in the clear.

    A case whose key is gone has its facts alone. No transaction is open while somebody fetches the lines.
    """
    tables = [
        table for table in Model.metadata.sorted_tables if "case_id" in table.c and table.name not in LEFT_OUT
    ]
    last = 0
    while True:
        cases = session.scalars(
            select(Case)
            .where(Case.organisation_id == organisation_id, Case.id > last, ~Case.canary)
            .options(joinedload(Case.case_key))
            .order_by(Case.id)
            .limit(AT_ONCE)
        ).all()
        lines = [line("case", _case(session, case, tables)) for case in cases]
        last = cases[-1].id if cases else last
        session.rollback()
        yield from lines
        if len(lines) < AT_ONCE:
            return


def _people(session: Session) -> dict[int, str]:
    return {row[0]: row[1] for row in session.execute(select(Account.id, Account.name))}


def _duty_note(note: DutyNote, organisation_id: int) -> str:
    key = keystore.current().organisation_key(organisation_id, note.epoch)
    return sealing.open_bytes(key, note.body, f"duty_note.body/{note.service_id}/{note.token}").decode()


def _case(session: Session, case: Case, tables: list[Table]) -> dict[str, Any]:
    vault = case.case_key.vault() if case.case_key is not None else None
    own: Any = Case.__table__
    row = session.execute(select(own).where(own.c.id == case.id)).one()
    told = _opened(row, own, vault) | {"audit_subject": sealing.pseudonym("case", case.id)}
    for table in tables:
        found = session.execute(
            select(table).where(table.c.case_id == case.id).order_by(*table.primary_key.columns)
        ).all()
        if found:
            told[table.name] = [_opened(row, table, vault) for row in found]
    return told


def _opened(row: Row[Any], table: Table, vault: CaseVault | None) -> dict[str, Any]:
    """The row as plain values; sealed fields opened, digests left out."""
    told: dict[str, Any] = {}
    hidden = ONLY_FOR_NUDGES if table.name == "contact" and row.nudge_only else frozenset()
    for column in table.c:
        value = getattr(row, column.name)
        if column.name in hidden:
            continue
        if isinstance(column.type, LargeBinary):
            text = _text(vault, value, table.name.rstrip("_"), column.name, row)
            if text is not None:
                told[column.name] = text
        elif value is not None:
            told[column.name] = value.isoformat() if isinstance(value, dt.date) else value
    return told


def _text(
    vault: CaseVault | None, sealed: bytes | None, table: str, column: str, row: Row[Any]
) -> str | None:
    if vault is None or sealed is None:
        return None
    field = f"{table}.{column}"
    rows = (f"{field}/{getattr(row, name)}" for name in ROW_NAMES if hasattr(row, name))
    for place in (field, *rows):
        try:
            return vault.open(sealed, place)
        except (Unreadable, ValueError):
            continue
    return None
