"""What the provider's stand-in remembers: accepted messages, rules of behaviour, counts of calls."""

import secrets
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

MAGIC = {
    "+15005550001": "refuse:21211",
    "+15005550004": "refuse:21610",
    "+15005550009": "refuse:21614",
}
SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY, sid TEXT UNIQUE, account TEXT, recipient TEXT, sender TEXT, body TEXT,
    validity INTEGER, status TEXT, error INTEGER, created REAL, visible REAL);
CREATE INDEX IF NOT EXISTS message_recipient ON message (recipient, id);
CREATE TABLE IF NOT EXISTS rule (id INTEGER PRIMARY KEY, recipient TEXT, behaviour TEXT, times INTEGER);
CREATE TABLE IF NOT EXISTS request (kind TEXT PRIMARY KEY, calls INTEGER);
"""


class Store:
    """The provider's own memory: one SQLite file, one lock, everything durable at once."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(SCHEMA)
        self._lock = threading.Lock()

    def _run(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def accept(
        self, account: str, form: dict[str, str], *, error: int | None, hidden_s: float
    ) -> sqlite3.Row:
        now = time.time()
        rows = self._run(
            "INSERT INTO message"
            " (sid, account, recipient, sender, body, validity, status, error, created, visible)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *",
            "SM" + secrets.token_hex(16),
            account,
            form["To"],
            form.get("From", ""),
            form["Body"],
            int(form.get("ValidityPeriod", 36000)),
            "undelivered" if error else "queued",
            error,
            now,
            now + hidden_s,
        )
        return rows[0]

    def listed(self, account: str, query: dict[str, str]) -> list[sqlite3.Row]:
        """Visible messages of an account, newest first; DateSent filters by UTC day as the real one does."""
        where, values = ["account = ?", "visible <= ?"], [account, time.time()]
        if "To" in query:
            where.append("recipient = ?")
            values.append(query["To"])
        for name, sign in (("DateSent", "="), ("DateSent>", ">="), ("DateSent<", "<=")):
            if name in query:
                where.append(f"date(created, 'unixepoch') {sign} ?")
                values.append(query[name][:10])
        return self._run(f"SELECT * FROM message WHERE {' AND '.join(where)} ORDER BY id DESC", *values)

    def one(self, account: str, sid: str) -> sqlite3.Row | None:
        rows = self._run("SELECT * FROM message WHERE account = ? AND sid = ?", account, sid)
        return rows[0] if rows else None

    def everything(self) -> list[dict[str, Any]]:
        return [dict(row) for row in self._run("SELECT * FROM message ORDER BY id")]

    def add_rule(self, recipient: str, behaviour: str, times: int | None) -> None:
        self._run(
            "INSERT INTO rule (recipient, behaviour, times) VALUES (?, ?, ?)", recipient, behaviour, times
        )

    def clear_rules(self) -> None:
        self._run("DELETE FROM rule")

    def behaviour(self, recipient: str, *, of_lists: bool) -> str:
        """The rule in force for one call, used up by one; empty when the provider simply works."""
        rows = self._run(
            "SELECT * FROM rule WHERE recipient IN (?, '*') AND (behaviour = 'list_error') = ?"
            " AND (times IS NULL OR times > 0) ORDER BY recipient = '*', id DESC LIMIT 1",
            recipient,
            of_lists,
        )
        if not rows:
            return "" if of_lists else MAGIC.get(recipient, "")
        self._run("UPDATE rule SET times = times - 1 WHERE id = ?", rows[0]["id"])
        return str(rows[0]["behaviour"])

    def count(self, kind: str) -> None:
        self._run(
            "INSERT INTO request VALUES (?, 1) ON CONFLICT (kind) DO UPDATE SET calls = calls + 1", kind
        )

    def counts(self) -> dict[str, int]:
        return {row["kind"]: row["calls"] for row in self._run("SELECT * FROM request")}
