"""Coming back with the code: POST only, no cookie, sealed for fifteen minutes, nothing written is lost."""

import datetime as dt
import uuid

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpbutton import clock
from helpbutton.cases.models import Case
from helpbutton.conversation.models import Message
from helpbutton.conversation.operations import answer
from helpbutton.db import reading, transaction
from tests.cast import MORNINGS, Cast
from tests.web.public.browser import Page, visit


@pytest.fixture
def code(client: FlaskClient) -> str:
    return visit(client).press("check", text=MORNINGS).press("send").code


def opened(client: FlaskClient, code: str) -> Page:
    return visit(client, "/receipt?lang=en").press("open", code=code)


def messages() -> list[Message]:
    reading().rollback()
    return list(reading().scalars(select(Message)))


@pytest.mark.parametrize(
    "typed", [str, str.lower, lambda code: code.replace("-", " "), lambda code: f" {code} "]
)
def test_the_code_opens_the_conversation_however_it_is_typed(client: FlaskClient, code: str, typed) -> None:  # type: ignore[no-untyped-def]
    page = opened(client, typed(code))
    assert page.step == "thread"
    assert MORNINGS in page.text
    assert "Service guidance for families" in page.text
    assert "at the latest on" in page.text
    assert code not in page.html


def test_a_code_in_the_address_opens_nothing(client: FlaskClient, code: str) -> None:
    assert visit(client, f"/receipt?code={code}").step == "code"


@pytest.mark.parametrize("wrong", ["", "0000-0000-0000-0000-0000", "hei", "\x00", "ä" * 500])
def test_an_unknown_code_is_said_plainly(client: FlaskClient, wrong: str) -> None:
    page = opened(client, wrong)
    assert page.status == 422
    assert "No messages were found with this code." in page.text


def test_the_answer_is_there_and_the_reply_is_stored_once(client: FlaskClient, code: str, cast: Cast) -> None:
    number = reading().scalars(select(Case.number)).one()
    answer(
        actor=cast.actor("cara"), number=number, body="Soitan sinulle <huomenna>.", token=str(uuid.uuid4())
    )
    page = opened(client, code)
    assert "Soitan sinulle <huomenna>." in page.text
    assert "has answered you" in page.text
    reply = page.press("reply", body="Kiitos!")
    assert "Kiitos!" in reply.text
    assert reply.fields["body"] == ""
    page.press("reply", body="Kiitos!")
    assert [message.direction for message in messages()] == ["to_family", "from_family"]


def test_danger_in_a_reply_brings_the_help_lines_first(client: FlaskClient, code: str) -> None:
    page = opened(client, code)
    assert "If somebody is in danger now" not in page.text
    for shown in (page.press("reply", body="Mies lyö minua ja lapsia, pelkään."), opened(client, code)):
        assert "080 005 005" in shown.text.partition("Where it is now")[0]
    with transaction() as session:
        case = session.scalars(select(Case)).one()
        case.state, case.outcome, case.closed_at = "closed", "other", clock.now()
    assert "If somebody is in danger now" not in opened(client, code).text


def test_a_reply_that_tells_who_the_family_is_is_shown_before_it_is_stored(
    client: FlaskClient, cast: Cast
) -> None:
    telling = "Lapsi on 131052-308T, soita 040 765 4321."
    sent = cast.send(kind="consultation_anonymous", role="professional").get_json()
    page = opened(client, sent["receipt_code"]).press("reply", body=telling)
    assert (page.step, page.fields["body"], messages()) == ("found", telling, [])
    assert "Your text seems to tell who the family is." in page.text
    assert [words for words in ("131052-308T", "040 765 4321") if f"<mark>{words}</mark>" in page.html] == [
        "131052-308T",
        "040 765 4321",
    ]
    assert page.press("sv", name="switch").step == "found"
    back = page.press("refresh")
    assert (back.step, back.fields["body"], messages()) == ("thread", telling, [])
    assert back.press("reply", body="Lapsi nukkuu huonosti.").step == "thread"
    page.press("reply_anyway")
    assert page.press("reply_anyway").fields["body"] == ""
    assert len(messages()) == 2


def test_what_a_known_family_tells_of_itself_is_not_asked_about(client: FlaskClient, code: str) -> None:
    assert opened(client, code).press("reply", body="Soita 040 765 4321.").step == "thread"
    assert len(messages()) == 1


def test_an_expired_page_asks_for_the_code_and_keeps_the_reply(client: FlaskClient, code: str) -> None:
    page = opened(client, code)
    with clock.moved(clock.now() + dt.timedelta(minutes=16)):
        expired = page.press("reply", body="Pitkä vastaus")
        assert (expired.status, expired.step) == (400, "code")
        again = expired.press("open", code=code)
        assert again.fields["body"] == "Pitkä vastaus"
        again.press("reply")
    assert len(messages()) == 1


@pytest.mark.parametrize("bad", ["", "x", "ä", "A" * 3000])
def test_a_forged_token_opens_nothing(client: FlaskClient, code: str, bad: str) -> None:
    page = opened(client, code).press("reply", receipt_token=bad, body="Hei")
    assert page.step == "code"
    assert messages() == []


def test_the_token_of_a_form_opens_nothing(client: FlaskClient, code: str) -> None:
    token = visit(client).fields["form_token"]
    assert opened(client, code).press("refresh", receipt_token=token).step == "code"


@pytest.mark.parametrize(
    ("body", "words"), [("", "Write your message first"), ("a" * 10_001, "shorten"), ("a\x00", "stored")]
)
def test_a_reply_that_cannot_be_sent_stays(client: FlaskClient, code: str, body: str, words: str) -> None:
    page = opened(client, code).press("reply", body=body)
    assert page.status == 422
    assert words in page.text
    assert page.fields["body"] == body.replace("\x00", "")


def test_a_reply_without_its_own_token_is_kept_and_not_sent(client: FlaskClient, code: str) -> None:
    page = opened(client, code).press("reply", body="Hei", message_token="x")
    assert page.status == 400
    assert page.fields["body"] == "Hei"
    assert messages() == []


def test_a_matter_closed_long_ago_takes_no_message_but_keeps_the_text(client: FlaskClient, code: str) -> None:
    with transaction() as session:
        case = session.scalars(select(Case)).one()
        case.state, case.outcome, case.closed_at = "closed", "other", clock.now() - dt.timedelta(days=31)
    page = opened(client, code).press("reply", body="Hei taas")
    assert page.status == 409
    assert page.fields["body"] == "Hei taas"


@pytest.mark.parametrize("button", ["sv", "fi"])
def test_the_language_changes_and_the_draft_stays(client: FlaskClient, code: str, button: str) -> None:
    page = opened(client, code).press(button, name="switch", body="Kesken")
    assert f'<html lang="{button}"' in page.html
    assert (page.step, page.fields["body"]) == ("thread", "Kesken")
    typed = visit(client, "/receipt?lang=en").press(button, name="switch", code="abcd")
    assert (typed.step, typed.fields["code"]) == ("code", "abcd")


def test_leaving_clears_what_the_browser_keeps_but_not_other_peoples_cookies(
    client: FlaskClient, code: str
) -> None:
    page = opened(client, code).press("leave")
    assert page.step == "left"
    assert page.answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_nothing_is_kept_framed_or_told_by_the_title(client: FlaskClient, code: str) -> None:
    for page in (visit(client, "/receipt?lang=en"), opened(client, code), opened(client, "x")):
        assert "Set-Cookie" not in page.answer.headers
        assert page.answer.headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in page.answer.headers["Content-Security-Policy"]
        assert "<title>Messages</title>" in page.html
