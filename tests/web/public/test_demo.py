"""The demo's pages: houses that embed the button from another origin, and the virtual phone."""

import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.cast import MORNINGS, PHONE
from tests.web.public.browser import visit


def test_the_kindergarten_embeds_the_button_from_the_other_origin(client: FlaskClient) -> None:
    answer = client.get("/demo")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Satakielen päiväkoti" in page
    assert 'src="http://localhost:8080/button.js" data-site="demo"' in page
    assert "frame-src http://localhost:8080;" in answer.headers["Content-Security-Policy"]


def test_the_school_allows_what_the_guide_asks_for_and_no_more(client: FlaskClient) -> None:
    answer = client.get("/demo/strict")
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert policy[0] == "default-src 'none'"
    assert {"script-src http://localhost:8080", "frame-src http://localhost:8080"} <= set(policy)
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    page = answer.get_data(as_text=True)
    assert page.count("<help-button ") == page.count("/ask/demo-pargas?lang=") == 3


def test_the_club_is_an_old_xhtml_page(client: FlaskClient) -> None:
    answer = client.get("/demo/hostile")
    assert answer.mimetype == "application/xhtml+xml"
    root = ET.fromstring(answer.data)
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "fi"
    with client.get("/static/demo/club.css") as style:
        assert b"all: unset !important" in style.data


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_phone_speaks_the_language_that_was_asked_for(language: str, client: FlaskClient) -> None:
    page = client.get(f"/demo/phone?lang={language}", headers={"Accept-Language": "et"}).get_data(
        as_text=True
    )
    assert f'<html lang="{language}">' in page
    assert f'lang="{language}" hreflang="{language}" aria-current="true"' in page
    assert {f"?lang={other}" for other in ("fi", "sv", "en")} == {
        part.partition('"')[0] for part in page.split('href="') if part.startswith("?lang=")
    }


def test_the_phone_shows_whose_message_it_is_and_never_what_it_is_about(
    client: FlaskClient, drain: Callable[[], int]
) -> None:
    assert client.get("/demo/phone.json").get_json() == []
    visit(client).press("check", text=MORNINGS, phone=PHONE, safe_to_text="1").press("send")
    drain()
    messages = client.get("/demo/phone.json").get_json()
    assert {"to", "text", "at", "status"} == set(messages[0])
    assert PHONE in {message["to"] for message in messages}
    assert [message["at"] for message in messages] == sorted(message["at"] for message in messages)
    page = visit(client, "/demo/phone?lang=en").text
    assert f"Family · {PHONE}" in page
    assert "päiväkotiin" not in page
