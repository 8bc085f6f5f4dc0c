"""A small installation that is not a demo: one organisation with two desks, another with one, and nobody yet."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from werkzeug.test import TestResponse

from helpbutton import bell, clock, migrate
from helpbutton.app import create_bare
from helpbutton.db import db, transaction
from helpbutton.directory import operations as directory
from helpbutton.directory.models import Organisation, Service
from helpbutton.settings import Settings
from helpbutton.staff import second_factor
from helpbutton.staff.operations import add_account
from helpbutton.vault import keystore
from helpbutton.web.application import create_app
from tests.cast import FreshClient, hidden_fields
from tests.pool import given_back

PASSWORD = "neljä sanaa peräkkäin iltaisin"
HOST = "https://apua.example.fi"
EARLIER = dt.timedelta(seconds=90)
"""Before now, so that the code of this moment is not used yet."""
DESKS = {"county": ("family", "youth"), "town": ("school",)}


def live_settings(data_dir: Path, **changes: Any) -> Settings:
    """Settings that production accepts."""
    secrets = data_dir / "secrets"
    return Settings(
        data_dir=data_dir,
        redis_url="none",
        base_url=HOST,
        sms="console",
        secret_key_file=secrets / "secret-key",
        kek_file=secrets / "key-store.json",
        **changes,
    )


def prepare_live(data_dir: Path) -> None:
    """A migrated database with reference data, keys, two organisations and their desks."""
    config = live_settings(data_dir)
    app = create_bare(config)
    keystore.create_missing(config.secret_key_path, config.key_store_path)
    with app.app_context():
        migrate.upgrade()
        directory.initialise()
        with transaction() as session:
            for key, desks in DESKS.items():
                owner = Organisation(key=key, kind="county", names={"fi": key.title()})
                session.add(owner)
                session.flush()
                session.add_all(_desk(owner.id, desk) for desk in desks)
        db.session.remove()
        db.engine.dispose()


def serve_live(config: Settings) -> Iterator[Flask]:
    """The web application over it, its context pushed."""
    app = create_app(config)
    app.config["PREFERRED_URL_SCHEME"] = "https"
    app.test_client_class = FreshClient
    with app.app_context():
        try:
            yield app
            given_back()
        finally:
            db.session.remove()
            db.engine.dispose()
    bell.install(None)


class Person:
    """Somebody with an account, their phone with the app and their browser."""

    def __init__(self, app: Flask, email: str, role: str, *scopes: str, factor: bool = True) -> None:
        self.app, self.email, self.secret = app, email, second_factor.new_secret()
        self.account_id = add_account(
            email=email, name=email.partition("@")[0].title(), password=PASSWORD, role=role, scopes=scopes
        )
        self.recovery_codes: list[str] = []
        self.browser: FlaskClient = app.test_client()
        if factor:
            with clock.moved(clock.now() - EARLIER):
                self.recovery_codes = second_factor.start_codes(
                    account_id=self.account_id, secret=self.secret, code=self.code()
                )

    def code(self) -> str:
        """What the app shows now."""
        return str(TOTP(key=self.secret).generate(time=int(clock.now().timestamp())).token)

    def type_password(self, password: str = PASSWORD) -> TestResponse:
        """Open the sign-in page and send it."""
        page = self.browser.get("/staff/sign-in?lang=en").get_data(as_text=True)
        typed = {"email": self.email, "password": password}
        return self.browser.post("/staff/sign-in?lang=en", data=hidden_fields(page) | typed)

    def sign_in(self) -> FlaskClient:
        """Password and code; the browser is signed in."""
        page = self.type_password().get_data(as_text=True)
        answer = self.send_code(page, self.code())
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return self.browser

    def send_code(self, page: str, code: str) -> TestResponse:
        """Answer the page that asks for a second factor."""
        return self.browser.post(
            "/staff/sign-in/second-factor?lang=en", data={"token": hidden_fields(page)["token"], "code": code}
        )

    def post(self, address: str, **typed: str) -> TestResponse:
        """Send a form of the signed-in browser."""
        page = self.browser.get("/staff/account").get_data(as_text=True)
        token = hidden_fields(page)["csrf_token"]
        return self.browser.post(address, data={"csrf_token": token, **typed})


def words_of(answer: TestResponse) -> str:
    """The page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def _desk(organisation_id: int, key: str) -> Service:
    return Service(
        key=key,
        organisation_id=organisation_id,
        kind="family_guidance",
        names={"fi": key.title()},
        languages=["fi"],
        interpreters=False,
        hours={},
        open_on_holidays=False,
        closures=[],
        promise_days=2,
        promise_channel="phone",
        alert_spacing_s=60,
        kinds=[],
    )
