"""What it costs the database to accept a request: few statements, none of them about the directory."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from helpbutton.db import db
from helpbutton.directory import memory
from tests.cast import Cast

AT_MOST = {"postgresql": 13, "sqlite": 14}
"""The directory's edition, the flood limit (once a second), the look for an earlier request, and a statement for each
table that is written; two for two to-dos, and on SQLite for two reasons."""
CONTROL = ("BEGIN", "PRAGMA")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that reach the database inside the block."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(CONTROL):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def test_an_accepted_request_takes_few_statements(app_on_both: Flask, cast: Cast) -> None:
    assert cast.send().status_code == 201
    with statements() as seen:
        assert cast.send(contact={"name": "Aino Virtanen"}).status_code == 201
    assert len(seen) <= AT_MOST[db.engine.dialect.name], seen
    asked = {table for statement in seen for table in re.findall(r"(?:FROM|JOIN) (\w+)", statement)}
    assert asked & memory.KEPT <= {"site"}, "the flood limit finds the site by its key"
