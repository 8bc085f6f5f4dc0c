"""Guessing is slow, for unknown addresses too, survives restarts and shuts nobody out for good."""

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest
from flask import Flask

from helpbutton import clock
from helpbutton.db import db, reading
from helpbutton.errors import Invalid
from helpbutton.staff import throttling
from helpbutton.staff.models import Account
from helpbutton.staff.operations import change_password
from helpbutton.staff.queries import actor_of
from helpbutton.staff.sign_in import Code, check_password, sign_in_with_code
from helpbutton.staff.throttling import TooManyAttempts
from tests.live import PASSWORD, Person, live_settings, serve_live

WRONG = "ei tämä ole oikea sana"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def worker(live: Flask) -> Person:
    return Person(live, "wera@example.fi", "worker", "family")


def guess_until_refused(email: str) -> int:
    """How many guesses were judged."""
    for number in range(50):
        try:
            check_password(email=email, password=WRONG)
        except TooManyAttempts:
            return number
    return 50


def test_ten_guesses_in_the_first_hour_whether_the_account_exists_or_not(worker: Person) -> None:
    start, emails = clock.now(), (worker.email, "nobody@example.fi")
    judged = dict.fromkeys(emails, 0)
    for minutes in range(0, 60, 4):
        with clock.moved(start + dt.timedelta(minutes=minutes, seconds=1)):
            for email in emails:
                judged[email] += guess_until_refused(email)
    assert judged == dict.fromkeys(emails, 9)


def test_a_clock_that_was_wrong_shuts_nobody_out(worker: Person) -> None:
    with clock.moved(clock.now() + dt.timedelta(days=365)):
        guess_until_refused(worker.email)
    with clock.moved(clock.now() + dt.timedelta(minutes=13)):
        assert check_password(email=worker.email, password=PASSWORD) == worker.account_id


def test_the_answer_is_the_same_for_known_and_unknown(worker: Person) -> None:
    pages = []
    for email in (worker.email, "nobody@example.fi"):
        worker.email = email
        answers = [worker.type_password(WRONG) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [403] * 5 + [429]
        page = answers[-1].get_data(as_text=True).replace(email, "EMAIL")
        pages.append(re.sub(r'(name="token" value|data-options)="[^"]*"|\d\d?[.:]\d\d', "", page))
    assert pages[0] == pages[1]
    assert "Too many attempts" in pages[0]


def test_the_right_password_works_again_after_a_while_and_forgets_the_wrong_ones(worker: Person) -> None:
    guess_until_refused(worker.email)
    with pytest.raises(TooManyAttempts):
        check_password(email=worker.email, password=PASSWORD)
    with clock.moved(clock.now() + dt.timedelta(minutes=13)):
        assert check_password(email=worker.email, password=PASSWORD) == worker.account_id
        assert guess_until_refused(worker.email) == 5


def test_who_signed_in_here_before_gets_in_while_a_stranger_guesses(worker: Person) -> None:
    worker.sign_in()
    guess_until_refused(worker.email)
    assert worker.type_password().status_code == 200
    stranger = Person.__new__(Person)
    stranger.email, stranger.browser = worker.email, worker.app.test_client()
    assert stranger.type_password().status_code == 429


def test_a_restart_forgets_nothing(live: Flask, worker: Person, tmp_path: Path) -> None:
    guess_until_refused(worker.email)
    db.session.remove()
    shutil.copytree(tmp_path / "data", tmp_path / "restarted")
    for _app in serve_live(live_settings(tmp_path / "restarted")):
        with pytest.raises(TooManyAttempts):
            check_password(email=worker.email, password=PASSWORD)


def test_all_addresses_together_are_limited(live: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = throttling.everybody()
    small = throttling.Bucket(bucket.key, burst=3, every=dt.timedelta(minutes=1))
    monkeypatch.setattr(throttling, "everybody", lambda: small)
    for number in range(3):
        assert check_password(email=f"{number}@example.fi", password=WRONG) is None
    with pytest.raises(TooManyAttempts):
        check_password(email="fresh@example.fi", password=WRONG)


def test_codes_are_guessed_as_slowly(worker: Person) -> None:
    for _ in range(5):
        assert sign_in_with_code(account_id=worker.account_id, code=Code("000000"), browser="") is None
    with pytest.raises(TooManyAttempts):
        sign_in_with_code(account_id=worker.account_id, code=Code(worker.code()), browser="")
    with clock.moved(clock.now() + HOUR):
        assert sign_in_with_code(account_id=worker.account_id, code=Code(worker.code()), browser="")


def test_whoever_sits_at_a_browser_that_is_signed_in_guesses_the_password_as_slowly(worker: Person) -> None:
    actor, said = actor_of(reading().get_one(Account, worker.account_id)), []
    for _ in range(6):
        with pytest.raises(Invalid) as refusal:
            change_password(actor=actor, session_id=0, current=WRONG, new="kuusi uutta sanaa aamulla")
        said += [error.code for error in refusal.value.errors]
    assert said == ["wrong_password"] * 5 + ["too_often"]
