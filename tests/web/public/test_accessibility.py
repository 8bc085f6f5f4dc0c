"""The accessibility statement and its feedback form, from every public page, without a cookie."""

import datetime as dt
import html
import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from helpbutton import clock
from helpbutton.config_dir import CONFIG_DIR
from helpbutton.db import transaction
from helpbutton.directory.queries import Installation
from helpbutton.feedback.models import Feedback
from helpbutton.web.public.accessibility import GAPS
from tests.cast import Cast, hidden_fields
from tests.rules.source import ROOT
from tests.web.public.browser import visit
from tests.web.staff.pages import read, stored, visible_text

TEXT = "Painike ei näy suurella tekstillä."


def all_feedback() -> list[Feedback]:
    return list(stored().scalars(select(Feedback).order_by(Feedback.id)))


@pytest.mark.parametrize(
    "address",
    ["/ask/demo", "/embed/demo", "/ask/nowhere", "/receipt", "/no-such-page"],
)
def test_every_public_page_leads_to_the_statement(client: FlaskClient, address: str) -> None:
    page = client.get(f"{address}?lang=en").get_data(as_text=True)
    link = re.search(r'<footer.*?href="([^"]+)"', page, re.DOTALL)
    assert link, page
    statement = client.get(html.unescape(link[1]))
    assert statement.status_code == 200
    assert "Accessibility statement" in statement.get_data(as_text=True)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_statement_says_what_the_law_asks_for(client: FlaskClient, language: str) -> None:
    answer = client.get(f"/accessibility?site=demo&lang={language}")
    assert "Set-Cookie" not in answer.headers
    page = html.unescape(visible_text(answer.get_data(as_text=True)))
    owner = {"fi": "Turun kaupunki", "sv": "Åbo stad", "en": "City of Turku"}[language]
    for words in (owner, "306/2019", "WCAG 2.1", "Traficom", "saavutettavuus@traficom.fi", "14", "2026"):
        assert words in page
    assert 'lang="' + language in answer.get_data(as_text=True)


def test_without_a_site_every_owner_is_responsible(client: FlaskClient) -> None:
    for address in (
        "/accessibility?lang=en",
        "/accessibility?site=nowhere&lang=en",
        "/accessibility?site=%00",
    ):
        page = visible_text(client.get(address).get_data(as_text=True))
        assert "Turku" in page or "Turun" in page


def test_known_gaps_are_those_of_the_document() -> None:
    document = " ".join((ROOT / "docs/accessibility.md").read_text(encoding="utf-8").split())
    assert [gap for gap in GAPS if gap not in document] == []
    assessed_on = json.loads((CONFIG_DIR / "accessibility.json").read_text("utf-8"))["assessed_on"]
    assert assessed_on in document


def test_an_unchecked_number_is_shown_in_demo_mode_only(client: FlaskClient) -> None:
    assert "029 534 5000" in client.get("/accessibility").get_data(as_text=True)
    with transaction() as session:
        session.get_one(Installation, 1).demo = False
    page = client.get("/accessibility").get_data(as_text=True)
    assert "029 534 5000" not in page
    assert "saavutettavuusvaatimukset.fi" in page


def test_feedback_is_given_without_a_name_and_arrives_once(app: Flask, cast: Cast) -> None:
    anybody = app.test_client()
    form = visit(anybody, "/accessibility/feedback?site=demo&lang=en")
    fields = form.fields | {"text": TEXT, "step": "send"}
    for _ in range(2):
        answer = anybody.post("/accessibility/feedback?site=demo", data=fields)
        assert answer.status_code == 200
        assert "Your feedback has arrived" in answer.get_data(as_text=True)
        assert "Set-Cookie" not in answer.headers
    assert len(all_feedback()) == 1
    with_contact = visit(anybody, "/accessibility/feedback?lang=sv").press(
        "send", text="Muu", contact="+358401234567"
    )
    assert with_contact.status == 200
    assert [(row.language, row.site_id is None) for row in all_feedback()] == [("en", False), ("sv", True)]


def test_other_words_in_a_form_that_was_sent_are_not_lost(client: FlaskClient) -> None:
    form = visit(client, "/accessibility/feedback?lang=en")
    assert form.press("send", text=TEXT).status == 200
    again = form.press("send", text="Ja vielä tämä.")
    assert again.status == 409
    assert again.fields["text"] == "Ja vielä tämä."
    assert again.press("send").status == 200
    assert len(all_feedback()) == 2


def test_a_language_is_switched_without_losing_text(client: FlaskClient) -> None:
    form = visit(client, "/accessibility/feedback?lang=en")
    switched = form.press("fi", name="switch", text=TEXT, contact="x@example.fi")
    assert 'lang="fi"' in switched.html
    assert (switched.fields["text"], switched.fields["contact"]) == (TEXT, "x@example.fi")
    assert switched.fields["form_token"] == form.fields["form_token"]
    assert all_feedback() == []


def test_nothing_is_taken_without_words_or_with_a_forged_form(client: FlaskClient) -> None:
    form = visit(client, "/accessibility/feedback?lang=en")
    empty = form.press("send", text=" ")
    assert empty.status == 422
    assert 'id="text-error"' in empty.html
    forged = form.press("send", text=TEXT, form_token="forged")
    assert (forged.status, forged.fields["text"]) == (400, TEXT)
    of_a_request = visit(client, "/ask/demo").fields["form_token"]
    assert form.press("send", text=TEXT, form_token=of_a_request).status == 400
    assert form.press("send", text="a\x00b").status == 200
    assert len(all_feedback()) == 1


def test_an_old_form_still_arrives_once(client: FlaskClient) -> None:
    form = visit(client, "/accessibility/feedback?lang=en")
    with clock.moved(clock.now() + dt.timedelta(hours=5)):
        assert form.press("send", text=TEXT).status == 200
        assert form.press("send", text=TEXT).status == 200
    assert len(all_feedback()) == 1


def test_administrators_answer_it_and_the_clock_stops(app: Flask, cast: Cast) -> None:
    visit(app.test_client(), "/accessibility/feedback").press("send", text=TEXT, contact="<b>aino</b>")
    eve = cast.sign_in("eve")
    with clock.moved(clock.now() + dt.timedelta(minutes=1)):
        page = read(eve, "/staff/feedback?lang=en")
    assert TEXT in page
    assert "&lt;b&gt;aino&lt;/b&gt;" in page
    assert 'Manage <span class="count">1</span>' in page
    (row,) = all_feedback()
    fields = hidden_fields(page)
    for _ in range(2):
        assert eve.post(f"/staff/feedback/{row.id}", data=fields).status_code == 303
    assert eve.post(f"/staff/feedback/{row.id + 1}", data=fields).status_code == 404
    page = read(eve, "/staff/feedback?lang=en")
    assert "clock-kept" in page
    assert 'class="count"' not in page


@pytest.mark.parametrize("first_name", ["cara", "liisa", "kim", "aada", "saga"])
def test_nobody_else_reads_it(cast: Cast, first_name: str) -> None:
    browser = cast.sign_in(first_name)
    fields = hidden_fields(read(browser, "/staff/feedback", status=403))
    assert browser.post("/staff/feedback/1", data=fields).status_code == 403
