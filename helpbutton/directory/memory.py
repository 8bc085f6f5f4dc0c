"""What the directory says, kept in this process: every request asks for it, and it hardly ever changes.

The one row of `directory_edition` gets a new random label with every change of the tables that are kept: triggers see
to that, whoever writes (docs/decisions/0013). A transaction looks at the label once, before it asks for anything else;
what was loaded under that label still holds. One that changes the directory looks again: its label is its own.
"""

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Any, TypeVar, TypeVarTuple

from sqlalchemy import Connection, Engine, TextClause, UpdateBase, event, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from helpbutton.db import reading
from helpbutton.directory.models import DirectoryEdition
from helpbutton.errors import NotReady

KEPT = frozenset(
    {
        *("installation", "county", "municipality", "service_kind", "topic", "help_line", "help_line_check"),
        *("language_choice", "organisation", "service", "area", "route", "site"),
    }
)
"""Tables whose every change gives the directory a new label."""
EDITIONS = 4
"""Those in use at once while a change is being made: the old one, the new one, and what others are trying out."""
SLOT = "directory"
EDITION = select(DirectoryEdition.edition)

Values = dict[Hashable, Any]
Kept = TypeVar("Kept")
Key = TypeVarTuple("Key")


def remembered(load: Callable[[*Key], Kept]) -> Callable[[*Key], Kept]:
    """`load` asked once by each process for each edition and key; its result must be frozen.

    It depends on the tables `KEPT` alone and reads them anew, not from the session. What it raises is not kept.
    """

    @wraps(load)
    def ask(*key: *Key) -> Kept:
        values, place = _values(), (load, *key)
        if place not in values:
            values[place] = load(*key)
        kept: Kept = values[place]
        return kept

    return ask


def _values() -> Values:
    """What is kept of the directory as this transaction sees it."""
    session = reading()
    if _unwritten(session):
        session.flush()
    connection = session.connection()
    if SLOT not in connection.info:
        connection.info[SLOT] = _kept(_edition(connection))
    values: Values = connection.info[SLOT]
    return values


@lru_cache(maxsize=EDITIONS)
def _kept(_edition: str) -> Values:
    return {}


def _edition(connection: Connection) -> str:
    try:
        return connection.execute(EDITION).scalar_one()
    except DBAPIError as error:
        if DirectoryEdition.__tablename__ in str(error.orig):
            raise NotReady("the database is of another version: run `helpbutton init` first") from None
        raise


def _unwritten(session: Session) -> bool:
    changes = (session.new, session.dirty, session.deleted)
    return any(row.__tablename__ in KEPT for rows in changes for row in rows)


@event.listens_for(Engine, "begin")
@event.listens_for(Engine, "rollback_savepoint")
def _look_again(connection: Connection, *_: object) -> None:
    connection.info.pop(SLOT, None)


@event.listens_for(Engine, "before_execute")
def _look_again_after_own_change(connection: Connection, statement: object, *_: object) -> None:
    changes = isinstance(statement, UpdateBase) and getattr(statement.table, "name", None) in KEPT
    if changes or isinstance(statement, TextClause):
        _look_again(connection)
