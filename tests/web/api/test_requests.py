"""POST /api/v1/requests: what is accepted, what is refused, and in which words."""

import datetime as dt
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpbutton import clock
from helpbutton.cases import receipts
from helpbutton.cases.models import Case
from helpbutton.db import db, reading
from tests.cast import MORNINGS, Cast, request_body

URL = "/api/v1/requests"


def cases() -> int:
    db.session.rollback()
    return reading().scalar(select(func.count()).select_from(Case)) or 0


def test_the_contract_answers_with_receipt_promise_and_varhas_family_guidance(
    app_on_both: Flask, cast: Cast
) -> None:
    saturday = dt.datetime(2026, 11, 21, 20, 40, tzinfo=dt.UTC)
    with clock.moved(saturday):
        answer = cast.send()
    assert answer.status_code == 201
    body = answer.get_json()
    assert body["organisation"] == "Varsinais-Suomen hyvinvointialue (Varha)"
    assert body["desk"] == "Lapsiperheiden palveluohjaus, Varsinais-Suomi"
    assert receipts.normalise(body["receipt_code"]) == body["receipt_code"]
    assert body["received_at"].startswith("2026-11-21T22:40:00")
    assert body["respond_by"] == "2026-11-22T23:59:00+02:00"
    assert "sunnuntaina 22.11." in body["promise"]
    assert body["danger"] is False
    assert body["help_lines"][0]["number"] == "112"
    assert body["receipt_url"].endswith("/receipt")
    assert cases() == 1


def test_a_stated_topic_goes_to_the_schools_desk_of_turku(app: Flask, cast: Cast) -> None:
    body = cast.send(topic="bullying", text="Poikaa kiusataan", child_age_group="10-12").get_json()
    assert body["organisation"] == "Turun kaupunki"
    assert body["desk"] == "Koulujen yhteyspiste, Turku"


def test_the_same_key_and_body_give_the_same_answer_and_one_case(app_on_both: Flask, cast: Cast) -> None:
    key = str(uuid.uuid4())
    first, second = cast.send(key=key), cast.send(key=key.upper())
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_json() == second.get_json()
    assert cases() == 1


