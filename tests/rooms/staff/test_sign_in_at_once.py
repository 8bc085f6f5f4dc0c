"""What many send at once counts once, on both databases."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from flask import Flask
from passlib.totp import TOTP
from sqlalchemy import func, select

from helpbutton import clock
from helpbutton.db import db, reading
from helpbutton.staff import second_factor, throttling
from helpbutton.staff.models import StaffSession
from helpbutton.staff.sign_in import Code, check_password, sign_in_with_code
from helpbutton.staff.throttling import TooManyAttempts
from tests.cast import Cast

EARLIER = dt.timedelta(seconds=90)


def code_of(secret: str) -> str:
    return str(TOTP(key=secret).generate(time=int(clock.now().timestamp())).token)


def at_once(app: Flask, times: int, work: Callable[[], object]) -> list[object]:
    """What each of so many threads got, or the name of its error."""
    results: list[object] = []
    together = threading.Barrier(times)

    def run() -> None:
        with app.app_context():
            together.wait()
            try:
                results.append(work())
            except TooManyAttempts:
                results.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def secret(app_on_both: Flask, cast: Cast) -> str:
    """Of an app that Cara has used before."""
    made = second_factor.new_secret()
    with clock.moved(clock.now() - EARLIER):
        second_factor.start_codes(account_id=cast.actor("cara").account_id, secret=made, code=code_of(made))
    return made


def test_a_code_opens_one_session(app_on_both: Flask, cast: Cast, secret: str) -> None:
    account_id, code = cast.actor("cara").account_id, Code(code_of(secret))
    got = at_once(app_on_both, 5, lambda: sign_in_with_code(account_id=account_id, code=code, browser=""))
    assert len([token for token in got if token not in (None, "refused")]) == 1
    db.session.remove()
    assert reading().scalar(select(func.count()).select_from(StaffSession)) == 1


def test_eight_guesses_at_once_are_five(app_on_both: Flask) -> None:
    got = at_once(
        app_on_both, 8, lambda: check_password(email="new@example.fi", password="ei tämä ole oikea")
    )
    assert sorted(map(str, got)) == ["None"] * 5 + ["refused"] * 3
    with pytest.raises(TooManyAttempts):
        throttling.charge(throttling.guesses("password", "new@example.fi"))
