"""Signing in and out: one answer for every wrong pair, a session that ends at once."""

import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from helpbutton import clock
from tests.cast import Cast, hidden_fields
from tests.web.staff.pages import credentials


def try_sign_in(client: FlaskClient, email: str, password: str) -> TestResponse:
    fields = hidden_fields(client.get("/staff/sign-in").get_data(as_text=True))
    return client.post("/staff/sign-in", data=fields | {"email": email, "password": password})


def without_what_differs(answer: TestResponse) -> str:
    page = re.sub(r"(cara|nobody)@demo\.example", "EMAIL", answer.get_data(as_text=True))
    return re.sub(r'(name="token" value|data-options)="[^"]*"', "", page)


def test_unknown_account_and_wrong_password_get_the_same_answer(client: FlaskClient) -> None:
    known = try_sign_in(client, "cara@demo.example", "not the password")
    unknown = try_sign_in(client, "nobody@demo.example", "not the password")
    assert known.status_code == unknown.status_code == 403
    assert without_what_differs(known) == without_what_differs(unknown)
    assert "Set-Cookie" not in known.headers


def test_the_address_is_kept_and_the_password_is_not(client: FlaskClient) -> None:
    page = try_sign_in(client, "cara@demo.example", "wrong-horse").get_data(as_text=True)
    assert "cara@demo.example" in page
    assert "wrong-horse" not in page


def test_signing_in_opens_the_worklist(cast: Cast) -> None:
    browser = cast.sign_in("cara")
    page = browser.get("/staff/").get_data(as_text=True)
    assert "Cara Lind" in page


def test_signing_out_ends_the_session_at_once(cast: Cast, app: Flask) -> None:
    browser = cast.sign_in("cara")
    token = browser.get_cookie("staff")
    assert token is not None
    fields = hidden_fields(browser.get("/staff/").get_data(as_text=True))
    assert browser.post("/staff/sign-out", data=fields).status_code == 303

    thief = app.test_client()
    thief.set_cookie("staff", token.value)
    assert thief.get("/staff/").status_code == 303


def test_after_sign_in_the_wanted_page_opens(client: FlaskClient) -> None:
    refused = client.get("/staff/resting")
    assert refused.status_code == 303
    form = client.get(refused.headers["Location"]).get_data(as_text=True)
    answer = client.post("/staff/sign-in", data=hidden_fields(form) | credentials("liisa"))
    assert answer.headers["Location"] == "/staff/resting"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/staff/../x",
        "/receipt",
        "/staff//evil.example",
    ],
)
def test_no_redirect_leaves_the_staff_pages(client: FlaskClient, target: str) -> None:
    form = client.get("/staff/sign-in", query_string={"next": target}).get_data(as_text=True)
    answer = client.post("/staff/sign-in", data=hidden_fields(form) | credentials("cara"))
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/staff/"


def test_a_form_that_is_too_old_or_tampered_with_says_so_and_keeps_the_address(client: FlaskClient) -> None:
    fields = hidden_fields(client.get("/staff/sign-in").get_data(as_text=True))
    typed = {"email": "cara@demo.example", "password": "x"}
    with clock.moved(clock.now() + dt.timedelta(hours=2)):
        old = client.post("/staff/sign-in", data=fields | typed)
    broken = client.post("/staff/sign-in", data={"token": "abc", **typed})
    for answer in (old, broken):
        assert answer.status_code == 400
        assert "cara@demo.example" in answer.get_data(as_text=True)


def test_a_session_idles_out(cast: Cast) -> None:
    browser = cast.sign_in("cara")
    with clock.moved(clock.now() + dt.timedelta(minutes=31)):
        assert browser.get("/staff/").status_code == 303


def test_before_sign_in_the_browser_chooses_the_language(client: FlaskClient) -> None:
    swedish = client.get("/staff/sign-in", headers={"Accept-Language": "sv"}).get_data(as_text=True)
    asked = client.get("/staff/sign-in?lang=en", headers={"Accept-Language": "sv"}).get_data(as_text=True)
    assert '<html lang="sv"' in swedish
    assert '<html lang="en"' in asked