def test_the_answer_stays_the_same_after_sorting_has_moved_the_date(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    key = str(uuid.uuid4())
    first = cast.send(key=key, text="Mies löi eilen ja uhkasi tappaa")
    drain()
    assert first.get_json()["danger"] is True
    assert cast.send(key=key, text="Mies löi eilen ja uhkasi tappaa").get_json() == first.get_json()


def test_a_used_key_with_another_body_or_after_a_day_is_refused(app: Flask, cast: Cast) -> None:
    key = str(uuid.uuid4())
    assert cast.send(key=key).status_code == 201
    assert cast.send(key=key, text="aivan muuta").status_code == 409
    with clock.moved(clock.now() + dt.timedelta(hours=25)):
        late = cast.send(key=key)
    assert late.status_code == 409
    assert late.content_type == "application/problem+json"
    assert cases() == 1


def test_danger_is_noticed_and_never_blocks(app: Flask, cast: Cast) -> None:
    body = cast.send(text="Mies löi ja uhkasi tappaa meidät").get_json()
    assert body["danger"] is True
    assert body["help_lines"][0]["number"] == "112"


def test_optional_fields_may_be_missing(app: Flask, client: FlaskClient) -> None:
    answer = client.post(
        URL, json={"site": "demo", "text": "apua"}, headers={"Idempotency-Key": str(uuid.uuid4())}
    )
    assert answer.status_code == 201


CONSENT = {"by": "äiti", "how": "puhelimessa", "items": ["uni"], "recipients": ["perheneuvola"]}
ANONYMOUS = {"kind": "consultation_anonymous", "role": "professional"}
WITH_CONSENT = {"kind": "consultation_with_consent", "role": "professional", "consent": CONSENT}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "empty site": ({"site": ""}, "site"),
    "site of control characters": ({"site": "\x01"}, "site"),
    "consent of nobody": (
        {"consent": CONSENT | {"by": "\x01"}},
        "consent.by",
    ),
    "NUL in a list": (
        {"consent": CONSENT | {"items": ["a\x00"]}},
        "consent.items",
    ),
    "consent to nothing": ({"consent": CONSENT | {"items": []}}, "consent.items"),
    "consent to telling nobody": ({"consent": CONSENT | {"recipients": []}}, "consent.recipients"),
    "consent until no day": ({"consent": CONSENT | {"until": "2027-02-30"}}, "consent.until"),
    "consent that is missing": (WITH_CONSENT | {"consent": None}, "consent"),
    "consultation of a parent": (WITH_CONSENT | {"role": "parent"}, "role"),
    "anonymous consultation of a parent": (ANONYMOUS | {"role": "parent"}, "role"),
    "anonymous with a worker": (ANONYMOUS | {"existing_worker": "Liisa"}, "existing_worker"),
    "anonymous with an interpreter": (ANONYMOUS | {"interpreter": "ar"}, "interpreter"),
    "anonymous with a secret address": (ANONYMOUS | {"secret_address": True}, "secret_address"),
    "anonymous with a consent": (ANONYMOUS | {"consent": CONSENT}, "consent"),
    "unknown site": ({"site": "nowhere"}, "site"),
    "unknown municipality": ({"municipality": "999"}, "municipality"),
    "municipality as a number": ({"municipality": 853}, "municipality"),
    "unknown topic": ({"topic": "weather"}, "topic"),
    "empty text": ({"text": "  \n "}, "text"),
    "20,000 characters": ({"text": "a" * 20_000}, "text"),
    "text as a list": ({"text": ["a"]}, "text"),
    "NUL": ({"text": "a\x00b"}, "text"),
    "lone surrogate": ({"text": "a\ud800b"}, "text"),
    "surrogate in a name": ({"contact": {"name": "\udfff"}}, "contact.name"),
    "invalid phone": ({"contact": {"phone": "12"}}, "contact.phone"),
    "phone in words": ({"contact": {"phone": "soita äidille"}}, "contact.phone"),
    "invalid e-mail": ({"contact": {"email": "a@b"}}, "contact.email"),
    "flag in words": ({"may_forward": "yes"}, "may_forward"),
    "unknown kind": ({"kind": "complaint"}, "kind"),
    "unknown role": ({"role": "cat"}, "role"),
    "unknown language": ({"language": "xx"}, "language"),
    "unknown age": ({"child_age_group": "99"}, "child_age_group"),
    "hour out of the day": ({"contact": {"not_before": "25:00"}}, "contact.not_before"),
    "unknown field": ({"colour": "red"}, "colour"),
    "contact as text": ({"contact": "040"}, "contact"),
    "outside the area": ({"municipality": "478"}, "municipality"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_values_are_named_by_field_in_the_senders_language(
    name: str, app: Flask, client: FlaskClient
) -> None:
    change, field = WRONG[name]
    contact = (
        {**request_body()["contact"], **change["contact"]}
        if isinstance(change.get("contact"), dict)
        else None
    )
    body = request_body() | change | ({"contact": contact} if contact else {})
    answer = client.post(
        URL,
        data=json.dumps(body),
        content_type="application/json",
        headers={"Idempotency-Key": str(uuid.uuid4())},
    )
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    problem = answer.get_json()
    assert [error["field"] for error in problem["errors"]] == [field]
    assert problem["errors"][0]["message"]
    assert problem["help_lines"][0]["number"] == "112"
    assert cases() == 0


@pytest.mark.parametrize("consultation", [ANONYMOUS, WITH_CONSENT])
def test_a_professional_consults_with_the_rest_left_at_its_defaults(
    consultation: dict[str, Any], app: Flask, cast: Cast
) -> None:
    assert cast.send(**consultation).status_code == 201
    assert reading().scalars(select(Case.kind)).one() == consultation["kind"]


def test_a_kind_of_consultation_says_what_it_refuses(app: Flask, cast: Cast) -> None:
    known = {"interpreter": "ar", "secret_address": True, "consent": CONSENT}
    errors = cast.send(**ANONYMOUS, **known, language="en").get_json()["errors"]
    assert {error["field"] for error in errors} == set(known)
    assert {error["code"] for error in errors} == {"not_in_anonymous"}


def test_a_municipality_code_that_is_too_long_is_an_unknown_one(app: Flask, cast: Cast) -> None:
    (error,) = cast.send(municipality="8530", language="en").get_json()["errors"]
    assert error["code"] == "unknown_value"
    assert error["message"] == "This municipality is not known. Please choose it from the list."


def test_outside_the_area_names_who_helps_there(app: Flask, cast: Cast) -> None:
    problem = cast.send(municipality="478", language="sv").get_json()
    assert "Åland" in problem["county"]


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b'{"site": "demo", ', "application/json", 400),
        (b"", "application/json", 400),
        (b'{"text": "\xff\xfe"}', "application/json", 400),
        (b"[" * 30_000, "application/json", 400),
        (b"null", "application/json", 422),
        (b"[1, 2]", "application/json", 422),
        (b"site=demo&text=apua", "application/x-www-form-urlencoded", 415),
        (b"{}", "text/plain", 415),
        (b'"' + b"a" * 70_000 + b'"', "application/json", 413),
    ],
)
def test_what_is_not_a_request_gets_a_problem_document(
    data: bytes, content_type: str, status: int, app: Flask, client: FlaskClient
) -> None:
    answer = client.post(
        URL, data=data, content_type=content_type, headers={"Idempotency-Key": str(uuid.uuid4())}
    )
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["status"] == status


@pytest.mark.parametrize("key", [None, "", "1", "not-a-uuid"])
def test_a_missing_or_odd_idempotency_key_is_named(key: str | None, app: Flask, client: FlaskClient) -> None:
    headers = {} if key is None else {"Idempotency-Key": key}
    answer = client.post(URL, json=request_body(), headers=headers)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "Idempotency-Key"


def test_swedish_speakers_are_answered_in_swedish(app: Flask, cast: Cast) -> None:
    good = cast.send(language="sv", municipality="445", text="Mitt barn vill inte gå till skolan").get_json()
    bad = cast.send(language="sv", text="").get_json()
    assert "senast" in good["promise"]
    assert bad["errors"][0]["message"] != cast.send(language="fi", text="").get_json()["errors"][0]["message"]


def test_a_site_describes_its_form(app: Flask, client: FlaskClient) -> None:
    body = client.get("/api/v1/sites/demo").get_json()
    assert len(body["topics"]) == 26
    assert len(body["municipalities"]) == 308
    assert body["municipality"] == "853"
    assert {"fi", "sv", "en"} <= set(body["languages"])
    assert body["promise"]
    assert client.get("/api/v1/sites/nowhere").status_code == 404


def test_every_answer_speaks_without_cookies(app: Flask, client: FlaskClient, cast: Cast) -> None:
    for answer in (cast.send(), cast.send(text=""), client.get("/api/v1/nothing"), client.get("/nothing")):
        assert "Set-Cookie" not in answer.headers


def test_a_database_that_is_away_is_a_503_with_help_lines_never_a_500(app: Flask, cast: Cast) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    path = app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")
    with open(path, "r+b") as file:
        file.write(b"this is no database any more")
    answer = cast.send(text=MORNINGS)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert answer.get_json()["help_lines"][0]["number"] == "112"
