"""The database beneath: modes, pragmas, migrations, refusals."""

import datetime as dt
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from helpbutton import db as ground
from helpbutton import migrate
from helpbutton.app import create_bare
from helpbutton.cases.kinds import SORT_CASE
from helpbutton.db import db, reading, transaction
from helpbutton.errors import NotReady
from helpbutton.heartbeat import Heartbeat, alive, beat
from helpbutton.outbox import add
from helpbutton.settings import Settings
from tests.servers import Postgres


def test_sqlite_runs_with_the_pragmas_that_keep_promises(app: Flask) -> None:
    pragmas = {
        name: reading().scalar(text(f"PRAGMA {name}"))
        for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
    }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_operations_do_not_call_operations(app: Flask) -> None:
    with transaction(), pytest.raises(RuntimeError, match="already open"), transaction():
        pass


def test_what_is_asked_to_follow_a_commit_does_not_follow_a_rollback(app_on_both: Flask) -> None:
    rung: list[str] = []

    def ring() -> None:
        rung.append("ding")

    with pytest.raises(ZeroDivisionError), transaction() as session:
        ground.after_commit(session, ring)
        raise ZeroDivisionError
    with transaction() as session:
        ground.after_commit(session, ring)
        ground.after_commit(session, ring)
    assert rung == ["ding"]


def test_a_moment_without_a_time_zone_is_refused(app_on_both: Flask) -> None:
    with pytest.raises(Exception, match="time zone"), transaction() as session:
        add(session, SORT_CASE, ref=1)
        session.add(Heartbeat(name="x", at=dt.datetime(2026, 1, 1)))


def test_moments_come_back_aware_and_equal(app_on_both: Flask) -> None:
    beat("sweeper")
    assert alive("sweeper")
    stored = reading().scalar(text("SELECT count(*) FROM heartbeat"))
    assert stored == 1


def test_migrations_and_models_say_the_same(app_on_both: Flask) -> None:
    assert migrate.differences() == []


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_migrations_run_down_to_nothing_and_up_again(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = ""
    if kind == "postgresql":
        server: Postgres = request.getfixturevalue("postgres_server")
        url = server.create_database()
    app = create_bare(Settings(data_dir=tmp_path, database_url=url, redis_url="none"))
    with app.app_context():
        migrate.upgrade()
        migrate.downgrade("base")
        with pytest.raises(NotReady, match="empty"):
            migrate.require_current()
        migrate.upgrade()
        migrate.require_current()
        db.session.remove()
        db.engine.dispose()


def test_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ground.refuse_network_file_system(tmp_path)
    magic = _file_system_of(tmp_path)
    monkeypatch.setitem(ground.NETWORK_FILE_SYSTEMS, magic, "NFS")
    with pytest.raises(NotReady, match="network file system"):
        ground.refuse_network_file_system(tmp_path)


def _file_system_of(path: Path) -> int:
    import ctypes

    buffer = ctypes.create_string_buffer(256)
    assert ctypes.CDLL(None).statfs(str(path).encode(), buffer) == 0
    return int.from_bytes(buffer.raw[:8], "little") & 0xFFFFFFFF
