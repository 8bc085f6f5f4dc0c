"""Text that neither an ended session nor a case that goes away can take: it waits, or stays on a page to be copied."""

import datetime as dt
from collections.abc import Callable
from html import unescape

from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpbutton import clock
from helpbutton.conversation.models import Draft, Message
from helpbutton.directory.models import Service
from tests.cast import MORNINGS, Cast, hidden_fields
from tests.web.staff.pages import (
    case_row,
    case_url,
    credentials,
    post,
    read,
    send_case,
    send_form,
    stored,
)

Drain = Callable[[], int]
JSON = {"Accept": "application/json"}
LONG = "Hyvä perhe, olemme lukeneet viestinne. " * 250 + "Loppu."


def count(table: type[Message] | type[Draft]) -> int:
    return stored().scalar(select(func.count()).select_from(table)) or 0


def form_of(browser: FlaskClient, number: str) -> dict[str, str]:
    """The hidden fields of the form for the answer."""
    page = read(browser, case_url(number))
    form = page[page.index('id="answer"') :]
    return hidden_fields(form[: form.index("</form>")])


def sign_in_again(browser: FlaskClient, first_name: str, target: str = "") -> str:
    """Another tab of the same browser signs in; returns where it leads."""
    form = browser.get("/staff/sign-in", query_string={"next": target}).get_data(as_text=True)
    answer = browser.post("/staff/sign-in", data=hidden_fields(form) | credentials(first_name))
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_a_draft_is_asked_to_wait_when_the_session_has_ended(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    fields, url = form_of(cara, number), f"{case_url(number)}/draft"
    with clock.moved(clock.now() + dt.timedelta(minutes=31)):
        told = cara.post(url, data=fields | {"body": LONG}, headers=JSON)
        assert (told.status_code, told.headers["Content-Type"]) == (401, "application/json")
        answer = told.get_json()
        assert "/staff/sign-in" in answer["sign_in"]
        assert count(Draft) == 0
        assert sign_in_again(cara, "cara", "/staff/signed-in") == "/staff/signed-in"
        assert cara.get("/staff/signed-in").status_code == 200
        carried = fields | {"carried": answer["carried"]}
        assert cara.post(url, data=carried | {"body": LONG}, headers=JSON).status_code == 200
        carried["draft_version"] = "1"
        assert post(cara, number, "answer", carried | {"body": LONG}).status_code == 303
    assert count(Message) == 1


def test_the_word_for_one_account_is_nothing_for_another(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    fields, url = form_of(cara, number), f"{case_url(number)}/draft"
    with clock.moved(clock.now() + dt.timedelta(minutes=31)):
        word = cara.post(url, data=fields, headers=JSON).get_json()["carried"]
        sign_in_again(cara, "liisa")
        assert cara.post(url, data=fields | {"carried": word, "body": "x"}, headers=JSON).status_code == 400
    with clock.moved(clock.now() + dt.timedelta(hours=13)):
        sign_in_again(cara, "cara")
        assert cara.post(url, data=fields | {"carried": word, "body": "x"}, headers=JSON).status_code == 400
    assert count(Draft) == 0


def test_an_answer_sent_after_the_session_ended_stays_on_the_page_and_goes(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    body = "ع" * 9_000 + "\r\n\r\n<b>loppu</b>"
    fields = form_of(cara, number) | {"body": body}
    with clock.moved(clock.now() + dt.timedelta(minutes=31)):
        ended = cara.post(f"{case_url(number)}/answer", data=fields, content_type="multipart/form-data")
        page = ended.get_data(as_text=True)
        assert ended.status_code == 401
        assert "&lt;b&gt;loppu" in page
        assert count(Message) == 0
        kept = hidden_fields(page)
        assert unescape(kept["body"]) == body
        sign_in_again(cara, "cara")
        again = {name: unescape(value) for name, value in kept.items()}
        sent = cara.post(f"{case_url(number)}/answer", data=again, content_type="multipart/form-data")
        assert sent.status_code == 303
    assert count(Message) == 1


def test_whoever_signed_in_again_elsewhere_sends_the_old_page_with_one_more_look(
    cast: Cast, drain: Drain
) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    fields = form_of(cara, number) | {"body": "Ennen uutta kirjautumista"}
    sign_in_again(cara, "cara")
    looked = post(cara, number, "answer", fields)
    page = looked.get_data(as_text=True)
    assert looked.status_code == 400
    assert "Ennen uutta kirjautumista" in page
    form = hidden_fields(page[page.index('class="kept"') :])
    assert post(cara, number, "answer", form).status_code == 303
    assert count(Message) == 1


def test_only_our_own_forms_are_taken_up_and_no_password_is(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    fields = form_of(cara, number)
    stranger = cara.application.test_client()
    forged = stranger.post(f"{case_url(number)}/answer", data={"csrf_token": "forged", "body": "en vieras"})
    assert forged.status_code == 303
    without = stranger.post(f"{case_url(number)}/answer", data=fields | {"body": "oma teksti"})
    assert without.status_code == 401
    assert 'name="carried"' not in without.get_data(as_text=True)
    with clock.moved(clock.now() + dt.timedelta(minutes=31)):
        secret = cara.post("/staff/account/password", data=fields | {"new_password": "salaisuus salaisuus"})
        assert b"salaisuus" not in secret.data


def test_what_was_written_about_a_case_that_went_away_meanwhile_is_shown_to_be_copied(
    cast: Cast, drain: Drain
) -> None:
    number = send_case(cast, drain)
    cara, liisa = cast.sign_in("cara"), cast.sign_in("liisa")
    typed = form_of(cara, number) | {"body": "Kirjoitin\n<b>pitkään</b>.", "why": "Koulun asia", "to": "1"}
    organisation, own = case_row(number).organisation_id, cast.actor("cara").services
    elsewhere = select(Service.id).where(Service.organisation_id == organisation, Service.id.not_in(own))
    assert send_form(liisa, number, "desk", right_desk=str(stored().scalar(elsewhere))).status_code == 303
    for move in ("answer", "answer/preview", "answer/write", "answer/insert", "draft", "note", "hand-over"):
        gone = post(cara, number, f"{move}?lang=en", typed)
        page = gone.get_data(as_text=True)
        assert gone.status_code == 404
        assert "Kirjoitin\n&lt;b&gt;pitkään&lt;/b&gt;." in page
        assert "Koulun asia" in page
        for kept_back in (typed["token"], number, MORNINGS, "<form"):
            assert kept_back not in page[page.index("<main") :]
    forged = post(cara, number, "answer", typed | {"csrf_token": "forged"})
    assert "Kirjoitin" not in forged.get_data(as_text=True)


def test_a_call_for_a_desk_that_is_no_longer_ones_own_can_be_copied(cast: Cast) -> None:
    cara = cast.sign_in("cara")
    typed = {"desk": "0", "text": "Äiti soitti.", "phone": "0401234567"}
    gone = cara.post("/staff/register", data=hidden_fields(read(cara, "/staff/register")) | typed)
    assert gone.status_code == 404
    assert "Äiti soitti." in gone.get_data(as_text=True)
    assert "0401234567" in gone.get_data(as_text=True)
