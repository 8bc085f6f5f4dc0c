"""Feedback below the pages: sealed, stored once, read on record, on a clock of 14 days."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from helpbutton import clock
from helpbutton.audit.models import AuditEntry
from helpbutton.db import reading, transaction
from helpbutton.directory import queries as directory
from helpbutton.errors import Conflict, Invalid, NotFound
from helpbutton.feedback.models import Feedback
from helpbutton.feedback.operations import give_feedback, mark_answered, read_feedback, waiting
from helpbutton.staff.actor import Actor
from helpbutton.staff.models import Account
from helpbutton.staff.operations import add_account
from helpbutton.staff.queries import actor_of
from helpbutton.vault.sealing import Unreadable
from tests.cast import Cast

WORDS, REACH = "Lukuohjelma ei sano painiketta.", "aino@example.fi"


def give(nonce: str = "one", site: str | None = None, **changes: str) -> dt.datetime:
    found = directory.site(site) if site else None
    return give_feedback(
        **({"text": WORDS, "contact": REACH} | changes), nonce=nonce, site=found, language="fi"
    )


def stored() -> list[Feedback]:
    return list(reading().scalars(select(Feedback).order_by(Feedback.id)))


def administrator_of(organisation_key: str) -> Actor:
    account_id = add_account(
        email="admin@example.fi",
        name="Admin",
        password="a password of enough letters",
        role="administrator",
        scopes=(organisation_key,),
    )
    return actor_of(reading().get_one(Account, account_id))


def test_the_same_form_is_stored_once_and_answered_in_14_days(app_on_both: Flask) -> None:
    before = clock.now()
    respond_by = give(site="demo")
    assert give(site="demo", text=f" {WORDS} ") == respond_by
    assert dt.timedelta(days=14) <= respond_by - before < dt.timedelta(days=14, minutes=1)
    with pytest.raises(Conflict):
        give(text="Jotain muuta")
    (row,) = stored()
    assert row.organisation_id == directory.site("demo").organisation_id
    assert row.answered_at is None


def test_words_and_contact_are_sealed_in_their_place(app: Flask, cast: Cast) -> None:
    give("one")
    give("two", contact="")
    first, second = stored()
    assert second.contact is None
    for secret in (WORDS, REACH):
        assert secret.encode() not in first.text + (first.contact or b"")
    assert [view.text for view in read_feedback(actor=cast.actor("eve"))] == [WORDS, WORDS]
    with transaction() as session:
        session.execute(update(Feedback).where(Feedback.id == second.id).values(text=first.text))
    with pytest.raises(Unreadable):
        read_feedback(actor=cast.actor("eve"))


def test_what_cannot_be_taken(app: Flask) -> None:
    for changes in ({"text": " \n"}, {"text": "x" * 4001}, {"contact": "x" * 201}):
        with pytest.raises(Invalid):
            give(**changes)
    assert stored() == []


def test_administrators_read_that_of_their_own_pages_and_what_nobody_else_would(
    app: Flask, cast: Cast
) -> None:
    give("one", site="demo")
    give("two", text="Sivua ei ole")
    eve = cast.actor("eve")
    assert len(read_feedback(actor=eve)) == 2, "the owner of the page has no administrator"
    turku = administrator_of("turku")
    assert [view.text for view in read_feedback(actor=turku)] == [WORDS, "Sivua ei ole"]
    assert [view.site_names for view in read_feedback(actor=eve)] == [None]
    assert (waiting(turku), waiting(eve)) == (2, 1)
    of_turku = stored()[0].id
    with pytest.raises(NotFound):
        mark_answered(actor=eve, feedback_id=of_turku)
    for other in ("cara", "liisa", "kim", "aada", "saga"):
        with pytest.raises(NotFound):
            read_feedback(actor=cast.actor(other))
        with pytest.raises(NotFound):
            mark_answered(actor=cast.actor(other), feedback_id=of_turku)
        assert waiting(cast.actor(other)) == 0


def test_reading_and_answering_are_on_record(app: Flask, cast: Cast) -> None:
    give()
    eve = cast.actor("eve")

    def lines(action: str) -> int:
        return (
            reading().scalar(
                select(func.count())
                .select_from(AuditEntry)
                .where(AuditEntry.action == action, AuditEntry.actor == eve.pseudonym)
            )
            or 0
        )

    (view,) = read_feedback(actor=eve)
    assert lines("read_feedback") == 1
    for _ in range(2):
        mark_answered(actor=eve, feedback_id=view.id)
    assert lines("answer_feedback") == 1
    assert stored()[0].answered_by == eve.account_id
    assert waiting(eve) == 0
    with pytest.raises(NotFound):
        mark_answered(actor=eve, feedback_id=view.id + 1)


def test_what_falls_due_first_stands_first_and_what_is_answered_last(app: Flask, cast: Cast) -> None:
    eve = cast.actor("eve")
    give("one", text="eka")
    give("two", text="toka")
    with clock.moved(clock.now() - dt.timedelta(days=3)):
        give("three", text="kolmas")
    mark_answered(actor=eve, feedback_id=stored()[0].id)
    assert [view.text for view in read_feedback(actor=eve)] == ["kolmas", "toka", "eka"]
