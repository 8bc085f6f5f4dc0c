"""Links work once and not for long; what they carry stands in no address and no log."""

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from helpbutton import clock
from helpbutton.db import db, reading
from helpbutton.errors import NotFound
from helpbutton.staff import invitations
from helpbutton.staff.models import Link
from helpbutton.staff.operations import add_account
from tests.cast import hidden_fields
from tests.fakes.mail import mail_server
from tests.live import PASSWORD, Person, live_settings, serve_live, words_of

EMAIL = "uusi@example.fi"


@pytest.fixture
def account_id(live: Flask) -> int:
    return add_account(email=EMAIL, name="Uusi Väki", password=None, role="worker", scopes=("family",))


def open_link(browser: FlaskClient, secret: str) -> TestResponse:
    page = browser.get("/staff/invitation?lang=en").get_data(as_text=True)
    return browser.post("/staff/invitation?lang=en", data=hidden_fields(page) | {"secret": secret})


def choose(browser: FlaskClient, page: str, password: str) -> TestResponse:
    token = hidden_fields(page)["token"]
    return browser.post("/staff/invitation/accept?lang=en", data={"token": token, "password": password})


def test_an_invitation_leads_to_a_password_and_a_second_factor(live: Flask, account_id: int) -> None:
    browser, secret = live.test_client(), invitations.invite(email=EMAIL)
    shown = open_link(browser, f"https://apua.example.fi/staff/invitation#{secret}")
    assert "Welcome, Uusi Väki" in words_of(shown)
    short = choose(browser, shown.get_data(as_text=True), "lyhyt")
    assert short.status_code == 422
    own = choose(browser, short.get_data(as_text=True), "UusiVäki-uusi@example1")
    assert "easy to guess" in words_of(own)
    done = choose(browser, own.get_data(as_text=True), PASSWORD)
    assert "Choose your second step" in words_of(done)
    assert browser.get("/staff/").status_code == 303, "not before the second factor"
    assert choose(browser, shown.get_data(as_text=True), PASSWORD + "x").status_code == 404
    assert "used already or is too old" in words_of(open_link(browser, secret))


def test_a_link_expires_and_a_new_one_ends_it(account_id: int) -> None:
    first = invitations.invite(email=EMAIL)
    second = invitations.invite(email=EMAIL)
    with pytest.raises(NotFound):
        invitations.invited(first)
    assert invitations.invited(second).email == EMAIL
    with clock.moved(clock.now() + dt.timedelta(days=7, minutes=1)), pytest.raises(NotFound):
        invitations.accept(token=second, password=PASSWORD)


def test_the_database_holds_no_secret_of_a_link(account_id: int) -> None:
    secret = invitations.invite(email=EMAIL)
    assert secret.encode() not in reading().scalars(select(Link.token_hash)).all()


def test_a_link_for_a_new_password_leaves_the_second_factor(live: Flask) -> None:
    person = Person(live, "wera@example.fi", "worker", "family")
    person.sign_in()
    secret = invitations.invite(email=person.email)
    assert invitations.invited(secret).purpose == "password"
    with clock.moved(clock.now() + dt.timedelta(hours=25)), pytest.raises(NotFound):
        invitations.invited(secret)
    other = live.test_client()
    page = open_link(other, secret).get_data(as_text=True)
    asked = choose(other, page, "aivan uusi lause tähän paikkaan")
    assert "The six digits that your app shows now" in words_of(asked)
    assert other.get("/staff/").status_code == 303
    db.session.remove()
    assert person.browser.get("/staff/").status_code == 303, "sessions of the old password have ended"


def test_with_a_mail_server_the_link_is_sent_and_not_shown(live_data: Path, tmp_path: Path) -> None:
    shutil.copytree(live_data, tmp_path / "data")
    with mail_server() as (url, mailbox):
        mail = {"smtp_url": url, "email_from": "Apua <apua@example.fi>"}
        for app in serve_live(live_settings(tmp_path / "data", **mail)):
            boss = Person(app, "eve@example.fi", "administrator", "county")
            boss.sign_in()
            role = re.search(r"worker@service:\d+", boss.browser.get("/staff/members").get_data(as_text=True))
            assert role is not None
            typed = {"email": EMAIL, "name": "Uusi Väki", "language": "en", "role_at": role[0]}
            sent = boss.post("/staff/members/invite?lang=en", **typed)
            assert f"It was sent to {EMAIL}" in words_of(sent)
            assert "invitation#" not in sent.get_data(as_text=True)
            (letter,) = mailbox.letters
            body = letter.message.get_payload(decode=True)
            assert isinstance(body, bytes)
            link = re.search(r"/staff/invitation#(\S{43})", body.decode())
            assert link is not None
            person = invitations.invited(link[1])
            assert person.email == letter.to == EMAIL
            mailbox.answer = "451 later"
            shown = boss.post(f"/staff/members/{person.account_id}/link?lang=en")
            assert "/staff/invitation#" in shown.get_data(as_text=True)


def test_a_made_up_link_says_the_same_as_a_used_one(live: Flask, account_id: int) -> None:
    browser, secret = live.test_client(), invitations.invite(email=EMAIL)
    invitations.accept(token=secret, password=PASSWORD)
    answers = [open_link(browser, given) for given in (secret, "made-up", "")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({words_of(answer) for answer in answers}) == 1
