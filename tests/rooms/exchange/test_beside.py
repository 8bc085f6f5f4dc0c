"""A load beside everybody else: other writers wait, other processes hear of it, pages opened before are out of date."""

import json

import pytest
from flask import Flask
from sqlalchemy import Connection, event, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapper

from helpbutton.conversation import saved_replies
from helpbutton.conversation.models import SavedReply
from helpbutton.conversation.saved_replies import Wording
from helpbutton.db import db, reading
from helpbutton.directory.help_lines import kept_lines
from helpbutton.directory.memory import EDITION
from helpbutton.directory.models import DirectoryVersion, Service
from helpbutton.errors import NotFound
from helpbutton.exchange.file import FORMAT, written
from helpbutton.exchange.loading import load_file
from helpbutton.exchange.stored import stored
from tests.cast import Cast

DESK = "varha-family-guidance"
REPLY = {"service": DESK, "language": "fi", "title": "Aika", "body": "Soitamme.", "topic": None}


def load(**parts: object) -> None:
    load_file(text=json.dumps({"format": FORMAT} | parts))


def test_nobody_changes_meanwhile_what_is_compared(app_on_both: Flask) -> None:
    load(saved_replies=[REPLY])
    waited: list[bool] = []

    def meanwhile(_mapper: Mapper[DirectoryVersion], _connection: Connection, _row: DirectoryVersion) -> None:
        with db.engine.connect() as other:
            brief = "PRAGMA busy_timeout = 50" if other.dialect.name == "sqlite" else "SET lock_timeout = 50"
            other.execute(text(brief))
            try:
                other.execute(update(SavedReply).values(body="Toinen"))
                other.commit()
            except OperationalError:
                waited.append(True)
            other.invalidate()

    event.listen(DirectoryVersion, "before_insert", meanwhile)
    try:
        load(saved_replies=[REPLY | {"body": "Kolmas"}])
    finally:
        event.remove(DirectoryVersion, "before_insert", meanwhile)
    assert waited == [True]
    assert reading().scalars(select(SavedReply.body)).all() == ["Kolmas"]


def test_what_processes_keep_in_memory_is_looked_at_again(app_on_both: Flask) -> None:
    line = next(line for line in kept_lines())
    before = reading().scalar(EDITION)
    load(help_line_checks=[{"help_line": line.id, "number": line.number, "checked_on": "2026-01-05"}])
    db.session.rollback()
    assert reading().scalar(EDITION) != before


def test_a_page_opened_before_the_load_changes_nothing(app: Flask, cast: Cast) -> None:
    eve = cast.actor("eve")
    load(saved_replies=[REPLY])
    number = reading().scalars(select(Service.id).where(Service.key == DESK)).one()
    page = saved_replies.replies_of(actor=eve, service_id=number)[0]
    own = reading().get_one(Service, number).organisation_id
    data = json.loads(written(stored(own)))
    load_file(
        text=json.dumps(data | {"saved_replies": [REPLY | {"title": "Uusi"}]}), actor=eve, organisation_id=own
    )
    with pytest.raises(NotFound):
        saved_replies.change_reply(
            actor=eve, reply_id=page.id, version=page.version, wording=Wording(None, "fi", "Aika", "Vanha")
        )
