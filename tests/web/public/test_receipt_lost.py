"""Without the code: every number and every code gets the same answer; what is known shows on the phone alone."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select

from helpbutton import clock
from helpbutton.cases import lost_code
from helpbutton.db import db, reading
from helpbutton.notifications.models import PhoneMessage
from tests.cast import MORNINGS, PHONE, Cast
from tests.web.public.browser import Page, visit

UNKNOWN = "+358449876543"


def lost(client: FlaskClient) -> Page:
    return visit(client, "/receipt?lang=en").press("lost")


def body(page: Page) -> str:
    """The page without its sealed tokens."""
    return re.sub(r'value="[\w-]{40,}"', "", page.html)


def texted() -> str:
    db.session.remove()
    bodies = reading().scalars(select(PhoneMessage.body).where(PhoneMessage.to == PHONE))
    (digits,) = re.findall(r"\b\d{6}\b", " ".join(bodies))
    return str(digits)


def statements(act: Callable[[], object]) -> list[str]:
    """What an act asks of the database."""
    said: list[str] = []

    def hear(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        act()
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
    return said


def test_the_number_of_the_sms_opens_the_case(
    client: FlaskClient, cast: Cast, drain: Callable[[], int]
) -> None:
    cast.send(contact={"private_phone": True})
    drain()
    waits = lost(client).press("lost_send", phone="040 123 4567")
    assert waits.step == "lost_wait"
    drain()
    digits = texted()
    assert digits not in waits.html
    opened = waits.press("lost_open", digits=f"{digits[:3]} {digits[3:]}")
    assert opened.step == "thread"
    assert MORNINGS in opened.text
    assert opened.press("reply", body="Kiitos").status == 200
    assert waits.press("lost_open", digits=digits).status == 422


def test_several_cases_are_told_apart_by_their_day(
    client: FlaskClient, cast: Cast, drain: Callable[[], int]
) -> None:
    cast.send(contact={"private_phone": True}, text="Ensimmäinen pyyntö, kiitos.")
    cast.send(contact={"private_phone": True}, text="Toinen pyyntö, kiitos.")
    drain()
    waits = lost(client).press("lost_send", phone=PHONE)
    drain()
    choice = waits.press("lost_open", digits=texted())
    assert choice.step == "choose"
    assert "pyyntö" not in choice.text
    tokens = [value for name, value in choice.forms[0]["buttons"] if name == "receipt_token"]
    assert len(tokens) == 2
    assert "Ensimmäinen" in choice.press(tokens[1], name="receipt_token").text


def test_known_and_unknown_numbers_get_the_same_answer_from_the_same_work(
    client: FlaskClient, cast: Cast, drain: Callable[[], int]
) -> None:
    cast.send(contact={"private_phone": True})
    drain()
    lost(client).press("lost_send", phone=UNKNOWN)
    answers, work = {}, {}
    for phone in (PHONE, UNKNOWN):
        form = lost(client)
        work[phone] = statements(
            lambda form=form, phone=phone: answers.update({phone: form.press("lost_send", phone=phone)})
        )  # type: ignore[misc]
    assert answers[PHONE].status == answers[UNKNOWN].status == 200
    assert "START" in answers[UNKNOWN].text, "what to do after STOP is told to everybody"
    assert body(answers[PHONE]) == body(answers[UNKNOWN])
    assert work[PHONE] == work[UNKNOWN]
    drain()
    wrong = {phone: answers[phone].press("lost_open", digits="000000") for phone in answers}
    assert {page.status for page in wrong.values()} == {422}
    assert body(wrong[PHONE]) == body(wrong[UNKNOWN])
    assert "does not open anything" in wrong[PHONE].text


def test_a_flood_is_answered_honestly_and_alike_for_every_number(
    client: FlaskClient, cast: Cast, drain: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.send(contact={"private_phone": True})
    drain()
    monkeypatch.setattr(lost_code, "REQUESTS_A_MINUTE", 1)
    accepted = lost(client)
    assert accepted.press("lost_send", phone=UNKNOWN).status == 200
    pages = {phone: lost(client).press("lost_send", phone=phone) for phone in (PHONE, UNKNOWN)}
    for phone, page in pages.items():
        assert (page.status, page.step, page.fields["phone"]) == (429, "lost", phone)
        assert int(page.answer.headers["Retry-After"]) > 0
        assert "Too many requests" in page.text
    assert body(pages[PHONE]).replace(PHONE, UNKNOWN) == body(pages[UNKNOWN])
    assert accepted.press("lost_send", phone=UNKNOWN).status == 200, "what was accepted stays accepted"
    with clock.moved(clock.now() + dt.timedelta(seconds=61)):
        assert pages[PHONE].press("lost_send", phone=PHONE).step == "lost_wait"


@pytest.mark.parametrize("phone", ["", "12", "abc", "\x00", "9" * 500])
def test_what_is_no_number_is_said_plainly(client: FlaskClient, phone: str) -> None:
    page = lost(client).press("lost_send", phone=phone)
    assert (page.status, page.step) == (422, "lost")
    assert "phone number" in page.text


def test_an_old_or_forged_page_asks_again(client: FlaskClient) -> None:
    form = lost(client)
    assert form.press("lost_send", phone=PHONE, lost_token="x").status == 400
    waits = form.press("lost_send", phone=PHONE)
    assert waits.press("lost_open", digits="123456", lost_token="x").status == 422
    with clock.moved(clock.now() + dt.timedelta(minutes=11)):
        assert form.press("lost_send", phone=PHONE).status == 400
        assert waits.press("lost_open", digits="123456").status == 422


def test_the_language_changes_without_sending(client: FlaskClient) -> None:
    assert lost(client).press("fi", name="switch", phone="040 12").fields["phone"] == "040 12"
    waits = lost(client).press("lost_send", phone=PHONE)
    assert waits.press("sv", name="switch").step == "lost_wait"
    assert lost(client).press("code").step == "code"


def test_unknown_and_impossible_codes_get_the_same_answer_from_the_same_work(
    client: FlaskClient, cast: Cast
) -> None:
    cast.send()
    answers, work = [], []
    form = visit(client, "/receipt?lang=en")
    form.press("open", code="0000")
    for code in ("7K3F-9QXD-ABCD-EFGH-JKMN", "hei", ""):
        work.append(statements(lambda code=code: answers.append(form.press("open", code=code))))  # type: ignore[misc]
    assert {answer.status for answer in answers} == {422}
    assert len({re.sub(r'name="code" value="[^"]*"', "", answer.html) for answer in answers}) == 1
    assert work[0] == work[1] == work[2]
    assert "I lost my code" in answers[0].text
