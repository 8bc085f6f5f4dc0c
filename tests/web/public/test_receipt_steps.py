"""On the family's page: contact details, taking back, rights, who has read it; the unsent reply goes along."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpbutton import clock
from helpbutton.audit.models import AuditEntry
from helpbutton.cases import handling, new_code
from helpbutton.cases.models import Case, CaseTask
from helpbutton.cases.queries import open_case
from helpbutton.db import db, reading
from helpbutton.directory.queries import desk
from tests.cast import PHONE, Cast
from tests.web.public.browser import Page, visit


@pytest.fixture
def page(client: FlaskClient, cast: Cast, drain: Callable[[], int]) -> Page:
    """Aino has come back with her code."""
    code = cast.send(contact={"private_phone": True}).get_json()["receipt_code"]
    drain()
    return visit(client, "/receipt?lang=en").press("open", code=code)


def row() -> Case:
    db.session.remove()
    return reading().scalars(select(Case)).one()


def test_the_page_says_who_has_it_and_what_happens_next(page: Page, cast: Cast) -> None:
    assert desk(row().service_id).names["en"] in page.text
    assert "at the latest on" in page.text
    assert "The call comes from a work phone" in page.text
    assert "Not opened yet" in page.text
    assert "No worker has opened this yet." in page.text
    number = row().number
    handling.take(actor=cast.actor("cara"), number=number, version=row().version)
    open_case(actor=cast.actor("cara"), number=number)
    again = page.press("refresh")
    assert "has taken your matter" in again.text
    assert "✓ Opened at the service" in again.text
    assert "a worker, " in again.text
    assert cast.actor("cara").name not in again.text


def test_contact_details_are_changed_and_the_draft_goes_along(page: Page, cast: Cast) -> None:
    form = page.press("contact", body="Kesken jäi")
    assert form.step == "contact"
    assert (form.fields["phone"], form.fields["safe_to_call"], form.fields["body"]) == (
        PHONE,
        "1",
        "Kesken jäi",
    )
    wrong = form.press("save_contact", phone="12")
    assert (wrong.status, wrong.fields["phone"], wrong.fields["body"]) == (422, "12", "Kesken jäi")
    assert 'href="#phone"' in wrong.html
    saved = wrong.press("save_contact", phone="044 987 6543", safe_to_call=None)
    assert "Your contact details are saved." in saved.text
    assert saved.fields["body"] == "Kesken jäi"
    shown = open_case(actor=cast.actor("cara"), number=row().number).contact
    assert (shown.phone, shown.safe_to_call, shown.safe_to_text) == ("+358449876543", False, True)
    same = saved.press("contact").press("save_contact")
    assert "Nothing was different" in same.text


def test_a_number_for_nudges_alone_is_for_nothing_else(page: Page, cast: Cast) -> None:
    saved = page.press("contact").press("save_contact", nudge_only="1", safe_to_leave_message="1")
    assert saved.step == "contact"
    assert "Some choices did not fit together. Below you see what is saved." in saved.text
    assert (saved.fields["nudge_only"], saved.fields["safe_to_text"]) == ("1", "1")
    assert not {"safe_to_call", "safe_to_leave_message"} & set(saved.fields)
    shown = open_case(actor=cast.actor("cara"), number=row().number).contact
    assert (shown.phone, shown.nudge_only, shown.safe_to_call) == (None, True, False)
    mine = page.press("contact")
    assert (mine.fields["phone"], mine.fields["private_phone"]) == (PHONE, "1")


def test_a_voice_message_without_calls_is_shown_as_it_is_kept(page: Page) -> None:
    saved = page.press("contact").press("save_contact", safe_to_call=None, safe_to_leave_message="1")
    assert "Below you see what is saved." in saved.text
    assert "safe_to_leave_message" not in saved.fields
    assert saved.press("save_contact").step == "thread"


def test_a_number_dropped_at_closing_is_asked_for_again(
    page: Page, cast: Cast, drain: Callable[[], int]
) -> None:
    page.press("contact").press("save_contact", nudge_only="1", safe_to_call=None)
    assert "no longer have your number" not in page.press("refresh").text
    case = row()
    handling.take(actor=cast.actor("cara"), number=case.number, version=case.version)
    handling.close(
        actor=cast.actor("cara"), number=case.number, version=row().version, outcome="advice_given"
    )
    drain()
    assert "no longer have your number" not in page.press("refresh").text
    again = page.press("reply", body="Vielä yksi asia")
    assert "We no longer have your number. You can give it again below." in again.text
    assert not open_case(actor=cast.actor("cara"), number=case.number).contact.can_be_nudged
    missing = again.press("contact").press("save_contact")
    assert (missing.status, missing.step) == (422, "contact")
    assert "Write the number for the text message" in missing.text
    assert 'href="#phone"' in missing.html
    given = missing.press("save_contact", phone="044 987 6543")
    assert "no longer have your number" not in given.text
    assert open_case(actor=cast.actor("cara"), number=case.number).contact.can_be_nudged


def test_the_language_of_each_page_changes_and_what_is_typed_stays(page: Page) -> None:
    form = page.press("contact", body="Kesken").press("sv", name="switch", phone="044 98")
    assert (form.step, form.fields["phone"], form.fields["body"]) == ("contact", "044 98", "Kesken")
    assert '<html lang="sv"' in form.html
    asked = page.press("copy").press("fi", name="switch")
    assert asked.step == "confirm"
    db.session.remove()
    assert reading().scalars(select(CaseTask)).all() == []


def test_taking_back_is_asked_first_and_can_be_changed(page: Page) -> None:
    asked = page.press("withdraw", body="Kesken")
    assert row().withdrawn_at is None
    assert "The law can oblige us" in asked.text
    done = asked.press("do_withdraw")
    assert row().state == "closed"
    assert "You took your request back on" in done.text
    assert ("step", "withdraw") not in done.forms[0]["buttons"]
    assert done.press("reply", body="Sittenkin").status == 200
    assert row().state == "sorted"


@pytest.mark.parametrize("right", ["copy", "erase"])
def test_a_right_is_asked_for_with_its_date(page: Page, right: str) -> None:
    assert page.press(right).step == "confirm"
    done = page.press(right).press(f"do_{right}")
    page.press(right).press(f"do_{right}")
    assert "You get an answer at the latest on" in done.text
    assert ("step", right) not in done.forms[0]["buttons"]
    db.session.remove()
    (task,) = reading().scalars(select(CaseTask)).all()
    assert 28 <= (task.due_at - task.created_at).days <= 31


def test_every_page_ends_with_its_token_and_with_a_new_code(page: Page, cast: Cast) -> None:
    form = page.press("contact", body="Kesken")
    with clock.moved(clock.now() + dt.timedelta(minutes=16)):
        ended = form.press("save_contact", phone="")
        assert (ended.status, ended.step, ended.fields["body"]) == (400, "code", "Kesken")
    case = row()
    new_code.issue_new_code(
        actor=cast.actor("cara"), number=case.number, version=case.version, verified="asked_about_the_case"
    )
    assert page.press("reply", body="Hei").step == "code"
    assert reading().scalar(select(AuditEntry.id).where(AuditEntry.action == "new_code"))


def test_a_page_in_use_stays_open(page: Page, client: FlaskClient) -> None:
    with clock.moved(clock.now() + dt.timedelta(minutes=14)):
        answer = client.post(
            "/receipt", data={"receipt_token": page.fields["receipt_token"], "step": "renew"}
        )
        token = answer.get_data(as_text=True)
        assert re.fullmatch(r"[\w-]{40,}", token)
    with clock.moved(clock.now() + dt.timedelta(minutes=20)):
        assert page.press("refresh").step == "code"
        assert page.press("refresh", receipt_token=token).step == "thread"


def test_nothing_is_kept_or_told_by_the_title_on_any_page(page: Page) -> None:
    for shown in (page.press("contact"), page.press("withdraw"), page.press("copy"), page.press("erase")):
        assert "<title>Messages</title>" in shown.html
        assert shown.answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in shown.answer.headers
        assert "data-exit" in shown.html
