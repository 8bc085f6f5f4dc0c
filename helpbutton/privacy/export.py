"""Everything that an organisation keeps about its cases, opened: each table that knows a case, each sealed field."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import LargeBinary, Row, Table, select
from sqlalchemy.orm import Session, joinedload

from helpbutton.cases.models import Case
from helpbutton.db import Model
from helpbutton.vault.sealing import CaseVault, Unreadable

AT_ONCE = 200
LEFT_OUT = frozenset({"case_key", "name_token", "draft"})
"""Keys and digests mean nothing elsewhere; an unsent answer is for its author alone."""
ONLY_FOR_NUDGES = frozenset({"phone", "email"})
"""What staff never see of a contact that was given for nudges alone."""
ROW_NAMES = ("token", "id", "account_id", "key")
"""By which a sealed field of a table with many rows for a case is told apart (see `CaseVault`)."""


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
        lines = [
            json.dumps({"case": _case(session, case, tables)}, ensure_ascii=False) + "\n" for case in cases
        ]
        last = cases[-1].id if cases else last
        session.rollback()
        yield from lines
        if len(lines) < AT_ONCE:
            return


def _case(session: Session, case: Case, tables: list[Table]) -> dict[str, Any]:
    vault = case.case_key.vault() if case.case_key is not None else None
    own: Any = Case.__table__
    row = session.execute(select(own).where(own.c.id == case.id)).one()
    told = _opened(row, own, vault)
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
