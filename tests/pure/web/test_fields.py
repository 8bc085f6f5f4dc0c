"""The form's fields become a submission, and errors find their way back to the field."""

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from helpbutton.cases.submission import parse
from helpbutton.errors import Invalid
from helpbutton.web.public import fields

SITE = {"site": "demo", "page_language": "sv"}


def arrived(body: bytes, kind: str) -> dict[str, str]:
    with Request(EnvironBuilder(method="POST", data=body, content_type=kind).get_environ()) as request:
        return fields.arrived(request)


def test_an_almost_empty_form_is_a_whole_submission() -> None:
    submission = parse(fields.to_submission({"text": "Hei"}, **SITE))
    assert (submission.role, submission.kind, submission.language, submission.municipality) == (
        "parent",
        "help",
        "sv",
        None,
    )
    assert submission.contact.phone is None
    assert not submission.contact.safe_to_call


def test_what_does_not_belong_to_the_role_is_left_out() -> None:
    filled = {
        "text": "Hei",
        "role": "parent",
        "kind": "consultation_with_consent",
        "do_not_tell_guardian": "1",
    }
    submission = parse(fields.to_submission(filled, **SITE))
    assert (submission.kind, submission.consent, submission.do_not_tell_guardian) == ("help", None, False)


def test_a_child_answers_in_words_of_its_own() -> None:
    body = b"role=child&topic=money_housing&child_topic=bullying&child_age_group=&own_age=10-12"
    found = arrived(body, "application/x-www-form-urlencoded")
    assert (found["topic"], found["child_age_group"]) == ("bullying", "10-12")
    assert "child_topic" not in found
    of_a_parent = arrived(body.replace(b"child&", b"parent&", 1), "application/x-www-form-urlencoded")
    assert (of_a_parent["topic"], of_a_parent["child_age_group"]) == ("money_housing", "")


@pytest.mark.parametrize("role", fields.UNDER_AGE)
def test_a_child_who_does_not_know_the_topic_is_believed(role: str) -> None:
    body = f"role={role}&topic=money_housing&child_topic=".encode()
    assert fields.kept(arrived(body, "application/x-www-form-urlencoded")) == {"role": role}


WAYS = {
    "phone": "0401234567",
    "email": "aino@example.fi",
    "safe_to_call": "1",
    "safe_to_text": "1",
    "safe_to_leave_message": "1",
    "private_phone": "1",
}


@pytest.mark.parametrize(
    ("reach", "left"),
    [
        (
            "phone",
            {"phone", "email", "safe_to_call", "safe_to_text", "safe_to_leave_message", "private_phone"},
        ),
        ("nudge", {"phone", "nudge_only", "safe_to_text", "private_phone"}),
        ("none", set()),
    ],
)
def test_only_what_the_chosen_way_asks_for_is_kept(reach: str, left: set[str]) -> None:
    contact = parse(fields.to_submission({"text": "Hei", "reach": reach, **WAYS}, **SITE)).contact
    assert {name for name, value in contact.model_dump().items() if value} == left


def test_nobody_leaves_a_voice_message_who_may_not_call() -> None:
    filled = {"text": "Hei", "phone": "0401234567", "safe_to_leave_message": "1"}
    assert not parse(fields.to_submission(filled, **SITE)).contact.safe_to_leave_message


def test_advice_without_identity_has_nothing_of_the_family() -> None:
    of_family = {"existing_worker": "Liisa", "secret_address": "1", "interpreter": "ar"}
    filled = {"text": "Hei", "role": "professional", **of_family}
    without = parse(fields.to_submission({**filled, "kind": "consultation_anonymous"}, **SITE))
    assert (without.existing_worker, without.secret_address, without.interpreter) == (None, False, None)
    consented = {
        **filled,
        "kind": "consultation_with_consent",
        "consent_by": "isä",
        "consent_how": "puhelimessa",
        "consent_items": "uni",
        "consent_recipients": "perheneuvola",
    }
    assert parse(fields.to_submission(consented, **SITE)).existing_worker == "Liisa"


def test_a_consent_is_split_into_lines() -> None:
    filled = {
        "text": "Hei",
        "role": "professional",
        "kind": "consultation_with_consent",
        "consent_by": "äiti",
        "consent_how": "kirjallisesti",
        "consent_items": "uni\r\n\r\n ruoka ",
        "consent_recipients": "perheneuvola",
    }
    consent = parse(fields.to_submission(filled, **SITE)).consent
    assert consent is not None
    assert (consent.items, consent.recipients, consent.until) == (["uni", "ruoka"], ["perheneuvola"], None)


def test_every_error_belongs_to_a_field_of_the_form() -> None:
    filled = dict.fromkeys(fields.KEPT, "\x00") | {
        "role": "professional",
        "kind": "consultation_with_consent",
    }
    with pytest.raises(Invalid) as caught:
        parse(fields.to_submission(filled, **SITE))
    assert {fields.field_of(error.field) for error in caught.value.errors} <= set(fields.KEPT)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("text", "text"),
        ("contact.phone", "phone"),
        ("consent.by", "consent_by"),
        ("consent.items.3", "consent_items"),
    ],
)
def test_a_path_names_its_field(path: str, field: str) -> None:
    assert fields.field_of(path) == field


@pytest.mark.parametrize("cut", range(60, 200, 7))
def test_a_cut_multipart_body_gives_what_arrived(cut: int) -> None:
    part = '--XX\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    whole = (
        part.format("phone", "0401234567") + part.format("text", "ääkköset " * 20) + "--XX--\r\n"
    ).encode()
    found = arrived(whole[: 80 + cut], "multipart/form-data; boundary=XX")
    assert found["phone"] == "0401234567"
    assert found.get("text", "") != "ääkköset " * 20
    assert set("".join(found.get("text", "").split())) <= set("äköset\ufffd")


def test_unknown_fields_and_files_are_dropped() -> None:
    body = b'--XX\r\nContent-Disposition: form-data; name="text"; filename="x.txt"\r\n\r\nfile\r\n--XX--\r\n'
    assert arrived(body, "multipart/form-data; boundary=XX") == {}
    assert arrived(b"text=hei&admin=1", "application/x-www-form-urlencoded") == {"text": "hei"}
