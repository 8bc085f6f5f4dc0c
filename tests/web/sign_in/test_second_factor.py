"""Outside demo mode nothing opens without a second factor, and no code is taken twice."""

import datetime as dt
import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpbutton import clock
from helpbutton.db import db, reading
from helpbutton.staff.models import Account, RecoveryCode, StaffSession
from helpbutton.staff.second_factor import factors_of
from helpbutton.staff.sign_in import Code, sign_in_with_code
from tests.cast import hidden_fields
from tests.live import PASSWORD, Person, words_of

SECRET = re.compile(r'class="secret">([A-Z2-7 ]+)<')


@pytest.fixture
def worker(live: Flask) -> Person:
    return Person(live, "wera@example.fi", "worker", "family")


def sessions() -> int:
    db.session.remove()
    return reading().scalar(select(func.count()).select_from(StaffSession)) or 0


def test_a_password_alone_opens_nothing(worker: Person) -> None:
    asked = worker.type_password()
    assert asked.status_code == 200
    assert "Set-Cookie" not in asked.headers
    assert worker.browser.get("/staff/").status_code == 303
    assert sessions() == 0


def test_password_and_code_open_the_pages(worker: Person) -> None:
    assert worker.sign_in().get("/staff/account").status_code == 200
    cookie = worker.browser.get_cookie("__Host-staff", domain="localhost", path="/")
    assert cookie is not None
    assert (cookie.secure, cookie.http_only, cookie.same_site) == (True, True, "Strict")


def test_a_wrong_code_is_told_and_asked_again(worker: Person) -> None:
    page = worker.type_password().get_data(as_text=True)
    wrong = worker.send_code(page, "000000")
    assert wrong.status_code == 403
    assert "wrong, too old or was used already" in words_of(wrong)
    assert worker.send_code(wrong.get_data(as_text=True), worker.code()).status_code == 303


def test_the_first_sign_in_sets_up_a_second_factor_and_shows_recovery_codes_once(live: Flask) -> None:
    new = Person(live, "uusi@example.fi", "worker", "family", factor=False)
    page = new.type_password().get_data(as_text=True)
    found = SECRET.search(page)
    assert found is not None
    new.secret = found[1].replace(" ", "")
    assert new.browser.get("/staff/").status_code == 303
    token = hidden_fields(page)["token"]
    wrong = new.browser.post("/staff/sign-in/set-up?lang=en", data={"token": token, "code": "000000"})
    assert wrong.status_code == 422
    assert found[1] in wrong.get_data(as_text=True), "the app that was read already stays right"
    token = hidden_fields(wrong.get_data(as_text=True))["token"]
    shown = new.browser.post("/staff/sign-in/set-up?lang=en", data={"token": token, "code": new.code()})
    codes = re.findall(r"<code>([0-9A-Z-]{19})</code>", shown.get_data(as_text=True))
    assert len(set(codes)) == 10
    assert new.browser.get("/staff/account").status_code == 200
    assert factors_of(new.account_id).recovery_codes == 10


def test_setting_up_is_no_way_around_a_factor_that_is_there(worker: Person) -> None:
    page = worker.type_password().get_data(as_text=True)
    token = hidden_fields(page)["token"]
    answer = worker.browser.post("/staff/sign-in/set-up", data={"token": token, "code": worker.code()})
    assert answer.status_code == 400
    assert sessions() == 0


def test_the_code_before_one_that_was_used_is_no_longer_taken(worker: Person) -> None:
    before = worker.code()
    with clock.moved(clock.now() + dt.timedelta(seconds=30)):
        assert sign_in_with_code(account_id=worker.account_id, code=Code(worker.code()), browser="")
        assert sign_in_with_code(account_id=worker.account_id, code=Code(before), browser="") is None


def test_a_recovery_code_works_once_however_it_is_typed(worker: Person) -> None:
    typed = worker.recovery_codes[0].lower().replace("-", " ")
    assert sign_in_with_code(account_id=worker.account_id, code=Code(typed), browser="")
    assert sign_in_with_code(account_id=worker.account_id, code=Code(typed), browser="") is None
    assert factors_of(worker.account_id).recovery_codes == 9


def test_neither_secret_nor_codes_stand_in_the_database(live: Flask, worker: Person) -> None:
    account = reading().get_one(Account, worker.account_id)
    assert worker.secret.encode() not in (account.totp_secret or b"")
    hashes = reading().scalars(select(RecoveryCode.code_hash)).all()
    plain = {code.replace("-", "").encode() for code in worker.recovery_codes}
    assert len(set(hashes)) == 10
    assert not plain & set(hashes)


def test_a_step_of_somebody_elses_password_or_too_old_is_refused(live: Flask, worker: Person) -> None:
    page = worker.type_password().get_data(as_text=True)
    with clock.moved(clock.now() + dt.timedelta(minutes=11)):
        late = worker.send_code(page, worker.code())
    assert late.status_code == 400
    door = hidden_fields(worker.browser.get("/staff/sign-in").get_data(as_text=True))["token"]
    other = worker.browser.post("/staff/sign-in/second-factor", data={"token": door, "code": worker.code()})
    assert other.status_code == 400
    assert sessions() == 0


def test_a_password_is_pasted_long_and_kept_whole(live: Flask) -> None:
    person = Person(live, "pitka@example.fi", "worker", "family", factor=False)
    assert person.type_password(PASSWORD[:-1]).status_code == 403
    assert person.type_password(PASSWORD + " ").status_code == 403
    assert person.type_password().status_code == 200
