"""The standing cast: Aino (a parent), Bo (a professional), Cara (the right desk), Dan (another desk, must see nothing),
Liisa (a lead), Eve (an administrator), Kim (a coordinator), Aada (an auditor) and Saga (a site editor)."""

import contextvars
import json
import re
import uuid
from pathlib import Path
from typing import Any

from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from helpbutton.db import reading
from helpbutton.demo import PEOPLE
from helpbutton.demo_sign_ins import sign_ins_path
from helpbutton.staff.actor import Actor
from helpbutton.staff.models import Account
from helpbutton.staff.queries import actor_of
from helpbutton.staff.sign_in import sign_in_with_password_alone
from helpbutton.web.sessions import start_session

MORNINGS = "Aamut ovat meillä yhtä huutoa ja päiväkotiin lähtö on joka päivä taistelu. En tiedä mitä tehdä."
PHONE = "+358401234567"


def request_body(**changes: Any) -> dict[str, Any]:
    """The JSON body of a parent's request, as in the API's contract; keyword arguments replace fields."""
    contact = {
        "name": None,
        "phone": PHONE,
        "email": None,
        "preferred": "phone",
        "safe_to_call": True,
        "safe_to_leave_message": False,
        "safe_to_text": True,
        "sms_may_name_service": False,
        "nudge_only": False,
        "not_before": None,
        "not_after": None,
    }
    body = {
        "site": "demo",
        "kind": "help",
        "role": "parent",
        "municipality": "853",
        "topic": None,
        "text": MORNINGS,
        "language": "fi",
        "interpreter": None,
        "child_age_group": "3-5",
        "may_forward": True,
        "do_not_tell_guardian": False,
        "secret_address": False,
        "existing_worker": None,
        "contact": contact | changes.pop("contact", {}),
        "consent": None,
    }
    return body | changes


class FreshClient(FlaskClient):
    """Runs each request in an empty context, as in production: nothing of one leaks into the next."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return contextvars.Context().run(super().open, *args, **kwargs)


class Cast:
    """Hands out signed-in clients and actors by first name."""

    def __init__(self, app: Flask, data_dir: Path) -> None:
        self.app = app
        people = json.loads(sign_ins_path(data_dir).read_text(encoding="utf-8"))
        self._emails = {person["email"].partition("@")[0]: person["email"] for person in people}

    def send(self, *, key: str | None = None, **changes: Any) -> TestResponse:
        """Aino (or whoever `changes` make her) posts a request through the JSON API."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self.app.test_client().post("/api/v1/requests", json=request_body(**changes), headers=headers)

    def actor(self, first_name: str) -> Actor:
        """The staff member as operations see them."""
        account = reading().scalar(select(Account).where(Account.email == self._emails[first_name]))
        assert account is not None
        return actor_of(account)

    def sign_in(self, first_name: str) -> FlaskClient:
        """A browser in which this person is signed in; the pages of signing in have tests of their own."""
        account_id = self.actor(first_name).account_id
        token = sign_in_with_password_alone(account_id=account_id, browser="Firefox")
        client, answer = self.app.test_client(), Response()
        start_session(answer, token, account_id)
        for cookie in answer.headers.getlist("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            client.set_cookie(name, value)
        return client


def hidden_fields(html: str) -> dict[str, str]:
    """The hidden fields of a page's forms by name; the first of each name counts."""
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", html):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name:
            fields.setdefault(name[1], value[1] if value else "")
    return fields


FIRST_NAMES = tuple(person.email.partition("@")[0] for person in PEOPLE)
