"""What the provider's stand-in remembers: accepted messages, callbacks still to make, rules of behaviour, calls."""

import json
import random
import secrets
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

TWILIOS_OWN = {
    "+15005550001": "refuse:21211",
    "+15005550002": "refuse:21612",
    "+15005550003": "refuse:21408",
    "+15005550004": "refuse:21610",
    "+15005550009": "refuse:21614",
}
BY_CODE = "+150055"
"""Our own magic numbers: +150055 and any five-digit code leads to that code, 3xxxx after it was accepted."""
ABOUT = {"fail": "story", "arrive": "story", "lose": "story"}
STOP_WORDS = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"}
START_WORDS = {"START", "YES", "UNSTOP"}
SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY, sid TEXT UNIQUE, account TEXT, recipient TEXT, sender TEXT, body TEXT,
    validity INTEGER, form TEXT, story TEXT, created REAL, visible REAL, deleted REAL);
CREATE INDEX IF NOT EXISTS message_recipient ON message (recipient, id);
CREATE TABLE IF NOT EXISTS callback (
    id INTEGER PRIMARY KEY, url TEXT, form TEXT, forged INTEGER, due REAL, tries INTEGER, answer TEXT);
CREATE INDEX IF NOT EXISTS callback_due ON callback (due) WHERE answer IS NULL;
CREATE TABLE IF NOT EXISTS rule (
    id INTEGER PRIMARY KEY, recipient TEXT, about TEXT, behaviour TEXT, times INTEGER, share REAL);
