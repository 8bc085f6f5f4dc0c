"""Bringing the database to this version's shape, and telling whether it has it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection

from helpbutton.db import Base, db
from helpbutton.errors import NotReady
from helpbutton.tables import import_all

LOCK = 0x48454C50
"""PostgreSQL advisory lock, so that two machines starting together migrate one after the other."""


def upgrade(revision: str = "head") -> None:
    """Create or migrate the database up to `revision`."""
    _run(lambda config: command.upgrade(config, revision))


def downgrade(revision: str) -> None:
    """Take the database back to `revision` ("base" empties it)."""
    _run(lambda config: command.downgrade(config, revision))


def require_current() -> None:
    """Raise NotReady unless the database has exactly this version's shape."""
    with db.engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    wanted = ScriptDirectory.from_config(_config()).get_current_head()
    if present is None:
        raise NotReady("the database is empty: run `helpbutton init` or `helpbutton demo` first")
    if present != wanted:
        raise NotReady(
            f"the database has the shape {present}, this version needs {wanted}: run `helpbutton init`"
        )


def differences() -> list[object]:
    """What the models say and the migrated database does not, for the test that keeps them together."""
    import_all()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def _run(step: Callable[[Config], None]) -> None:
    config = _config()
    with db.engine.connect() as connection:
        connection = connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")
        with _foreign_keys_at_rest(connection), connection.begin():
            _lock(connection)
            config.attributes["connection"] = connection
            step(config)


@contextmanager
def _foreign_keys_at_rest(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew, which its foreign keys would forbid (sqlite.org/lang_altertable.html).

    The pragma works only outside a transaction, so it goes past SQLAlchemy, which would begin one.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
