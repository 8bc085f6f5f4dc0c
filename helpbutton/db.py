"""The database: one declarative base, transactions that mean what they say, SQLite and PostgreSQL alike."""

import ctypes
import datetime as dt
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Engine, Integer, MetaData, String, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from helpbutton.errors import NotReady

BUSY_TIMEOUT_MS = 5000
NETWORK_FILE_SYSTEMS = {
    0x6969: "NFS",
    0x517B: "SMB",
    0xFF534D42: "CIFS",
    0xFE534D42: "SMB2",
    0x01021997: "9p",
    0x65735546: "FUSE",
}
"""Magic numbers of statfs(2) on Linux: SQLite's write-ahead log does not work over these (sqlite.org/wal.html)."""


class UTCDateTime(TypeDecorator[dt.datetime]):
    """Aware moments only, stored as UTC on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without time zone")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


Identifier = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(column_0_N_label)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={
            int: Identifier,
            str: String,
            dt.datetime: UTCDateTime,
            dict[str, Any]: JSON,
            list[str]: JSON,
        },
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def engine_options(url: str) -> dict[str, Any]:
    """Engine options for the database at `url`."""
    if url.startswith("sqlite"):
        return {
            "hide_parameters": True,
            "connect_args": {"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
        }
    return {
        "hide_parameters": True,
        "pool_size": 6,
        "max_overflow": 6,
        "pool_recycle": 300,
        "pool_timeout": 5,
        "connect_args": {
            "connect_timeout": 5,
            "tcp_user_timeout": 5000,
            "target_session_attrs": "read-write",
            "options": "-c statement_timeout=5000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=10000",
        },
    }


def attach(engine: Engine) -> None:
    """Give the engine its pragmas and transaction modes."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_pragmas)
        event.listen(engine, "begin", _sqlite_begin)


def _sqlite_pragmas(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "trusted_schema=OFF",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


@contextmanager
def transaction() -> Iterator[Session]:
    """One operation, one write transaction: COMMIT at the end of the block, ROLLBACK on any exception.

    On SQLite it begins IMMEDIATE, so a writer waits for its turn instead of failing half-way. What `after_commit`
    registered runs once the COMMIT has succeeded. Not re-entrant: operations do not call public operations.
    """
    session = db.session()
    if session.info.get("writing"):
        raise RuntimeError("a transaction is already open: operations do not call public operations")
    session.rollback()
    session.expire_all()
    session.connection(execution_options={"sqlite_begin": "BEGIN IMMEDIATE"})
    session.info["writing"] = True
    callbacks: list[Callable[[], None]] = []
    session.info["after_commit"] = callbacks
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.info["writing"], session.info["after_commit"]
    for callback in callbacks:
        callback()


def after_commit(session: Session, callback: Callable[[], None]) -> None:
    """Run `callback` once after this transaction has committed; registering it twice runs it once."""
    callbacks: list[Callable[[], None]] = session.info["after_commit"]
    if callback not in callbacks:
        callbacks.append(callback)


def reading() -> Session:
    """The session for queries; the read transaction ends with the request or the next `transaction()`."""
    return db.session()


def dialect_of(session: Session) -> str:
    """The name of its database: sqlite or postgresql."""
    return session.get_bind().dialect.name


def insert_into(model: type[Base], dialect: str) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say what happens where its row is there already; it goes past the session's objects."""
    table = cast(Table, model.__table__)
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def refuse_network_file_system(directory: Path) -> None:
    """Raise NotReady when `directory` lies on a network file system (Linux; elsewhere nothing is known)."""
    if not hasattr(os, "statvfs") or os.uname().sysname != "Linux":
        return
    buffer = ctypes.create_string_buffer(256)
    if ctypes.CDLL(None, use_errno=True).statfs(str(directory).encode(), buffer) != 0:
        return
    magic = int.from_bytes(buffer.raw[:8], "little") & 0xFFFFFFFF
    if magic in NETWORK_FILE_SYSTEMS:
        raise NotReady(
            f"{directory} is on a network file system ({NETWORK_FILE_SYSTEMS[magic]}): SQLite loses data there. "
            "Choose a local directory with --data-dir or use PostgreSQL with HELPBUTTON_DATABASE_URL."
        )
