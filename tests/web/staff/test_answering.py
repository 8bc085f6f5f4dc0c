"""Answering over HTTP: the look before sending, drafts in two tabs, stale pages, what is inserted."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpbutton.activities.models import Activity
from helpbutton.conversation.models import Draft, Message
from helpbutton.conversation.saved_replies import Wording, add_reply, replies_of
from helpbutton.directory.models import Service
from helpbutton.notifications.phone import phone_messages
from tests.cast import Cast, hidden_fields
from tests.web.staff.pages import (
    case_row,
    case_url,
    post,
    read,
    send_case,
    send_form,
    stored,
    visible_text,
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


def written(page: str) -> str:
    """The text that stands in the answer's field."""
    found = re.search(r'<textarea id="answer-body".*?>\n(.*?)</textarea>', page, re.DOTALL)
    assert found
    return unescape(found[1])


def test_what_is_looked_at_before_sending_is_what_they_get(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    text = "Hei!\nSoitamme <b>huomenna</b>."
    page = send_form(cara, number, "answer/preview?lang=en", body=text).get_data(as_text=True)
    assert count(Message) == 0
    assert "Viestisi" in page
    look = re.search(r'<li class="to_family">.*?</li>', page, re.DOTALL)
    nudge = re.search(r'class="bubble".*?<bdi>(.*?)</bdi>', page, re.DOTALL)
    assert look
    assert nudge
    assert "Soitamme &lt;b&gt;huomenna" in look[0]
    assert cara.post(f"{case_url(number)}/answer", data=hidden_fields(page)).status_code == 303
    drain()
    said = phone_messages()[-1].text
    assert re.sub(r"[0-9A-Z]{4}(?=\W*$)", "····", said) == unescape(nudge[1])


def test_who_prefers_e_mail_is_shown_the_e_mail(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain, contact={"preferred": "email", "email": "aino@example.fi"})
    cara = cast.sign_in("cara")
    page = send_form(cara, number, "answer/preview?lang=en", body="Hei!").get_data(as_text=True)
    assert "The e-mail that tells them" in page
    assert 'class="letter" lang="fi"' in page
    assert "bubble" not in page
    assert "They get an e-mail that says only this" in read(cara, f"{case_url(number)}?lang=en")


def test_after_the_look_one_goes_on_writing(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    typed = {
        "body": "\nAlku\n\nja loppu",
        "interpreted_from": "so",
        "interpreted_to": "fi",
        "present": "äiti",
    }
    shown = send_form(cara, number, "answer/preview", **typed).get_data(as_text=True)
    again = cara.post(f"{case_url(number)}/answer/write", data=hidden_fields(shown)).get_data(as_text=True)
    assert written(again) == "\nAlku\n\nja loppu"
    assert '<option value="so" selected>' in again
    assert 'value="äiti"' in again
    assert "data-unsaved" not in again, "the look has kept the draft"


def test_the_look_keeps_the_newest_words_as_the_draft(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    one, two = form_of(cara, number), form_of(cara, number)
    shown = post(cara, number, "answer/preview", one | {"body": "Uusimmat sanat"}).get_data(as_text=True)
    assert written(read(cara, case_url(number))) == "Uusimmat sanat"
    carried = hidden_fields(shown)
    assert carried["draft_version"] == "1"
    other = post(cara, number, "answer/preview", two | {"body": "Toisen välilehden sanat"})
    assert "Toisen välilehden sanat" in other.get_data(as_text=True)
    assert written(read(cara, case_url(number))) == "Uusimmat sanat"
    assert post(cara, number, "answer", carried).status_code == 303
    assert count(Draft) == 0


def test_an_interpreter_is_noted_for_colleagues_alone(cast: Cast, drain: Drain) -> None:
    receipt = cast.send(language="so").get_json()
    drain()
    number, cara = receipt["number"], cast.sign_in("cara")
    typed = {"interpreted_from": "so", "interpreted_to": "sv", "present": "äiti ja <i>tulkki</i>"}
    refused = send_form(cara, number, "answer?lang=en", body="Hei!", present="joku")
    assert refused.status_code == 422
    assert "Choose the language that the family spoke" in refused.get_data(as_text=True)
    assert send_form(cara, number, "answer", body="Hei!", **typed).status_code == 303
    page = read(cara, f"{case_url(number)}?lang=en")
    assert "Interpreted: Somali – Swedish." in page
    assert "äiti ja &lt;i&gt;tulkki" in page
    thread = cara.application.test_client().post(
        "/receipt", data={"step": "open", "code": receipt["receipt_code"]}
    )
    assert "tulkki" not in thread.get_data(as_text=True)
    assert b"tulkki" not in (stored().scalar(select(Message.interpretation)) or b"")


@pytest.mark.usefixtures("app_on_both")
def test_a_draft_waits_for_its_author_alone_until_it_is_sent(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara, liisa = cast.sign_in("cara"), cast.sign_in("liisa")
    fields = form_of(cara, number)
    url = f"{case_url(number)}/draft"
    first = cara.post(url, data=fields | {"body": "Hei, aloitan"}, headers=JSON)
    assert first.get_json()["version"] == 1
    fields["draft_version"] = "1"
    assert cara.post(url, data=fields | {"body": "Hei, aloitan tästä"}, headers=JSON).status_code == 200
    assert b"aloitan" not in (stored().scalar(select(Draft.body)) or b"")
    assert written(read(cara, case_url(number))) == "Hei, aloitan tästä"
    assert "aloitan" not in read(liisa, case_url(number))
    assert send_form(cara, number, "answer", body="Hei, aloitan tästä").status_code == 303
    assert count(Draft) == 0
    assert written(read(cara, case_url(number))) == ""


def test_drafts_work_without_a_script_and_can_be_thrown_away(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    kept = post(cara, number, "draft", form_of(cara, number) | {"body": LONG * 2})
    assert kept.headers["Location"] == f"{case_url(number)}#answer"
    assert written(read(cara, case_url(number))) == LONG * 2
    fields = form_of(cara, number)
    assert post(cara, number, "draft", fields | {"body": LONG, "forget": "1"}).status_code == 303
    assert count(Draft) == 0


def test_two_tabs_do_not_overwrite_each_other(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    one, two = form_of(cara, number), form_of(cara, number)
    url = f"{case_url(number)}/draft"
    assert cara.post(url, data=one | {"body": "Ensimmäinen"}, headers=JSON).status_code == 200
    refused = cara.post(url, data=two | {"body": "Toinen"}, headers=JSON)
    assert refused.status_code == 409
    told = refused.get_json()
    assert told["other"] == "Ensimmäinen"
    plain = cara.post(f"{url}?lang=en", data=two | {"body": "Toinen"})
    assert plain.status_code == 409
    assert written(plain.get_data(as_text=True)) == "Toinen"
    assert "Ensimmäinen" in plain.get_data(as_text=True)
    keep = two | {"body": "Toinen", "draft_version": str(told["version"]), "token": told["own_token"]}
    assert cara.post(url, data=keep, headers=JSON).status_code == 200
    assert post(cara, number, "answer", one | {"body": "Ensimmäinen"}).status_code == 303
    assert written(read(cara, case_url(number))) == "Toinen"
    late = cara.post(url, data=one | {"body": "Ensimmäinen, myöhässä", "draft_version": "9"}, headers=JSON)
    assert late.status_code == 409


def test_back_and_send_another_text_from_a_page_that_was_sent(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    fields = form_of(cara, number)
    assert post(cara, number, "answer", fields | {"body": "Yksi"}).status_code == 303
    assert post(cara, number, "answer", fields | {"body": "Yksi"}).status_code == 303
    again = post(cara, number, "answer?lang=en", fields | {"body": "Yksi ja toinen"})
    page = again.get_data(as_text=True)
    assert again.status_code == 422
    assert "A message was sent from this page before" in page
    assert written(page) == "Yksi ja toinen"
    assert count(Message) == 1
    form = page[page.index('id="answer"') :]
    assert post(cara, number, "answer", hidden_fields(form) | {"body": "Yksi ja toinen"}).status_code == 303
    assert count(Message) == 2


def test_an_answer_to_a_case_that_changed_meanwhile_is_kept_and_not_sent(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara, liisa = cast.sign_in("cara"), cast.sign_in("liisa")
    fields = form_of(cara, number)
    assert send_form(liisa, number, "answer", body="Liisa vastasi jo.").status_code == 303
    refused = post(cara, number, "answer", fields | {"body": "Cara vastaa."})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert written(page) == "Cara vastaa."
    assert "Liisa vastasi jo." in page
    assert count(Message) == 1
    form = page[page.index('id="answer"') :]
    assert post(cara, number, "answer", hidden_fields(form) | {"body": "Cara vastaa."}).status_code == 303


def test_saved_replies_fit_and_are_inserted(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain, topic="parenting_limits")
    row, liisa = case_row(number), cast.actor("liisa")
    desk = row.service_id
    for topic, language, title in (
        (None, "sv", "Yleinen"),
        (row.topic, "fi", "Oikea aihe"),
        ("bullying", "fi", "Väärä aihe"),
    ):
        wording = Wording(topic, language, title, f"Text <{title}>")
        add_reply(actor=liisa, service_id=desk, wording=wording)
    cara = cast.sign_in("cara")
    page = read(cara, f"{case_url(number)}?lang=en")
    tools = visible_text(page[page.index('id="insert-replies"') : page.index('id="insert-help"')])
    assert tools.index("Oikea aihe") < tools.index("Yleinen")
    assert "Väärä aihe" not in tools
    chosen = next(reply for reply in replies_of(actor=liisa, service_id=desk) if reply.title == "Oikea aihe")
    fields = form_of(cara, number) | {"body": "Hej!", "insert": f"reply-{chosen.id}"}
    plain = post(cara, number, "answer/insert", fields).get_data(as_text=True)
    assert written(plain) == "Hej!\n\nText <Oikea aihe>"
    script = cara.post(f"{case_url(number)}/answer/insert", data=fields, headers=JSON)
    assert script.get_json() == {"text": "Text <Oikea aihe>"}
    for unknown in ("reply-999999", "reply-x", "help-x", "", "reply-" + "9" * 30):
        assert post(cara, number, "answer/insert", fields | {"insert": unknown}).status_code == 404


def test_open_help_is_inserted_in_the_familys_language(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    fields = form_of(cara, number) | {"body": "Hej!"}
    listed = post(cara, number, "answer/write?lang=en", fields | {"show": "help"}).get_data(as_text=True)
    assert written(listed) == "Hej!"
    key = re.search(r'value="help-([^"]+)"', listed)
    assert key
    card = cara.post(
        f"{case_url(number)}/answer/insert", data=fields | {"insert": f"help-{key[1]}"}, headers=JSON
    )
    text = card.get_json()["text"]
    names = stored().scalar(select(Activity.names).where(Activity.key == key[1])) or {}
    assert text.startswith(names["fi"])
    assert "Seuraavan kerran" in text


def test_a_draft_of_a_case_closed_meanwhile_is_still_readable(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara, liisa = cast.sign_in("cara"), cast.sign_in("liisa")
    post(cara, number, "draft", form_of(cara, number) | {"body": "Jäi kesken"})
    send_form(liisa, number, "close", outcome="other")
    assert "Jäi kesken" in read(cara, case_url(number))
    assert "Jäi kesken" not in read(liisa, case_url(number))
    dan = cast.sign_in("dan")
    own = hidden_fields(read(dan, "/staff/"))
    assert post(dan, number, "draft", own | form_of(cara, number) | own | {"body": "x"}).status_code == 404


def test_desks_of_others_have_no_replies_to_insert(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    other = stored().scalar(select(Service.id).where(Service.key == "turku-school")) or 0
    liisa = cast.actor("liisa")
    assert other not in liisa.services
    eve_desk = case_row(number).service_id
    add_reply(actor=liisa, service_id=eve_desk, wording=Wording(None, "fi", "Oma", "Oma teksti"))
    reply = replies_of(actor=liisa, service_id=eve_desk)[0]
    dan = cast.sign_in("dan")
    own = hidden_fields(read(dan, "/staff/"))
    assert post(dan, number, "answer/insert", own | {"insert": f"reply-{reply.id}"}).status_code == 404