CREATE TABLE IF NOT EXISTS request (kind TEXT PRIMARY KEY, calls INTEGER);
CREATE TABLE IF NOT EXISTS opted_out (number TEXT PRIMARY KEY);
"""

Row = dict[str, Any]


def about(behaviour: str) -> str:
    """Which calls a behaviour speaks of: create, story (what becomes of a message), list, fetch or callback."""
    name = behaviour.partition(":")[0]
    first = name.partition("_")[0]
    return first if first in ("list", "fetch", "callback") else ABOUT.get(name, "create")


def magic(number: str) -> str:
    code = number.removeprefix(BY_CODE)
    if number in TWILIOS_OWN or code == number or len(code) != 5:
        return TWILIOS_OWN.get(number, "")
    return f"fail:{code}" if code.startswith("3") else f"refuse:{code}"


class Store:
    """The provider's own memory: one SQLite file, one lock, everything durable at once."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(SCHEMA)
        self._lock = threading.Lock()
        self._chance = random.Random(20261122)

    def _run(self, sql: str, *values: object) -> list[Row]:
        with self._lock:
            return [dict(row) for row in self._db.execute(sql, values).fetchall()]

    def accept(self, account: str, form: dict[str, str], *, story: list[list[Any]], hidden_s: float) -> Row:
        """Keep a message. `story`: what becomes of it, as [seconds after its creation, status, error code]."""
        now = time.time()
        rows = self._run(
            "INSERT INTO message (sid, account, recipient, sender, body, validity, form, story, created, visible)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *",
            "SM" + secrets.token_hex(16),
            account,
            form["To"],
            form.get("From", ""),
            form["Body"],
            int(form.get("ValidityPeriod", 36000)),
            json.dumps(form),
            json.dumps(story),
            now,
            now + hidden_s,
        )
        return rows[0]

    def listed(self, account: str, query: dict[str, str], *, lag_s: float) -> list[Row]:
        """Visible messages of an account, newest first; DateSent filters by UTC day as the real one does."""
        now = time.time()
        where = ["account = ?", "deleted IS NULL", "visible <= ?", "created <= ?"]
        values: list[object] = [account, now, now - lag_s]
        for name, column in (("To", "recipient"), ("From", "sender")):
            if name in query:
                where.append(f"{column} = ?")
                values.append(query[name])
        for name, sign in (("DateSent", "="), ("DateSent>", ">="), ("DateSent<", "<=")):
            if name in query:
                where.append(f"date(created, 'unixepoch') {sign} ?")
                values.append(query[name][:10])
        return self._run(f"SELECT * FROM message WHERE {' AND '.join(where)} ORDER BY id DESC", *values)

    def one(self, account: str, sid: str) -> Row | None:
        rows = self._run(
            "SELECT * FROM message WHERE account = ? AND sid = ? AND deleted IS NULL", account, sid
        )
        return rows[0] if rows else None

    def delete(self, sid: str) -> None:
        """Gone for every caller; the judge still sees that it was there."""
        self._run("UPDATE message SET body = '', deleted = ? WHERE sid = ?", time.time(), sid)

    def everything(self) -> list[Row]:
        return self._run("SELECT * FROM message ORDER BY id")

    def add_callback(self, url: str, form: dict[str, str], *, due: float, forged: bool = False) -> None:
        self._run(
            "INSERT INTO callback (url, form, forged, due, tries) VALUES (?, ?, ?, ?, 0)",
            url,
            json.dumps(form),
            forged,
            due,
        )

    def take_callbacks(self, *, lease_s: float) -> list[Row]:
        """Those that are due and not answered; each falls due again after its lease unless it is settled."""
        now = time.time()
        return self._run(
            "UPDATE callback SET due = ?, tries = tries + 1 WHERE answer IS NULL AND due <= ? RETURNING *",
            now + lease_s,
            now,
        )

    def settle_callback(self, number: int, *, answer: str | None, due: float = 0.0) -> None:
        self._run("UPDATE callback SET answer = ?, due = ? WHERE id = ?", answer, due, number)

    def callbacks(self) -> list[Row]:
        """Every callback in the order in which it is (or was) due."""
        return self._run("SELECT * FROM callback ORDER BY due, id")

    def add_rule(self, recipient: str, behaviour: str, times: int | None, share: float) -> None:
        self._run(
            "INSERT INTO rule (recipient, about, behaviour, times, share) VALUES (?, ?, ?, ?, ?)",
            recipient,
            about(behaviour),
            behaviour,
            times,
            share,
        )

    def clear_rules(self) -> None:
        self._run("DELETE FROM rule")
        self._run("DELETE FROM opted_out")

    def behaviour(self, of: str, recipient: str) -> tuple[str, str]:
        """The rule in force for one call and its value, used up by one; empty when the provider simply works."""
        rules = self._run(
            "SELECT * FROM rule WHERE recipient IN (?, '*') AND about = ? AND (times IS NULL OR times > 0)"
            " ORDER BY recipient = '*', id DESC",
            recipient,
            of,
        )
        for rule in rules:
            if rule["share"] >= 1 or self._chance.random() < rule["share"]:
                self._run("UPDATE rule SET times = times - 1 WHERE id = ?", rule["id"])
                return _parts(rule["behaviour"])
        if of == "create" and self._run("SELECT 1 FROM opted_out WHERE number = ?", recipient):
            return "refuse", "21610"
        always = magic(recipient)
        return _parts(always) if always and about(always) == of else ("", "")

    def hear(self, number: str, body: str) -> None:
        """What a person wrote to us: the provider itself honours its own words for stop and start."""
        word = body.strip().upper()
        if word in STOP_WORDS:
            self._run("INSERT OR IGNORE INTO opted_out VALUES (?)", number)
        elif word in START_WORDS:
            self._run("DELETE FROM opted_out WHERE number = ?", number)

    def count(self, kind: str) -> None:
        self._run(
            "INSERT INTO request VALUES (?, 1) ON CONFLICT (kind) DO UPDATE SET calls = calls + 1", kind
        )

    def counts(self) -> dict[str, int]:
        return {row["kind"]: row["calls"] for row in self._run("SELECT * FROM request")}


def _parts(behaviour: str) -> tuple[str, str]:
    name, _, value = behaviour.partition(":")
    return name, value
