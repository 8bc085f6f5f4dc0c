"""The case page over HTTP: looks on record, moves, double sending, stale forms, hostile texts."""

import re
import uuid
from collections.abc import Callable
from html import unescape

import pytest
from markupsafe import escape
from sqlalchemy import func, select

from helpbutton.cases.models import Contact
from helpbutton.conversation.models import Message, Note
from helpbutton.db import transaction
from tests.cast import MORNINGS, PHONE, Cast, hidden_fields
from tests.web.public.browser import visit
from tests.web.staff.pages import (
    audit_lines,
    case_row,
    case_url,
    numbers_listed,
    post,
    propose,
    read,
    send_case,
    send_form,
    stored,
    visible_text,
)

Drain = Callable[[], int]


def count(table: type[Message] | type[Note]) -> int:
    return stored().scalar(select(func.count()).select_from(table)) or 0


def test_the_page_shows_the_words_and_every_look_is_on_record(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain, contact={"name": "Aino Testinen"})
    cara = cast.sign_in("cara")
    for look in (1, 2):
        page = read(cara, case_url(number))
        assert MORNINGS in page
        assert "Aino Testinen" in page
        assert audit_lines(cast, "cara", "view") == look


def test_a_case_of_another_desk_and_an_unknown_one_answer_alike(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    dan = cast.sign_in("dan")
    hidden, unknown = dan.get(case_url(number)), dan.get(case_url("0000-0000"))
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.data == unknown.data
    assert audit_lines(cast, "dan", "view") == 0


@pytest.mark.usefixtures("app_on_both")
@pytest.mark.parametrize("number", ["%00%00%00%00-0000", "x", "ÄÄÄÄ-0000", "0000-00000", "..%2f..%2fx"])
def test_what_is_not_a_number_is_not_found(cast: Cast, number: str) -> None:
    assert cast.sign_in("cara").get(case_url(number)).status_code == 404


def test_danger_is_quoted_above_everything(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain, text="Mieheni löi minua eilen ja pelkään että hän tappaa meidät.")
    page = read(cast.sign_in("cara"), case_url(number) + "?lang=en")
    notice = page[page.index("Possible danger:") : page.index('id="words"')]
    assert "löi minua" in notice


def test_why_here_is_told_in_words(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    page = visible_text(read(cast.sign_in("cara"), case_url(number) + "?lang=en"))
    why = page[page.index("Why here") :]
    assert "is the first contact for" in why
    assert "Promise:" in why


def test_how_to_reach_them_cannot_be_overlooked(cast: Cast, drain: Drain) -> None:
    contact = {"safe_to_call": False, "safe_to_text": False, "not_before": "09:00", "not_after": "16:00"}
    number = send_case(cast, drain, contact=contact, do_not_tell_guardian=True, secret_address=True)
    page = read(cast.sign_in("cara"), case_url(number) + "?lang=en")
    text = visible_text(page)
    for caution in ("Do not call", "Do not tell the guardian", "Secret address", "Do not send text messages"):
        assert caution in text
    assert "Only between 09:00 and 16:00" in text
    assert "tel:" not in page


def test_a_number_for_nudges_alone_is_never_shown(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain, contact={"nudge_only": True})
    page = read(cast.sign_in("cara"), case_url(number) + "?lang=en")
    assert PHONE not in page
    assert "40 1234567" not in page
    assert "They get a text message that says only this" in page
    with transaction() as session:
        session.scalars(select(Contact)).one().phone = None
    dropped = read(cast.sign_in("cara"), case_url(number) + "?lang=en")
    assert "They get a text message that says only this" not in dropped


@pytest.mark.usefixtures("app_on_both")
def test_take_answer_note_and_close(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    assert numbers_listed(read(cara, "/staff/")) == {number}
    taken = send_form(cara, number, "take")
    assert (taken.status_code, taken.headers["Location"]) == (303, case_url(number))
    answered = send_form(cara, number, "answer", body="Hei, soitan huomenna.")
    assert answered.headers["Location"] == f"{case_url(number)}#thread"
    assert send_form(cara, number, "note", body="Soitettu, ei vastausta.").status_code == 303

    page = read(cara, f"{case_url(number)}?lang=en")
    assert "Hei, soitan huomenna." in page
    assert 'class="entry to_family"' in page
    assert 'class="entry note"' in page
    assert "Answered the family" in page
    assert case_row(number).answered_at is not None

    assert send_form(cara, number, "close", outcome="advice_given").status_code == 303
    closed = read(cara, f"{case_url(number)}?lang=en")
    assert case_row(number).state == "closed"
    assert "/answer" not in closed
    head = closed[closed.index("case-head") : closed.index("</header>", closed.index("case-head"))]
    assert 'class="clock' not in head, "nothing is promised any more"


def test_release_gives_it_back_to_the_desk(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    send_form(cara, number, "take")
    assert send_form(cara, number, "release").status_code == 303
    assert (case_row(number).state, case_row(number).assigned_to) == ("sorted", None)


def test_who_answers_an_untaken_case_has_taken_it(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    send_form(cast.sign_in("cara"), number, "answer", body="Hei!")
    assert case_row(number).assigned_to == cast.actor("cara").account_id


@pytest.mark.parametrize(("move", "table"), [("answer", Message), ("note", Note)])
def test_sending_twice_stores_once(
    cast: Cast, drain: Drain, move: str, table: type[Message] | type[Note]
) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    fields = hidden_fields(read(cara, case_url(number))) | {"body": "Kerran vain."}
    assert [post(cara, number, move, fields).status_code for _ in range(2)] == [303, 303]
    assert count(table) == 1


def test_taking_releasing_and_closing_twice_is_harmless(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    for move in ("take", "release", "take", "close"):
        fields = hidden_fields(read(cara, case_url(number))) | {"outcome": "other"}
        assert [post(cara, number, move, fields).status_code for _ in range(2)] == [303, 303]


def test_a_stale_form_changes_nothing_and_says_so(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara, liisa = cast.sign_in("cara"), cast.sign_in("liisa")
    old = hidden_fields(read(cara, case_url(number)))
    send_form(liisa, number, "take")
    answer = post(cara, number, "close", old | {"outcome": "not_reached"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert 'role="alert"' in page
    assert 'value="not_reached" checked' in page
    assert case_row(number).state == "in_progress"
    assert case_row(number).assigned_to == cast.actor("liisa").account_id


def test_an_answer_to_a_case_closed_meanwhile_keeps_what_was_typed(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara, liisa = cast.sign_in("cara"), cast.sign_in("liisa")
    old = hidden_fields(read(cara, case_url(number)))
    send_form(liisa, number, "close", outcome="other")
    answer = post(cara, number, "answer", old | {"body": "Pitkä vastaus, kerran kirjoitettu."})
    assert answer.status_code == 409
    assert "Pitkä vastaus, kerran kirjoitettu." in answer.get_data(as_text=True)
    assert count(Message) == 0


@pytest.mark.parametrize("move", ["answer", "note"])
@pytest.mark.parametrize("body", ["", "   \n ", "ä" * 10_001])
def test_a_body_that_cannot_be_sent_comes_back_with_a_word_about_it(
    cast: Cast, drain: Drain, move: str, body: str
) -> None:
    number = send_case(cast, drain)
    answer = send_form(cast.sign_in("cara"), number, move, body=body)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="{move}-error"' in page
    assert body in page
    assert count(Message) + count(Note) == 0


def test_an_answer_of_full_length_in_any_script_arrives(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    fields = hidden_fields(read(cara, case_url(number))) | {"body": "ع" * 10_000}
    answer = cara.post(f"{case_url(number)}/answer", data=fields, content_type="multipart/form-data")
    assert answer.status_code == 303
    assert count(Message) == 1


def test_closing_needs_an_outcome(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    assert send_form(cara, number, "close").status_code == 422
    assert send_form(cara, number, "close", outcome="solved").status_code == 422
    assert case_row(number).state == "sorted"


def test_a_proposal_is_offered_on_a_ground_and_stays_here_until_the_other_desk_takes_it(
    cast: Cast, drain: Drain
) -> None:
    receipt = cast.send(may_forward=False).get_json()
    drain()
    number = receipt["number"]
    propose(number, "turku-school")
    cara, dan = cast.sign_in("cara"), cast.sign_in("dan")
    door = re.search(r'href="([^"]*/hand-over[^"]*to=[^"]*)"', read(cara, case_url(number)))
    assert door is not None
    page = read(cara, unescape(door[1]))
    chosen = re.search(r'name="to" value="(\d+)" checked', page)
    assert chosen is not None, "the proposed desk is chosen already"
    fields = hidden_fields(page[page.index('name="token"') - 200 :]) | hidden_fields(page)
    fields |= {"to": chosen[1], "why": "Koulun asia."}
    assert post(cara, number, "hand-over", fields).status_code == 422
    assert post(cara, number, "hand-over", fields | {"ground": "sender_agreed"}).status_code == 303
    assert 'id="proposal"' not in read(cara, case_url(number)), "it waits for their word"

    url = f"/staff/offers/{number}"
    assert dan.post(f"{url}/accept", data=hidden_fields(read(dan, url))).status_code == 303
    assert MORNINGS in read(dan, case_url(number))
    assert "Passed on by a person" in visible_text(read(dan, f"{case_url(number)}?lang=en"))
    read(cara, case_url(number), status=404)
    family = visit(dan.application.test_client(), "/receipt?lang=en").press(
        "open", code=receipt["receipt_code"]
    )
    assert "handed your matter over to" in family.text


def test_a_proposal_can_be_declined_once(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain, may_forward=False)
    propose(number, "turku-school")
    cara = cast.sign_in("cara")
    fields = hidden_fields(read(cara, case_url(number)))
    assert post(cara, number, "proposal", fields).status_code == 303
    assert 'id="proposal"' not in read(cara, case_url(number))
    assert post(cara, number, "proposal", fields).status_code == 409


def test_another_desk_can_move_nothing(cast: Cast, drain: Drain) -> None:
    number = send_case(cast, drain)
    cara, dan = cast.sign_in("cara"), cast.sign_in("dan")
    own = hidden_fields(read(dan, "/staff/"))
    version = hidden_fields(read(cara, case_url(number)))["version"]
    typed = own | {"version": version, "token": str(uuid.uuid4()), "body": "x", "outcome": "other"}
    for move in ("take", "release", "answer", "note", "close", "proposal"):
        assert post(dan, number, move, typed).status_code == 404
    assert case_row(number).state == "sorted"
    assert count(Message) + count(Note) == 0


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7*7 }}{% raw %}",
        "</bdi></textarea><h1>x",
        "\u202egnp.exe\u2066 https://evil.example/?a=b&c",
        "%(name)s %s %",
    ],
)
def test_the_text_of_a_stranger_is_text(cast: Cast, drain: Drain, text: str) -> None:
    number = send_case(cast, drain, text=text, existing_worker=text[:60], contact={"name": text[:60]})
    cara = cast.sign_in("cara")
    send_form(cara, number, "note", body=text)
    send_form(cara, number, "answer", body=text)
    page = read(cara, case_url(number))
    for markup in ("<script>", "<img", "<h1>x", 'href="https://evil'):
        assert markup not in page
    assert page.count(f'<bdi class="words" lang="fi">{escape(text)}</bdi>') == 1
    assert page.count(f'<bdi class="words">{escape(text)}</bdi>') == 2
    again = send_form(cara, number, "answer", body=text + "x" * 10_001)
    assert again.status_code == 422
    assert "<script>" not in again.get_data(as_text=True)
