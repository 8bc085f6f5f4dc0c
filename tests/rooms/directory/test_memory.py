"""What a process keeps of the directory: any change, by whomever and however, holds from the next request on."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, text, update

from helpbutton.app import create_bare
from helpbutton.db import db, reading, transaction
from helpbutton.directory import memory, models
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Service, Site
from helpbutton.errors import NotFound, NotReady
from helpbutton.settings import Settings
from tests.cast import Cast

NOT_KEPT = {"site_seen", "directory_version", "directory_edition"}
"""Written by visitors, the record of earlier directories, and the label itself."""
TRIGGERS = {
    "sqlite": "SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'trigger' GROUP BY tbl_name",
    "postgresql": "SELECT event_object_table, count(*) FROM information_schema.triggers GROUP BY 1",
}


def elsewhere(statement: str, **values: object) -> None:
    """Another process changes the database, with a statement of its own."""
    engine = create_engine(db.engine.url)
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()


def accepted(cast: Cast, **changes: Any) -> dict[str, Any]:
    answer = cast.send(**changes)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    body: dict[str, Any] = answer.get_json()
    return body


def test_every_table_of_the_directory_is_watched(app_on_both: Flask) -> None:
    own = [model for model in vars(models).values() if getattr(model, "__module__", "") == models.__name__]
    tables = {model.__tablename__ for model in own}
    assert tables - NOT_KEPT == memory.KEPT
    found = reading().execute(text(TRIGGERS[db.engine.dialect.name])).all()
    assert {row[0] for row in found} == memory.KEPT
    assert {row[1] for row in found} == {3}, "insert, update and delete"


def test_hours_and_closures(app_on_both: Flask, cast: Cast) -> None:
    before = accepted(cast)["respond_by"]
    elsewhere("UPDATE service SET closures = :days", days=f'["{before[:10]}"]')
    closed = accepted(cast)["respond_by"]
    assert dt.datetime.fromisoformat(closed) > dt.datetime.fromisoformat(before)
    elsewhere("UPDATE service SET closures = '[]', promise_days = promise_days + 5")
    assert dt.datetime.fromisoformat(accepted(cast)["respond_by"]) > dt.datetime.fromisoformat(closed)


def test_routes_changed_in_bulk_added_and_removed(app_on_both: Flask, cast: Cast) -> None:
    before = accepted(cast)["desk"]
    elsewhere("UPDATE route SET service_id = (SELECT min(id) FROM service)")
    moved = accepted(cast)["desk"]
    assert moved != before
    elsewhere("DELETE FROM route")
    assert cast.send().status_code == 503
    elsewhere("INSERT INTO route (service_id) SELECT min(id) FROM service")
    assert accepted(cast)["desk"] == moved


def test_sites_names_and_help_lines(app_on_both: Flask, cast: Cast) -> None:
    first = accepted(cast)
    elsewhere("UPDATE organisation SET names = :names", names='{"fi": "Uusi nimi"}')
    elsewhere(
        "UPDATE help_line SET number = '0100 1234' WHERE number = :old", old=first["help_lines"][1]["number"]
    )
    second = accepted(cast)
    assert second["organisation"] == "Uusi nimi"
    assert second["help_lines"][1]["number"] == "0100 1234"
    elsewhere("UPDATE site SET active = :no", no=False)
    assert cast.send().status_code == 422
    elsewhere("UPDATE site SET active = :yes", yes=True)
    elsewhere("UPDATE installation SET counties = '[]'")
    assert cast.send().status_code == 422


def test_who_changes_the_directory_sees_it_changed_and_nobody_else_does(app_on_both: Flask) -> None:
    key = directory.site("demo").key
    with pytest.raises(ZeroDivisionError), transaction() as session:
        row = session.query(Site).filter(Site.key == key).one()
        row.colour = "#111111"
        assert directory.site(key).colour == "#111111"
        session.execute(update(Site).values(colour="#222222"))
        assert directory.site(key).colour == "#222222"
        session.execute(text("UPDATE site SET colour = '#333333'"))
        assert directory.site(key).colour == "#333333"
        assert _in_another_thread(app_on_both, lambda: directory.site(key).colour) is None
        savepoint = session.begin_nested()
        session.execute(update(Site).values(colour="#444444"))
        assert directory.site(key).colour == "#444444"
        savepoint.rollback()
        assert directory.site(key).colour == "#333333"
        raise ZeroDivisionError
    assert directory.site(key).colour is None


def test_a_row_that_the_session_still_holds_is_read_anew(app_on_both: Flask) -> None:
    with transaction() as session:
        held = session.get_one(Service, 1)
        days = held.promise_days
    elsewhere("UPDATE service SET promise_days = promise_days + 1 WHERE id = 1")
    assert directory.desk(1).promise_days == days + 1


def test_what_is_not_there_is_asked_for_again(app_on_both: Flask) -> None:
    with pytest.raises(NotFound):
        directory.site("later")
    elsewhere("UPDATE site SET key = 'later' WHERE key = 'demo'")
    reading().rollback()
    assert directory.site("later").key == "later"


def test_what_nobody_changed_is_read_once(app: Flask, cast: Cast) -> None:
    accepted(cast)
    label = reading().execute(memory.EDITION).scalar_one()
    accepted(cast)
    reading().rollback()
    assert reading().execute(memory.EDITION).scalar_one() == label, (
        "a request changes nothing in the directory"
    )
    assert directory.site("demo") is directory.site("demo")


def test_a_database_of_an_older_shape_is_not_ready(app: Flask, config: Settings) -> None:
    elsewhere("ALTER TABLE directory_edition RENAME TO old_edition")
    with create_bare(config).app_context(), pytest.raises(NotReady, match="helpbutton init"):
        directory.installation()


def _in_another_thread(app: Flask, ask: Callable[[], object]) -> object:
    answers: list[object] = []

    def work() -> None:
        with app.app_context():
            answers.append(ask())
            db.session.remove()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return answers[0]
