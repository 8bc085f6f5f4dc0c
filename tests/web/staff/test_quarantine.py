"""Quarantine as staff see it: on the worklist like any other, with its reasons, and two ways out."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from helpbutton.cases import handling, quarantine
from helpbutton.conversation.operations import write_from_family
from helpbutton.db import db
from helpbutton.errors import Conflict, NotFound
from helpbutton.notifications.models import Notification
from helpbutton.notifications.phone import phone_messages
from helpbutton.reasons import Reason
from helpbutton.web.vocabulary import reason_words
from tests.cast import PHONE, Cast, hidden_fields
from tests.web.staff.pages import (
    audit_lines,
    case_row,
    case_url,
    numbers_listed,
    post,
    read,
    send_case,
    send_form,
    stored,
    visible_text,
)

Drain = Callable[[], int]


@pytest.fixture
def number(cast: Cast, drain: Drain, monkeypatch: pytest.MonkeyPatch) -> str:
    """A case with two signs against it."""
    monkeypatch.setattr(quarantine, "BURST", 0)
    monkeypatch.setattr(quarantine, "REPEATED", 0)
    return send_case(cast, drain)


def confirmation() -> tuple[str, str | None]:
    chosen = select(Notification.status, Notification.error).where(Notification.purpose == "confirmation")
    status, error = stored().execute(chosen).one()
    return status, error


def texted() -> int:
    db.session.remove()
    return [sms.to for sms in phone_messages()].count(PHONE)


def test_it_is_on_the_worklist_and_says_why(cast: Cast, number: str) -> None:
    cara = cast.sign_in("cara")
    for view in ("services", "unassigned", "quarantined"):
        page = read(cara, f"/staff/?view={view}&lang=en")
        assert numbers_listed(page) == {number}
        assert "In quarantine" in visible_text(page[page.index("<tbody") :])
    text = visible_text(read(cara, f"{case_url(number)}?lang=en"))
    assert "Did a person send this?" in text
    assert "this page got 0 within a minute" in text
    assert texted() == 0
    assert confirmation() == ("held", "quarantined")


def test_a_real_request_is_released_once_and_its_text_message_leaves(
    cast: Cast, drain: Drain, number: str
) -> None:
    cara = cast.sign_in("cara")
    fields = hidden_fields(read(cara, case_url(number)))
    for _ in range(2):
        assert post(cara, number, "not-spam", fields).status_code == 303
    drain()
    assert texted() == 1
    assert audit_lines(cast, "cara", "release_quarantine") == 1
    page = visible_text(read(cara, f"{case_url(number)}?lang=en"))
    assert page.count("Found to be a real request") == 1
    assert "Did a person send this?" not in page
    assert numbers_listed(read(cara, "/staff/?view=quarantined")) == set()


def test_spam_is_closed_and_its_text_message_dropped(cast: Cast, drain: Drain, number: str) -> None:
    cara = cast.sign_in("cara")
    fields = hidden_fields(read(cara, case_url(number)))
    for _ in range(2):
        assert post(cara, number, "spam", fields).status_code == 303
    drain()
    assert (case_row(number).state, case_row(number).outcome) == ("closed", "spam")
    assert confirmation() == ("dropped", "too_late")
    assert texted() == 0
    page = visible_text(read(cara, f"{case_url(number)}?lang=en"))
    assert "not sent by a person" in page
    assert numbers_listed(read(cara, "/staff/?view=closed")) == {number}
    assert post(cara, number, "not-spam", fields).status_code == 409


@pytest.mark.parametrize("move", ["spam", "not-spam"])
def test_who_judges_has_read_what_the_family_wrote_meanwhile(cast: Cast, number: str, move: str) -> None:
    cara = cast.sign_in("cara")
    fields = hidden_fields(read(cara, case_url(number)))
    write_from_family(case_id=case_row(number).id, body="Oletteko saaneet viestini?", token="f1")
    late = post(cara, number, move, fields)
    assert late.status_code == 409
    page = late.get_data(as_text=True)
    assert "Oletteko saaneet viestini?" in page
    assert (case_row(number).quarantined, case_row(number).outcome) == (True, None)
    assert post(cara, number, move, hidden_fields(page)).status_code == 303


def test_who_answers_has_judged(cast: Cast, drain: Drain, number: str) -> None:
    send_form(cast.sign_in("cara"), number, "answer", body="Hei!")
    drain()
    assert case_row(number).quarantined is False
    assert confirmation()[0] == "dropped"
    assert texted() == 1


def test_who_closes_it_otherwise_has_judged_too(cast: Cast, drain: Drain, number: str) -> None:
    send_form(cast.sign_in("cara"), number, "close", outcome="advice_given")
    drain()
    assert case_row(number).quarantined is False
    assert confirmation()[0] == "dropped"


def test_only_the_desk_decides_and_only_in_quarantine(cast: Cast, drain: Drain, number: str) -> None:
    plain = send_case(cast, drain, text="Toinen asia", site="demo")
    for decide in (handling.release_quarantine, handling.close_as_spam):
        for stranger in ("dan", "eve"):
            with pytest.raises(NotFound):
                decide(actor=cast.actor(stranger), number=number, version=case_row(number).version)
    handling.release_quarantine(actor=cast.actor("cara"), number=plain, version=case_row(plain).version)
    for decide in (handling.release_quarantine, handling.close_as_spam):
        with pytest.raises(Conflict):
            decide(actor=cast.actor("cara"), number=plain, version=case_row(plain).version)


def test_leads_see_how_many_wait_and_what_else_was_held(cast: Cast, drain: Drain, number: str) -> None:
    del number
    liisa = cast.sign_in("liisa")
    text = visible_text(read(liisa, "/staff/resting?lang=en"))
    assert "One text message waits with its case in quarantine." in text
    assert "Every message is on its way or has arrived." in text


def test_a_foreign_number_is_explained_to_worker_and_lead(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain, contact={"phone": "+46701234567"})
    why = "The number is from a country to which nothing is sent by itself"
    assert why in visible_text(read(cast.sign_in("cara"), f"{case_url(number)}?lang=en"))
    liisa = cast.sign_in("liisa")
    assert why in visible_text(read(liisa, "/staff/resting?lang=en"))
    held = stored().scalars(select(Notification.id).where(Notification.error == "foreign_number")).one()
    fields = hidden_fields(read(liisa, "/staff/resting")) | {"decision": "retry"}
    assert liisa.post(f"/staff/resting/notifications/{held}", data=fields).status_code == 303
    drain()
    assert "+46701234567" in {sms.to for sms in phone_messages()}


@pytest.mark.parametrize(("language", "said"), [("fi", "1,2"), ("sv", "1,2"), ("en", "1.2")])
def test_reasons_speak_the_language_of_the_reader(app: Flask, language: str, said: str) -> None:
    del app
    assert said in reason_words(Reason("quarantine_fast", {"seconds": 1.2}), language)
