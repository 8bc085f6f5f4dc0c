"""Who sees which case, and the line that every look leaves."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpbutton.audit.models import AuditEntry
from helpbutton.cases import handling, queries, worklist
from helpbutton.cases.models import Contact
from helpbutton.cases.views import VIEWS
from helpbutton.conversation import operations as conversation
from helpbutton.conversation import queries as thread
from helpbutton.db import db, reading
from helpbutton.errors import Conflict, Invalid, NotFound
from helpbutton.vault import sealing
from tests.cast import Cast

STRANGERS = ("dan", "eve", "kim", "aada")


def lines(**where: str) -> int:
    db.session.rollback()
    conditions = [getattr(AuditEntry, name) == value for name, value in where.items()]
    return reading().scalar(select(func.count()).select_from(AuditEntry).where(*conditions)) or 0


def test_only_members_of_the_desk_see_the_case_anywhere(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = cast.send().get_json()["number"]
    drain()
    for name in ("cara", "liisa"):
        actor = cast.actor(name)
        assert [row.number for row in worklist.worklist(actor=actor)] == [number]
        assert worklist.counts(actor=actor)["services"] == 1
        assert queries.open_case(actor=actor, number=number).number == number
    for name in STRANGERS:
        actor = cast.actor(name)
        assert all(worklist.worklist(actor=actor, view=view) == [] for view in VIEWS)
        assert set(worklist.counts(actor=actor).values()) == {0}
        with pytest.raises(NotFound):
            queries.open_case(actor=actor, number=number)


def test_a_stranger_can_do_nothing_to_the_case(app: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    number = cast.send().get_json()["number"]
    drain()
    for name in STRANGERS:
        actor = cast.actor(name)
        attempts = (
            lambda actor=actor: handling.take(actor=actor, number=number, version=2),
            lambda actor=actor: handling.close(actor=actor, number=number, version=2, outcome="other"),
            lambda actor=actor: conversation.answer(actor=actor, number=number, body="x", token="t"),
            lambda actor=actor: conversation.write_note(actor=actor, number=number, body="x", token="t"),
        )
        for attempt in attempts:
            with pytest.raises(NotFound):
                attempt()
    assert queries.open_case(actor=cast.actor("cara"), number=number).state == "sorted"


def test_every_look_leaves_a_line_with_pseudonyms_before_the_data_is_shown(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = cast.send().get_json()["number"]
    drain()
    cara = cast.actor("cara")
    page = queries.open_case(actor=cara, number=number)
    queries.open_case(actor=cara, number=number)
    worklist.worklist(actor=cara)
    subject = sealing.pseudonym("case", page.id)
    assert lines(action="view", actor=cara.pseudonym, subject=subject) == 2
    assert lines(action="list", actor=cara.pseudonym) == 1
    with pytest.raises(NotFound):
        queries.open_case(actor=cast.actor("dan"), number=number)
    assert lines(action="view", actor=cast.actor("dan").pseudonym) == 0
    assert number not in subject
    assert str(cara.account_id) != cara.pseudonym


def test_no_line_no_data(
    app: Flask, cast: Cast, drain: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = cast.send().get_json()["number"]
    drain()
    with db.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    with pytest.raises(Exception, match="full"):
        queries.open_case(actor=cast.actor("cara"), number=number)


def test_a_stale_page_never_overwrites(app_on_both: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    number = cast.send().get_json()["number"]
    drain()
    cara, liisa = cast.actor("cara"), cast.actor("liisa")
    version = queries.open_case(actor=cara, number=number).version
    handling.take(actor=liisa, number=number, version=version)
    with pytest.raises(Conflict):
        handling.take(actor=cara, number=number, version=version)
    assert queries.open_case(actor=cara, number=number).assigned_to == "Liisa Aalto"


def test_closing_needs_an_outcome_and_drops_a_number_given_for_nudges(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = cast.send(contact={"nudge_only": True}).get_json()["number"]
    drain()
    cara = cast.actor("cara")
    page = queries.open_case(actor=cara, number=number)
    assert page.contact.phone is None
    with pytest.raises(Invalid):
        handling.close(actor=cara, number=number, version=page.version, outcome="")
    handling.close(actor=cara, number=number, version=page.version, outcome="advice_given")
    drain()
    contact = reading().get_one(Contact, page.id)
    assert (contact.phone, contact.phone_index) == (None, None)
    assert worklist.worklist(actor=cara) == []
    assert [row.number for row in worklist.worklist(actor=cara, view="closed")] == [number]


def test_nothing_personal_is_readable_in_the_database_file(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    canaries = {
        "text": "kanarialintu laulaa",
        "existing_worker": "Tikka",
        "contact": {"name": "Peippo", "phone": "+358401112223"},
    }
    number = cast.send(**canaries).get_json()["number"]
    drain()
    cara = cast.actor("cara")
    conversation.answer(actor=cara, number=number, body="västäräkki vastaa", token="t1")
    conversation.write_note(actor=cara, number=number, body="varpunen kirjaa", token="t2")
    page = queries.open_case(actor=cara, number=number)
    assert (page.contact.name, page.contact.phone, page.existing_worker) == (
        "Peippo",
        "+358401112223",
        "Tikka",
    )
    assert [entry.body for entry in thread.thread_for_staff(case_id=page.id)] == [
        "västäräkki vastaa",
        "varpunen kirjaa",
    ]
    db.session.remove()
    path = Path(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))
    content = b"".join(file.read_bytes() for file in path.parent.glob("helpbutton.sqlite*"))
    assert number.encode() in content
    for canary in ("kanarialintu", "Tikka", "Peippo", "västäräkki", "varpunen"):
        assert canary.encode() not in content, canary
