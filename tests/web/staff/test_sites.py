"""Pages with a button: who keeps them, what is refused, and what the public form makes of it."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from helpbutton.audit.models import AuditEntry
from helpbutton.directory.models import Site
from helpbutton.vault import sealing
from tests.cast import MORNINGS, Cast, hidden_fields
from tests.web.public.browser import visit
from tests.web.staff.pages import read, send_case, stored, visible_text

ORIGIN = "https://www.example.fi"
FILLED: dict[str, Any] = {
    "name_fi": "Metsäpolun koulu",
    "name_sv": "Skogsstigens skola",
    "name_en": "Forest Path school",
    "municipality": "853",
    "origins": ORIGIN,
    "active": "1",
    "first_language": "sv",
    "languages": ["fi", "sv"],
    "topics": [],
    "promise_fi": "Voit myös soittaa rehtorille.",
    "promise_sv": "",
    "promise_en": "",
    "phone": "02 262 7000",
    "colour": "#8B1A1A",
    "position": "inline",
}


def create(browser: FlaskClient, key: str = "metsapolku", **changes: Any) -> TestResponse:
    fields = hidden_fields(read(browser, "/staff/new-site?lang=en"))
    return browser.post("/staff/new-site?lang=en", data=fields | FILLED | {"key": key} | changes)


def save(browser: FlaskClient, key: str, **changes: Any) -> TestResponse:
    fields = hidden_fields(read(browser, f"/staff/sites/{key}?lang=en"))
    return browser.post(f"/staff/sites/{key}?lang=en", data=fields | FILLED | changes)


def site_row(key: str) -> Site:
    site = stored().scalar(select(Site).where(Site.key == key))
    assert site is not None
    return site


def actions_about(key: str) -> list[str]:
    subject = sealing.pseudonym("site", site_row(key).id)
    return list(
        stored().scalars(
            select(AuditEntry.action).where(AuditEntry.subject == subject).order_by(AuditEntry.id)
        )
    )


@pytest.mark.parametrize("first_name", ["eve", "saga"])
def test_an_editor_registers_a_page_and_gets_the_snippet(cast: Cast, first_name: str) -> None:
    browser = cast.sign_in(first_name)
    answer = create(browser)
    assert answer.status_code == 303
    row = site_row("metsapolku")
    owner = {"eve": "varha", "saga": "turku"}[first_name]
    assert row.organisation.key == owner
    assert (row.origins, row.languages, row.topics) == ([ORIGIN], ["sv", "fi"], [])
    assert (row.colour, row.position, row.phone, row.active) == ("#8b1a1a", "inline", "+35822627000", True)
    assert row.promise_texts == {"fi": "Voit myös soittaa rehtorille."}
    assert actions_about("metsapolku") == ["create_site"]
    page = read(browser, answer.location)
    snippets = re.findall(r'<textarea id="snippet-\w+"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert [snippet.count("http://localhost:") for snippet in snippets] == [1, 2, 1]
    assert "data-site=&#34;metsapolku&#34;" in snippets[0]
    assert "data-color=&#34;#8b1a1a&#34; data-position=&#34;inline&#34;" in snippets[0]
    assert "&lt;help-button site=&#34;metsapolku&#34; color=&#34;#8b1a1a&#34; phone=" in snippets[1]
    assert "/ask/metsapolku&#34;&gt;Be om hjälp&lt;/a&gt;" in snippets[2]
    assert "Metsäpolun koulu" in read(browser, "/staff/sites?lang=fi")


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"key": "Metsä polku"}, "key", "Use small letters"),
        ({"key": "ab"}, "key", "at least 3"),
        ({"key": "demo"}, "key", "in use already"),
        ({"name_sv": " "}, "name_sv", "This is missing"),
        ({"municipality": "999"}, "municipality", "not known"),
        ({"municipality": "478"}, "municipality", "does not serve"),
        ({"origins": "http://www.example.fi"}, "origins", "no encryption"),
        ({"origins": "https://www.example.fi/koulut"}, "origins", "write only https://www.example.fi."),
        ({"origins": f"{ORIGIN}\nexample"}, "origins", "example is not an address"),
        ({"origins": "https://a.fi; script-src *"}, "origins", "is not an address"),
        ({"colour": "red"}, "colour", "Write the colour"),
        ({"position": "top"}, "position", "not known"),
        ({"phone": "12"}, "phone", "does not look like a phone number"),
        ({"topics": ["bullying", "gossip"]}, "topics", "not known"),
        ({"first_language": "tlh"}, "languages", "not known"),
        ({"promise_en": "x" * 241}, "promise_en", "240 characters"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_stored(
    cast: Cast, changes: dict[str, Any], field: str, words: str
) -> None:
    answer = create(cast.sign_in("saga"), **changes)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    at_field = re.search(rf'id="{field}-error">([^<]*)', page)
    assert at_field, page
    assert words in at_field[1]
    assert 'value="Metsäpolun koulu"' in page, "what was typed stays"
    assert stored().scalar(select(Site).where(Site.names["fi"].as_string() == "Metsäpolun koulu")) is None


def test_everything_that_is_wrong_is_said_at_once(cast: Cast) -> None:
    page = create(cast.sign_in("saga"), key="!", colour="red", origins="nowhere\nhttp://a.fi").get_data(
        as_text=True
    )
    assert len(re.findall(r'class="field-error"', page)) == 4


def test_a_stale_page_overwrites_nothing(cast: Cast) -> None:
    first, second = cast.sign_in("saga"), cast.sign_in("saga")
    create(first)
    old = hidden_fields(read(first, "/staff/sites/metsapolku"))
    assert save(second, "metsapolku", name_fi="Uusi nimi").status_code == 303
    late = first.post("/staff/sites/metsapolku?lang=en", data=old | FILLED | {"name_fi": "Vanha nimi"})
    assert late.status_code == 409
    assert site_row("metsapolku").names["fi"] == "Uusi nimi"
    page = late.get_data(as_text=True)
    assert "Nothing of yours was saved" in page
    assert 'value="Vanha nimi"' in page
    assert actions_about("metsapolku") == ["create_site", "change_site"]
    again = first.post(
        "/staff/sites/metsapolku", data=hidden_fields(page) | FILLED | {"name_fi": "Vanha nimi"}
    )
    assert again.status_code == 303, "saving once more is a decision"


def test_a_wrong_and_stale_page_stays_stale(cast: Cast) -> None:
    first, second = cast.sign_in("saga"), cast.sign_in("saga")
    create(first)
    old = hidden_fields(read(first, "/staff/sites/metsapolku"))
    save(second, "metsapolku", name_fi="Uusi nimi")
    wrong = first.post("/staff/sites/metsapolku", data=old | FILLED | {"colour": "red"})
    assert wrong.status_code == 422
    fields = hidden_fields(wrong.get_data(as_text=True))
    assert first.post("/staff/sites/metsapolku", data=fields | FILLED).status_code == 409


def test_saving_without_a_change_is_no_change(cast: Cast) -> None:
    saga = cast.sign_in("saga")
    create(saga)
    version = site_row("metsapolku").version
    assert save(saga, "metsapolku").status_code == 303
    assert (site_row("metsapolku").version, actions_about("metsapolku")) == (version, ["create_site"])


@pytest.mark.parametrize("first_name", ["cara", "dan", "liisa", "kim", "aada"])
def test_others_keep_no_sites(cast: Cast, first_name: str) -> None:
    browser = cast.sign_in(first_name)
    fields = hidden_fields(read(browser, "/staff/sites", status=403))
    assert "/staff/sites" not in read(browser, "/staff/?lang=en")
    assert browser.get("/staff/new-site").status_code == 403
    assert browser.post("/staff/new-site", data=fields | FILLED | {"key": "metsapolku"}).status_code == 403
    for method in ("GET", "POST"):
        for address in ("/staff/sites/demo", "/staff/sites/demo/preview"):
            assert browser.open(address, method=method, data=fields | FILLED).status_code == 404


def test_sites_of_other_organisations_stay_theirs(cast: Cast) -> None:
    eve = cast.sign_in("eve")
    fields = hidden_fields(read(eve, "/staff/new-site"))
    assert "demo" not in read(eve, "/staff/sites")
    assert eve.get("/staff/sites/demo").status_code == 404
    assert eve.post("/staff/sites/demo", data=fields | FILLED | {"version": "1"}).status_code == 404
    assert create(eve, organisation=str(site_row("demo").organisation_id)).status_code == 422


def test_keeping_a_site_shows_no_case(cast: Cast, drain: Any) -> None:
    number = send_case(cast, drain)
    saga = cast.sign_in("saga")
    assert "No cases for this role" in read(saga, "/staff/?lang=en")
    assert saga.get(f"/staff/cases/{number}").status_code == 404
    for address in ("/staff/sites", "/staff/sites/demo", "/staff/sites/demo/preview"):
        page = read(saga, address)
        assert number not in page
        assert MORNINGS not in page
    assert saga.get("/staff/feedback").status_code == 403


def test_use_is_counted_and_small_numbers_are_hidden(app: Flask, cast: Cast) -> None:
    saga = cast.sign_in("saga")

    def use() -> str:
        return visible_text(read(saga, "/staff/sites/demo?lang=en"))

    assert "Last opened never" in use()
    assert "Last request never" in use()
    cast.send()
    assert "Last opened never" in use(), "the JSON API posts without opening the form"
    assert "Last request never" not in use()
    assert "Requests in 7 days fewer than 5" in use()
    for _ in range(4):
        cast.send()
    assert "Requests in 7 days 5" in use()
    app.test_client().get("/embed/demo").close()
    assert "Last opened never" not in use()


def test_the_form_and_the_api_follow_the_site(app: Flask, cast: Cast) -> None:
    saga, anybody = cast.sign_in("saga"), app.test_client()
    sentence = "Kysy <b>lisää</b> koulusta."
    create(saga, topics=["bullying", "school_absence"], promise_fi=sentence)
    form = visit(anybody, "/ask/metsapolku?lang=fi")
    assert sentence.replace("<", "&lt;").replace(">", "&gt;") in form.html
    assert sentence not in form.html
    described = anybody.get("/api/v1/sites/metsapolku?lang=fi").get_json()
    assert {topic["id"] for topic in described["topics"]} == set(site_row("metsapolku").topics)
    offered = set(re.findall(r'<option value="([a-z_]+)"', form.html.partition('name="topic"')[2]))
    assert "bullying" in offered
    assert not offered & {"pregnancy", "sleep", "money"}
    assert (described["promise_text"], described["active"]) == (sentence, True)
    assert described["languages"][0] == "sv"
    framing = anybody.get("/embed/metsapolku").headers["Content-Security-Policy"]
    assert f"frame-ancestors {ORIGIN} " in framing


def test_a_closed_site_says_so_and_loses_no_text(app: Flask, cast: Cast) -> None:
    saga, anybody = cast.sign_in("saga"), app.test_client()
    create(saga, languages=["en"])
    opened = visit(anybody, "/ask/metsapolku?lang=en")
    key = "6f1c1c6e-2a5c-4a39-9c4b-0d8b2f1d5a11"
    before = cast.send(key=key, site="metsapolku")
    assert save(saga, "metsapolku", active=None, languages=["en"]).status_code == 303
    assert actions_about("metsapolku")[-1] == "close_site"

    closed = visit(anybody, "/ask/metsapolku?lang=en")
    assert closed.status == 200
    assert "takes no more messages" in closed.text
    assert "112" in closed.text
    assert "Southwest Finland" in closed.text
    assert "<textarea" not in closed.html
    framing = anybody.get("/embed/metsapolku").headers["Content-Security-Policy"]
    assert ORIGIN in framing, "the dialog shows it too"
    described = anybody.get("/api/v1/sites/metsapolku").get_json()
    assert (described["active"], described["promise"]) == (False, None)
    refused = cast.send(site="metsapolku")
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["field"] == "site"
    assert cast.send(key=key, site="metsapolku").get_json() == before.get_json()
    summary = anybody.post(
        "/ask/metsapolku", data=opened.fields | {"text": MORNINGS, "step": "check"}
    ).get_data(as_text=True)
    assert MORNINGS in summary, "a form that was open before is still taken"


def test_the_preview_is_the_very_button_as_typed(cast: Cast) -> None:
    saga = cast.sign_in("saga")
    create(saga)
    saved = saga.get("/staff/sites/metsapolku/preview?lang=en")
    page = saved.get_data(as_text=True)
    assert 'src="/button.js" data-site="metsapolku" data-lang="sv"' in page
    assert 'data-position="inline" data-color="#8b1a1a"' in page
    assert "Text on the button: white, contrast 9" in page
    policy = saved.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'; frame-src 'self'" in policy
    form = saga.get("/staff/sites/metsapolku").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'; frame-src 'self'" in form
    typed = {"colour": "#FFEE00", "position": "floating-left", "first_language": "fi"}
    fields = hidden_fields(read(saga, "/staff/sites/metsapolku"))
    for answer in (
        saga.get("/staff/sites/metsapolku/preview", query_string=typed | {"lang": "en"}),
        saga.post("/staff/sites/metsapolku/preview?lang=en", data=fields | typed),
    ):
        page = answer.get_data(as_text=True)
        assert 'data-lang="fi" data-position="floating-left" data-color="#ffee00"' in page
        assert "Text on the button: black" in page
    nonsense = {"colour": '"><script>', "position": "up", "first_language": "xx"}
    page = saga.get("/staff/sites/metsapolku/preview", query_string=nonsense).get_data(as_text=True)
    assert 'data-lang="sv" data-position="inline" data-color="#8b1a1a"' in page
