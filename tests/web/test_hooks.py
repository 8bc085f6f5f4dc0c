"""What the SMS provider tells us: only with its signature, for the public address, quickly, and once."""

from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from helpbutton import settings
from helpbutton.db import db, reading, transaction
from helpbutton.notifications.models import Attempt, InboundEvent, Notification
from tests.cast import Cast

TOKEN = "a-token"
PUBLIC = "https://apua.example.fi"
SID = "SM" + "1" * 32
UNKNOWN = "00000000-0000-4000-8000-000000000000"

Post = Callable[..., TestResponse]


@pytest.fixture
def sms_by_twilio(app: Flask, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text(f"{TOKEN}\n")
    chosen = {"sms": "twilio", "twilio_auth_token_file": token, "base_url": PUBLIC}
    settings.activate(settings.current().model_copy(update=chosen))


@pytest.fixture
def post(client: FlaskClient, sms_by_twilio: None) -> Post:
    """Posts as the provider does: signed for the public address, whatever host and scheme reach us."""

    def send(path: str, *, token: str = TOKEN, address: str = PUBLIC, **form: str) -> TestResponse:
        signature = RequestValidator(token).compute_signature(f"{address}{path}", form)
        return client.post(path, data=form, headers={"X-Twilio-Signature": signature, "Host": "web:8080"})

    return send


@pytest.fixture
def attempt(app: Flask, cast: Cast, drain: Callable[[], int]) -> str:
    """The attempt of a family's confirmation that was sent by the demo's phone."""
    cast.send(contact={"phone": "+358401234567", "safe_to_text": True})
    drain()
    with transaction() as session:
        row = session.scalars(
            select(Attempt)
            .join(Notification, Notification.id == Attempt.notification_id)
            .where(Notification.purpose == "confirmation")
        ).one()
        row.provider_id = SID
        return row.id


def status_now() -> str:
    db.session.remove()
    query = select(Notification.status).where(Notification.purpose == "confirmation")
    return reading().scalars(query).one()


def events() -> int:
    db.session.remove()
    return reading().scalar(select(func.count(InboundEvent.id))) or 0


def report(post: Post, attempt: str, status: str, **more: str) -> int:
    return post(
        f"/hooks/twilio/status/{attempt}",
        MessageSid=SID,
        MessageStatus=status,
        **{"To": "+358401234567", **more},
    ).status_code


def test_a_report_moves_the_notification_forward_and_never_back(attempt: str, post: Post) -> None:
    assert status_now() == "sent"
    for status in ("delivered", "sent", "queued", "undelivered", "delivered"):
        assert report(post, attempt, status) == 204
        assert status_now() == "delivered"
    assert events() == 4


def test_what_did_not_arrive_is_shown_to_a_human_once(attempt: str, post: Post) -> None:
    for _ in range(2):
        assert report(post, attempt, "undelivered", ErrorCode="30006") == 204
    assert (status_now(), events()) == ("failed", 1)
    assert report(post, attempt, "sent") == 204
    assert status_now() == "failed"


@pytest.mark.parametrize(
    "lie",
    [
        {"token": "another-token"},
        {"address": "http://apua.example.fi"},
        {"address": "https://evil.example"},
        {"address": f"{PUBLIC}/elsewhere"},
    ],
)
def test_a_wrong_signature_is_refused_and_changes_nothing(
    attempt: str, post: Post, lie: dict[str, str]
) -> None:
    path = f"/hooks/twilio/status/{attempt}"
    assert post(path, MessageSid=SID, MessageStatus="delivered", **lie).status_code == 403
    assert (status_now(), events()) == ("sent", 0)


def test_a_changed_form_or_no_signature_is_refused(attempt: str, post: Post, client: FlaskClient) -> None:
    path = f"/hooks/twilio/status/{attempt}"
    form = {"MessageSid": SID, "MessageStatus": "sent"}
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
    changed = form | {"MessageStatus": "delivered"}
    for headers in ({"X-Twilio-Signature": signature}, {"X-Twilio-Signature": ""}, {}):
        assert client.post(path, data=changed, headers=headers).status_code == 403
    assert (status_now(), events()) == ("sent", 0)


def test_a_weaker_or_other_algorithm_cannot_be_chosen(attempt: str, post: Post, client: FlaskClient) -> None:
    path = f"/hooks/twilio/status/{attempt}"
    form = {"MessageSid": SID, "MessageStatus": "delivered"}
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form, "HMAC_SHA256")
    headers = {
        "X-Twilio-Signature": signature,
        "X-Twilio-Webhooks-Signature-Settings": "key=x,algorithm=HMAC_SHA256",
    }
    assert client.post(path, data=form, headers=headers).status_code == 403


def test_the_signature_covers_the_query(attempt: str, post: Post) -> None:
    path = f"/hooks/twilio/status/{attempt}?more=1"
    assert post(path, MessageSid=SID, MessageStatus="delivered").status_code == 204
    assert status_now() == "delivered"


@pytest.mark.parametrize(
    ("form", "of"),
    [
        ({"MessageSid": SID, "MessageStatus": "delivered"}, UNKNOWN),
        ({"MessageSid": "SM" + "2" * 32, "MessageStatus": "delivered"}, None),
        ({"MessageSid": SID, "MessageStatus": "exploded"}, None),
        ({}, None),
    ],
)
def test_what_makes_no_sense_is_taken_and_forgotten(
    attempt: str, post: Post, form: dict[str, str], of: str | None
) -> None:
    assert post(f"/hooks/twilio/status/{of or attempt}", **form).status_code == 204
    assert (status_now(), events()) == ("sent", 0)


def test_a_message_that_came_in_is_answered_in_the_providers_language(post: Post) -> None:
    form = {"MessageSid": SID, "From": "+358401234567", "Body": "Hei <kuka> siellä?"}
    answer = post("/hooks/twilio/inbound", **form)
    assert (answer.status_code, answer.content_type) == (200, "text/xml; charset=utf-8")
    text = answer.get_data(as_text=True)
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?><Response><Message>')
    assert "112" in text
    assert "kuka" not in text
    assert post("/hooks/twilio/inbound", **form).status_code == 204
    stop = {"MessageSid": "SM2", "From": "+358401234567", "Body": "SEIS"}
    assert post("/hooks/twilio/inbound", **stop).status_code == 204
    assert post("/hooks/twilio/inbound", token="other", **stop).status_code == 403


def test_no_cookie_and_nothing_to_see(post: Post, client: FlaskClient, attempt: str) -> None:
    answer = post(f"/hooks/twilio/status/{attempt}", MessageSid=SID, MessageStatus="delivered")
    assert "Set-Cookie" not in answer.headers
    assert answer.get_data() == b""
    assert client.get(f"/hooks/twilio/status/{attempt}").status_code == 405


def test_where_another_channel_is_used_nobody_is_believed(client: FlaskClient, attempt: str) -> None:
    path, form = f"/hooks/twilio/status/{attempt}", {"MessageSid": SID, "MessageStatus": "delivered"}
    signature = RequestValidator(TOKEN).compute_signature(settings.current().public_url + path, form)
    assert client.post(path, data=form, headers={"X-Twilio-Signature": signature}).status_code == 403
    assert status_now() == "sent"


def test_an_answer_comes_within_a_tenth_of_a_second(attempt: str, post: Post) -> None:
    took = []
    for status in ("queued", "sending", "sent", "delivered", "delivered"):
        began = perf_counter()
        assert report(post, attempt, status) == 204
        took.append(perf_counter() - began)
    assert median(took) < 0.1
