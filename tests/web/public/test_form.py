"""The form without JavaScript: write, check, send; nothing typed is ever lost, nothing is sent twice."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from helpbutton import clock
from helpbutton.cases.models import Case, Contact
from helpbutton.conversation.models import Message
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Installation, Service
from helpbutton.notifications.phone import phone_messages
from tests.cast import MORNINGS, PHONE
from tests.web.public.browser import Page, visit

HELSINKI_CODE = "091"


def cases() -> int:
    reading().rollback()
    return reading().scalar(select(func.count()).select_from(Case)) or 0


def sent(client: FlaskClient, **filled: str) -> Page:
    return visit(client).press("check", text=MORNINGS, **filled).press("send")


def test_the_summary_names_desk_organisation_and_day_and_stores_nothing(client: FlaskClient) -> None:
    page = visit(client).press("check", text=MORNINGS)
    assert page.status == 200
    assert page.step == "check"
    assert "Service guidance for families, Southwest Finland" in page.text
    assert "Wellbeing services county of Southwest Finland" in page.text
    assert re.search(r"answer at the latest on \w+day \d+ \w+\.", page.text)
    assert MORNINGS in page.text
    assert "112" in page.text
    assert cases() == 0


def test_a_request_is_sent_once_however_often_the_button_is_pressed(
    client: FlaskClient, drain: Callable[[], int]
) -> None:
    summary = visit(client).press("check", text=MORNINGS, phone="040 123 4567", safe_to_text="1")
    receipt = summary.press("send")
    assert receipt.status == 200
    assert receipt.step == "sent"
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}", receipt.code)
    assert summary.press("send").code == receipt.code
    assert cases() == 1
    drain()
    assert PHONE in {sms.to for sms in phone_messages()}


def test_everything_filled_in_arrives(client: FlaskClient) -> None:
    filled = {
        "role": "young_person",
        "municipality": "445",
        "child_topic": "bullying",
        "own_age": "13-15",
        "language": "sv",
        "interpreter": "ar",
        "may_forward": "1",
        "do_not_tell_guardian": "1",
        "secret_address": "1",
        "phone": "040 123 4567",
        "not_before": "09:00",
        "safe_to_call": "1",
        "private_phone": "1",
    }
    assert sent(client, **filled).step == "sent"
    case = reading().scalars(select(Case)).one()
    contact = reading().scalars(select(Contact)).one()
    stored = (
        case.role,
        case.municipality_code,
        case.stated_topic,
        case.age_group,
        case.language,
        case.interpreter,
    )
    assert stored == ("young_person", "445", "bullying", "13-15", "sv", "ar")
    assert (case.may_forward, case.do_not_tell_guardian, case.secret_address) == (True, True, True)
    assert (contact.not_before, contact.safe_to_call, contact.safe_to_text) == ("09:00", True, False)
    assert contact.private_phone


def test_a_professional_needs_the_recorded_consent(client: FlaskClient) -> None:
    filled = {
        "role": "professional",
        "kind": "consultation_with_consent",
        "text": MORNINGS,
        "consent_by": "mother",
    }
    page = visit(client).press("check", **filled)
    assert page.status == 422
    assert 'id="consent_how" name="consent_how" aria-invalid="true"' in page.html
    for name in ("consent_items", "consent_recipients"):
        assert f'id="{name}" name="{name}" aria-invalid="true"' in re.sub(r" rows=.\d+.", "", page.html)
    told = {"consent_items": "sleep", "consent_recipients": "clinic", "consent_until": "2027-03-01"}
    summary = page.press("check", consent_how="in writing", **told)
    for words in ("mother", "in writing", "sleep", "clinic", "Monday 1 March 2027"):
        assert words in summary.text
    assert summary.press("send").step == "sent"


def test_a_number_for_the_nudge_only_is_never_called(client: FlaskClient) -> None:
    sent(client, phone="040 123 4567", reach="nudge", safe_to_call="1")
    contact = reading().scalars(select(Contact)).one()
    assert (contact.nudge_only, contact.safe_to_text, contact.safe_to_call) == (True, True, False)


def test_a_nudge_needs_a_number(client: FlaskClient) -> None:
    page = visit(client).press("check", text=MORNINGS, reach="nudge")
    assert (page.status, page.step, page.fields["reach"]) == (422, "edit", "nudge")
    assert "Write the number for the text message" in page.text
    assert 'href="#phone"' in page.html
    assert page.press("check", phone="040 123 4567").step == "check"


def test_a_number_without_permission_is_pointed_out(client: FlaskClient) -> None:
    page = visit(client).press("check", text=MORNINGS, phone="040 123 4567")
    assert "you have not allowed calls or text messages" in page.text


def test_who_does_not_want_to_be_contacted_leaves_no_number(client: FlaskClient) -> None:
    page = visit(client).press(
        "check", text=MORNINGS, reach="none", phone="040 123 4567", safe_to_call="1", email="aino@example.fi"
    )
    assert "We do not call you or write to you." in page.text
    assert page.press("send").step == "sent"
    contact = reading().scalars(select(Contact)).one()
    assert (contact.phone, contact.safe_to_call) == (None, False)


def test_each_part_of_the_summary_leads_back_to_its_own_place(client: FlaskClient) -> None:
    page = visit(client).press("check", text=MORNINGS, role="child", child_topic="bullying")
    form = visit(client).html
    places = re.findall(r'formaction="/ask/demo#(\w+)"', page.html)
    assert {"text", "who", "child_topic", "municipality", "contact", "passing", "language"} <= set(places)
    assert [place for place in places if f'id="{place}"' not in form] == []
    assert "Straight to the summary" in page.press("edit").text


@pytest.mark.parametrize("role", ["parent", "young_person", "child", "relative", "professional", "other"])
def test_every_question_has_words_for_every_role(client: FlaskClient, role: str) -> None:
    page = visit(client).html
    for name in ("text", "municipality", "phone", "name"):
        label = re.search(rf'<label for="{name}">(.*?)</label>', page, re.DOTALL)
        assert label
        assert len(re.findall(rf'data-as="[^"]*\b{role}\b[^"]*"', label[1])) == 1


def test_a_child_is_told_who_reads_and_when_an_adult_must_act(client: FlaskClient) -> None:
    page = visit(client).html
    for role in ("child", "young_person"):
        door = page.partition(f'<div class="notice calm" data-as="{role}">')[2].partition("</div>")[0]
        assert "parents" in door
        assert "They tell you" in door


IDENTIFYING = "Lapsi on 131052-308T, nimi on Eero Virtanen, soita 040 765 4321."


def test_what_tells_who_the_family_is_is_pointed_out_and_does_not_block(client: FlaskClient) -> None:
    page = visit(client).press("check", text=IDENTIFYING, role="professional", kind="consultation_anonymous")
    assert "Your text seems to tell who the family is." in page.text
    assert re.findall(r"<mark>([^<]+)</mark>", page.html) == ["131052-308T", "Eero Virtanen", "040 765 4321"]
    assert page.html.index("Take it out of the text") < page.html.index("Send anyway")
    assert page.press("send").step == "sent"


def test_others_are_told_of_an_identity_code_alone(client: FlaskClient) -> None:
    page = visit(client).press("check", text=IDENTIFYING)
    assert "There is a personal identity code in your text." in page.text
    assert re.findall(r"<mark>([^<]+)</mark>", page.html) == ["131052-308T"]
    assert "identity code" not in visit(client).press("check", text="Soita 040 765 4321").text


def test_advice_without_identity_keeps_nothing_of_the_family(client: FlaskClient) -> None:
    filled = {"existing_worker": "Liisa", "secret_address": "1", "interpreter": "ar"}
    sent(client, role="professional", kind="consultation_anonymous", **filled)
    case = reading().scalars(select(Case)).one()
    assert (case.kind, case.existing_worker, case.secret_address, case.interpreter) == (
        "consultation_anonymous",
        None,
        False,
        None,
    )


def test_going_back_keeps_everything(client: FlaskClient) -> None:
    words = {
        "text": " \n<b>two</b>\nlines & \u202eturned",
        "phone": "040 123 4567",
        "topic": "bullying",
        "role": "relative",
    }
    page = visit(client).press("check", **words, may_forward="1").press("edit")
    assert page.step == "edit"
    assert {name: page.fields[name] for name in words} == words
    assert page.fields["may_forward"] == "1"
    assert "<b>two" not in page.html


@pytest.mark.parametrize("step", ["edit", "check"])
def test_the_language_changes_without_losing_a_word(client: FlaskClient, step: str) -> None:
    page = visit(client)
    if step == "check":
        page = page.press("check", text=MORNINGS)
    other = page.press("sv", name="switch", text=MORNINGS)
    assert '<html lang="sv"' in other.html
    assert (other.step, other.fields["text"], other.fields["lang"]) == (step, MORNINGS, "sv")


def test_words_of_danger_bring_the_help_lines_first_and_do_not_block(client: FlaskClient) -> None:
    page = visit(client).press("check", text="Mies lyö minua ja lapsia, pelkään.")
    before, _, _ = page.text.partition("Who answers, and by when")
    assert "080 005 005" in before
    assert "112" in before
    receipt = page.press("send")
    assert receipt.step == "sent"
    assert "080 005 005" in receipt.text.partition("Your receipt code")[0]


def test_when_nobody_reads_yet_the_page_says_from_when_and_who_answers_now(client: FlaskClient) -> None:
    with transaction() as session:
        for service in session.scalars(select(Service)):
            service.hours = {"mon": [["08:00", "16:00"]]}
            service.open_on_holidays = False
    with clock.moved(dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)):
        page = visit(client).press("check", text=MORNINGS)
    assert "Nobody reads this before Monday 23 November at 08:00." in page.text
    assert "112" in page.text.partition("Your message")[0]


def test_outside_the_area_the_county_that_helps_is_named(client: FlaskClient) -> None:
    with transaction() as session:
        session.get_one(Installation, 1).counties = ["05"]
    page = visit(client).press("check", text=MORNINGS, municipality=HELSINKI_CODE)
    assert page.status == 422
    assert "Help for Helsinki comes from elsewhere" in page.text
    assert page.fields["text"] == MORNINGS
    assert cases() == 0


def test_a_changed_text_with_a_used_form_asks_and_goes_as_a_message_once(client: FlaskClient) -> None:
    summary = visit(client).press("check", text=MORNINGS)
    summary.press("send")
    changed = summary.press("send", text="Nyt tilanne on toinen.")
    assert (changed.status, changed.step) == (409, "already")
    assert "Nyt tilanne on toinen." in changed.text
    assert changed.press("message").step == "sent"
    assert changed.press("message").step == "sent"
    assert cases() == 1
    assert len(reading().scalars(select(Message)).all()) == 1


def test_danger_in_a_message_brings_the_help_lines_first(client: FlaskClient) -> None:
    summary = visit(client).press("check", text=MORNINGS)
    summary.press("send")
    added = summary.press("send", text="Mies lyö minua ja lapsia, pelkään.").press("message")
    assert "080 005 005" in added.text.partition("Your message was added.")[0]
    calm = summary.press("send", text="Kiitos, kaikki hyvin.").press("message")
    assert "If somebody is in danger now" not in calm.text


def test_a_message_that_tells_who_the_family_is_is_shown_before_it_is_stored(client: FlaskClient) -> None:
    summary = visit(client).press("check", text=MORNINGS, role="professional", kind="consultation_anonymous")
    summary.press("send")
    page = summary.press("send", text=IDENTIFYING).press("message")
    assert "Your text seems to tell who the family is." in page.text
    assert page.fields["text"] == IDENTIFYING
    assert page.html.index("Take it out of the text") < page.html.index("Send anyway")
    assert page.press("edit").fields["text"] == IDENTIFYING
    assert reading().scalars(select(Message)).all() == []
    page.press("message_anyway")
    page.press("message_anyway")
    reading().rollback()
    assert len(reading().scalars(select(Message)).all()) == 1


def test_a_changed_text_with_a_used_form_may_go_as_a_new_request(client: FlaskClient) -> None:
    summary = visit(client).press("check", text=MORNINGS)
    first = summary.press("send")
    changed = summary.press("send", text="Nyt tilanne on toinen.")
    second = changed.press("send")
    assert second.code != first.code
    assert changed.press("send").code == second.code
    assert cases() == 2


def test_the_same_form_after_a_day_says_that_it_has_arrived(client: FlaskClient) -> None:
    summary = visit(client).press("check", text=MORNINGS)
    summary.press("send")
    with clock.moved(clock.now() + dt.timedelta(hours=25)):
        page = summary.press("send")
    assert (page.status, page.step) == (409, "already")
    assert "nothing is lost" in page.text
    assert cases() == 1


def test_a_request_that_cannot_be_stored_stays_on_the_page_and_is_sent_later(client: FlaskClient) -> None:
    summary = visit(client).press("check", text=MORNINGS)
    with transaction() as session:
        session.execute(text("ALTER TABLE contact RENAME TO away"))
    failed = summary.press("send")
    assert (failed.status, failed.step) == (503, "check")
    assert int(failed.answer.headers["Retry-After"]) > 0
    assert MORNINGS in failed.text
    with transaction() as session:
        session.execute(text("ALTER TABLE away RENAME TO contact"))
    assert cases() == 0
    assert failed.press("send").step == "sent"


def test_an_expired_form_goes_on_and_is_still_sent_only_once(client: FlaskClient) -> None:
    form = visit(client)
    with clock.moved(clock.now() + dt.timedelta(hours=3)):
        summary = form.press("check", text=MORNINGS)
        receipt = summary.press("send")
        assert form.press("check", text=MORNINGS).press("send").code == receipt.code
    assert summary.fields["form_token"] != form.fields["form_token"]
    with clock.moved(clock.now() + dt.timedelta(hours=6)):
        assert summary.press("send").code == receipt.code
    assert cases() == 1


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_pages_carry_no_cookie_no_cache_and_nothing_from_elsewhere(
    client: FlaskClient, language: str
) -> None:
    form = visit(client, f"/embed/demo?lang={language}")
    summary = form.press("check", text=MORNINGS)
    for page in (form, summary, summary.press("send"), form.press("check")):
        assert "Set-Cookie" not in page.answer.headers
        assert page.answer.headers["Cache-Control"] == "no-store"
        assert not re.search(r'(?:src|srcset|data)="(?:https?:)?//', page.html)
        assert not re.search(r'<link[^>]+href="(?:https?:)?//', page.html)
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", page.html)
        assert f'<html lang="{language}"' in page.html
