"""Whatever arrives is answered in plain words next to the field, with what was typed still there."""

import uuid

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpbutton.cases.models import Case
from helpbutton.db import reading
from helpbutton.vault import tokens
from helpbutton.web.public.fields import FORM_LIMIT
from tests.cast import MORNINGS
from tests.web.public.browser import Page, visit


def stored() -> int:
    reading().rollback()
    return reading().scalar(select(func.count()).select_from(Case)) or 0


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("text", "", "Write a few words"),
        ("text", " \n\t ", "Write a few words"),
        ("text", "ä" * 20_000, "10000 characters"),
        ("text", "a\x00b", "cannot be stored"),
        ("topic", "astrology", "topic is not known"),
        ("municipality", "999", "municipality is not known"),
        ("municipality", "85312", "municipality is not known"),
        ("phone", "12", "does not look like a phone number"),
        ("phone", "soita kotiin", "does not look like a phone number"),
        ("email", "aino(at)example.fi", "does not look like an e-mail address"),
        ("not_before", "25:00", "not in the expected form"),
        ("role", "wizard", "choice is not known"),
        ("language", "xx", "choice is not known"),
        ("interpreter", "<script>", "not in the expected form"),
        ("child_age_group", "99", "choice is not known"),
        ("preferred", "pigeon", "choice is not known"),
        ("name", "x" * 121, "shorten"),
        ("existing_worker", "x" * 201, "shorten"),
    ],
)
@pytest.mark.parametrize("step", ["check", "send"])
def test_a_wrong_field_is_named_and_everything_stays(
    client: FlaskClient, step: str, field: str, value: str, words: str
) -> None:
    first = visit(client)
    filled = first.fields | {"text": MORNINGS, "existing_worker": "Liisa"} | {field: value, "step": step}
    page = Page(client, client.post("/ask/demo", data=filled))
    assert page.status == 422
    assert words in page.text
    assert f'href="#{field}"' in page.html
    assert f'id="{field}-error"' in page.html
    expected = filled[field].replace("\x00", "").strip()
    if field not in (
        "topic",
        "municipality",
        "role",
        "language",
        "interpreter",
        "child_age_group",
        "preferred",
    ):
        assert page.fields[field].strip() == expected
    if field != "text":
        assert page.fields["text"] == MORNINGS
    assert stored() == 0


def test_the_answer_is_in_the_senders_language(client: FlaskClient) -> None:
    page = visit(client, "/ask/demo?lang=sv").press("check", text="")
    assert '<html lang="sv"' in page.html


@pytest.mark.parametrize("bad", ["", "rubbish", "äö", "A" * 5000])
def test_a_token_that_is_not_ours_keeps_the_text_and_gives_a_fresh_one(client: FlaskClient, bad: str) -> None:
    refused = visit(client).press("check", text=MORNINGS).press("send", form_token=bad)
    assert refused.status == 400
    assert refused.fields["text"] == MORNINGS
    assert stored() == 0
    assert refused.press("check").press("send").step == "sent"


def test_a_token_of_another_site_does_not_count(client: FlaskClient) -> None:
    foreign = visit(client, "/ask/demo-pargas?lang=en").fields["form_token"]
    refused = visit(client).press("check", text=MORNINGS, form_token=foreign)
    assert refused.status == 400
    assert refused.fields["form_token"] != foreign


def test_a_token_made_for_another_purpose_does_not_count(client: FlaskClient) -> None:
    foreign = tokens.seal("receipt", {"site": "demo", "nonce": str(uuid.uuid4())})
    assert visit(client).press("check", text=MORNINGS, form_token=foreign).status == 400


@pytest.mark.parametrize("multipart", [True, False])
def test_a_form_that_was_cut_keeps_what_arrived(client: FlaskClient, multipart: bool) -> None:
    fields = visit(client).fields
    if multipart:
        part = '--XX\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}'
        parts = [part.format("form_token", fields["form_token"]), part.format("text", MORNINGS)]
        body, kind = "\r\n".join(parts), "multipart/form-data; boundary=XX"
    else:
        body, kind = f"form_token={fields['form_token']}&text={MORNINGS}", "application/x-www-form-urlencoded"
    page = Page(client, client.post("/ask/demo?lang=en", data=body.encode(), content_type=kind))
    assert page.status == 400
    assert "Only a part of the form arrived." in page.text
    assert page.fields["text"] == MORNINGS
    assert page.press("check").step == "check"


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_a_body_that_is_no_form_is_refused_with_a_form(client: FlaskClient, kind: str) -> None:
    page = Page(client, client.post("/ask/demo?lang=en", data=b'{"text": "hei"}', content_type=kind))
    assert page.status == 415
    assert page.step == "edit"


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=XX"])
def test_a_body_far_too_large_is_refused(client: FlaskClient, kind: str) -> None:
    answer = client.post("/embed/demo", data=b"text=" + b"a" * FORM_LIMIT, content_type=kind)
    assert answer.status_code == 413
    assert "127.0.0.1" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "body",
    [b"\xff\xfe&text=%ED%A0%80&end=1", b"--XX", b"--XX\r\n\r\n\r\n--XX--", b"&&&===", b"text=%00&end=1"],
)
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=XX", "multipart/form-data"]
)
@pytest.mark.parametrize("address", ["/ask/demo", "/embed/demo", "/receipt"])
def test_rubbish_never_breaks_a_page(client: FlaskClient, address: str, kind: str, body: bytes) -> None:
    assert 400 <= client.post(address, data=body, content_type=kind).status_code < 500


@pytest.mark.parametrize("address", ["/embed/nowhere", "/ask/nowhere", "/embed/%00", "/ask/" + "x" * 300])
def test_an_unknown_site_is_framed_by_nobody_and_still_shows_help(client: FlaskClient, address: str) -> None:
    for page in (visit(client, address + "?lang=en"), Page(client, client.post(address, data={"text": "x"}))):
        assert page.status == 404
        assert "112" in page.text
        assert "frame-ancestors 'none'" in page.answer.headers["Content-Security-Policy"]


def test_an_unknown_step_only_checks(client: FlaskClient) -> None:
    fields = visit(client).fields | {"text": MORNINGS, "step": "drop table"}
    assert Page(client, client.post("/ask/demo", data=fields)).step == "check"
    assert stored() == 0
