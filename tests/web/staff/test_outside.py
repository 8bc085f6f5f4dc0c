"""Outside the button: a call becomes a case, steps that the law demands are noted, a case is recorded onwards."""

import datetime as dt
import re
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from helpbutton import clock
from helpbutton.cases import referral, transfer
from helpbutton.cases.registering import site_of_calls
from helpbutton.db import db
from tests.cast import Cast, hidden_fields
from tests.rooms.cases.handing import desk
from tests.web.staff.pages import (
    audit_lines,
    case_row,
    case_url,
    numbers_listed,
    post,
    read,
    send_case,
    send_form,
    visible_text,
)

CALL = {
    "channel": "call",
    "text": "Äiti soitti: nukahtaminen kestää tunteja ja kaikki ovat väsyneitä.",
    "municipality": "853",
    "language": "fi",
    "role": "parent",
    "phone": "040 123 4567",
    "safe_to_call": "1",
}


def form(browser: FlaskClient) -> dict[str, str]:
    """The form filled in, at the first of the person's desks."""
    page = read(browser, "/staff/register?lang=en")
    desk = re.search(r'name="desk"[^>]*>\s*<option value="(\d+)"', page)
    return hidden_fields(page) | ({"desk": desk.group(1)} if desk else {}) | CALL


def register(browser: FlaskClient, **changes: str) -> tuple[int, str]:
    answer = browser.post("/staff/register?lang=en", data=form(browser) | changes)
    return answer.status_code, answer.get_data(as_text=True)


def test_a_call_becomes_a_case_with_receipt_and_promise(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    cara = cast.sign_in("cara")
    status, page = register(cara)
    assert status == 200
    code = re.search(r"(?:<span>[0-9A-Z]{4}</span>(?:<i>-</i>)? ?){5}", page)
    assert code is not None
    (number,) = numbers_listed(page)
    drain()
    case = case_row(number)
    assert (case.channel, case.state, case.urgency != "") == ("call", "in_progress", True)
    assert case.assigned_to == cast.actor("cara").account_id
    assert "a call" in read(cara, case_url(number) + "?lang=en")
    groups = "-".join(re.findall(r"<span>([0-9A-Z]{4})</span>", code.group()))
    family = app_on_both.test_client().post("/receipt", data={"code": groups, "step": "open"})
    assert "nukahtaminen" in family.get_data(as_text=True)
    assert audit_lines(cast, "cara", "register") == 1


def test_the_same_form_twice_is_one_case(app: Flask, cast: Cast) -> None:
    cara = cast.sign_in("cara")
    fields = form(cara)
    pages = [cara.post("/staff/register", data=fields).get_data(as_text=True) for _ in range(2)]
    assert numbers_listed(pages[0]) == numbers_listed(pages[1]) != set()
    assert cara.post("/staff/register", data=fields | {"text": "Toinen asia."}).status_code == 409


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("text", "", "Write a few words"),
        ("channel", "", "Choose whether it was a call or a visit."),
        ("municipality", "", "This municipality is not known"),
        ("phone", "12", "This does not look like a phone number"),
    ],
)
def test_what_is_missing_is_said_and_everything_stays(
    app: Flask, cast: Cast, field: str, value: str, says: str
) -> None:
    status, page = register(cast.sign_in("cara"), **{field: value})
    assert status == 422
    assert says in unescape(visible_text(page))
    assert field == "text" or "nukahtaminen kestää tunteja" in page


def test_two_who_register_the_first_call_at_once_make_one_site(app_on_both: Flask, cast: Cast) -> None:
    cara = cast.actor("cara")
    together = threading.Barrier(2)

    def look(_: int) -> str:
        with app_on_both.app_context():
            together.wait(10)
            key = site_of_calls(actor=cara, service_id=min(cara.services))
            db.session.remove()
            return key

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(look, range(2)))) == 1


def test_only_people_of_a_desk_register_there(app: Flask, cast: Cast) -> None:
    assert cast.sign_in("kim").get("/staff/register").status_code == 403
    cara = cast.sign_in("cara")
    fields = form(cara) | {"desk": "999999"}
    assert cara.post("/staff/register", data=fields).status_code == 404


def test_a_step_that_the_law_demands_is_noted_once(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    step = {
        "step_kind": "child_protection",
        "step_ground": "child_welfare_act_25",
        "taken_on": "2026-01-02",
        "step_by": "Cara, puhelimitse",
        "step_about": "Päivystys ottaa yhteyttä.",
    }
    fields = hidden_fields(read(cara, case_url(number))) | step
    assert post(cara, number, "statutory", fields).status_code == 303
    assert post(cara, number, "statutory", fields).status_code == 303
    other = post(cara, number, "statutory", fields | {"step_about": "Poliisille myös."})
    assert other.status_code == 422, "another step from the same page is not lost"
    assert "Poliisille myös." in other.get_data(as_text=True)
    page = unescape(visible_text(read(cara, case_url(number) + "?lang=en")))
    assert page.count("Päivystys ottaa yhteyttä.") == 1
    assert "Child Welfare Act, section 25" in page
    wrong = step | {"step_ground": "danger_to_life", "taken_on": "2999-01-01", "token": str(uuid.uuid4())}
    answer = post(cara, number, "statutory", fields | wrong)
    assert answer.status_code == 422
    said = unescape(visible_text(answer.get_data(as_text=True)))
    assert "Päivystys ottaa yhteyttä." in said


def test_the_whole_case_is_printed_exported_and_marked(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    send_form(cara, number, "answer", body="Soitan huomenna.")
    page = read(cara, case_url(number) + "/onwards?lang=en")
    assert "Soitan huomenna." in page
    fields = hidden_fields(page)
    data = cara.post(case_url(number) + "/export", data=fields).get_json()
    assert data["number"] == number
    assert [entry["body"] for entry in data["conversation"]] == ["Soitan huomenna."]
    empty = cara.post(case_url(number) + "/recorded?lang=en", data=fields)
    assert empty.status_code == 422
    assert "Write in which system" in unescape(empty.get_data(as_text=True))
    marked = cara.post(case_url(number) + "/recorded", data=fields | {"system": "Asiakastieto 4711"})
    assert marked.status_code == 303
    assert case_row(number).recorded_at is not None
    assert "Recorded in Asiakastieto 4711" in unescape(read(cara, case_url(number) + "?lang=en"))
    assert {audit_lines(cast, "cara", way) for way in ("print", "export", "record_onward")} == {1}
    other = cara.post(case_url(number) + "/recorded?lang=en", data=fields | {"system": "Muu järjestelmä 12"})
    assert other.status_code == 422
    anew = other.get_data(as_text=True)
    assert "it is not sent yet" in anew
    assert hidden_fields(anew)["token"] != fields["token"]


def test_what_keeps_a_family_safe_goes_along(app: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    consent = {"by": "Bo Berg", "how": "puhelimitse", "items": ["uni"], "recipients": ["perheneuvola"]}
    number = send_case(
        cast,
        drain,
        role="professional",
        kind="consultation_with_consent",
        consent=consent,
        do_not_tell_guardian=True,
        secret_address=True,
    )
    cara = cast.sign_in("cara")
    send_form(cara, number, "attempt", how="phone", result="no_answer")
    page = read(cara, case_url(number) + "/onwards?lang=en")
    text = unescape(visible_text(page))
    for said in (
        "Do not tell the guardian",
        "Secret address",
        "Do not leave a voice",
        "Bo Berg",
        "no answer",
    ):
        assert said in text
    data = cara.post(case_url(number) + "/export", data=hidden_fields(page)).get_json()
    assert (data["do_not_tell_guardian"], data["secret_address"]) == (True, True)
    assert data["consent"]["by"] == "Bo Berg"
    assert [(tried["how"], tried["result"]) for tried in data["contact_attempts"]] == [("phone", "no_answer")]


def test_what_was_agreed_and_tried_elsewhere_goes_along(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = send_case(cast, drain, text="Mies löi eilen ja uhkasi tappaa")
    cara, dan = cast.actor("cara"), cast.actor("dan")
    browser = cast.sign_in("cara")
    send_form(
        browser,
        number,
        "answer",
        body="Hei!",
        interpreted_from="so",
        interpreted_to="fi",
        present="Tulkki Amina",
    )
    referral.refer(actor=cara, number=number, name="Turun perhekahvila", how="Torstaisin.", token="r1")
    given = transfer.Offer(desk("turku-school").id, "Koulu tuntee perheen.", "", "o1")
    transfer.offer(actor=cara, number=number, version=case_row(number).version, given=given)
    transfer.give_back(actor=dan, number=number, reason="other", words="Asuvat Raisiossa.")
    page = read(browser, case_url(number) + "/onwards?lang=en")
    text = unescape(visible_text(page))
    for said in (
        *("Possible danger", "Tulkki Amina", "Turun perhekahvila", "Koulu tuntee perheen."),
        *("Asuvat Raisiossa.", "Offered to another desk: Contact point of the schools", "Promised by"),
    ):
        assert said in text
    data = browser.post(case_url(number) + "/export", data=hidden_fields(page)).get_json()
    assert "violence" in data["danger_flags"]
    assert data["conversation"][0]["interpreted"]["present"] == "Tulkki Amina"
    assert [told["name"] for told in data["help_outside"]] == ["Turun perhekahvila"]
    (made,) = data["hand_overs"]
    assert (made["why"], made["status"], made["return_words"]) == (
        "Koulu tuntee perheen.",
        "returned",
        "Asuvat Raisiossa.",
    )
    assert "offered" in [line["verb"] for line in data["logbook"] if line["desk"] == made["to"]]


def test_a_call_may_need_an_interpreter_and_have_a_worker_already(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    cara = cast.sign_in("cara")
    status, page = register(cara, interpreter="fse", existing_worker="Neuvolan Liisa")
    assert status == 200
    (number,) = numbers_listed(page)
    seen = unescape(read(cara, case_url(number) + "?lang=en"))
    assert "Finnish Sign Language" in seen
    assert "Neuvolan Liisa" in seen


def test_a_call_says_when_to_call_back_and_what_is_asked_for(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    cara = cast.sign_in("cara")
    status, page = register(cara, kind="network_meeting", not_before="16:30", not_after="18:00")
    assert status == 200
    (number,) = numbers_listed(page)
    seen = unescape(visible_text(read(cara, case_url(number) + "?lang=en")))
    assert case_row(number).kind == "network_meeting"
    for said in ("network meeting", "16:30", "18:00"):
        assert said in seen
    status, page = register(cara, kind="consultation_anonymous")
    assert status == 422
    assert "nukahtaminen kestää tunteja" in page


def test_a_step_may_be_of_today_in_helsinki(app: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    """Half an hour after midnight it is still yesterday in UTC."""
    number = send_case(cast, drain)
    night = clock.end_of_today() + dt.timedelta(minutes=30)
    with clock.moved(night):
        page = read(cast.sign_in("cara"), case_url(number))
    assert f'name="taken_on" value="" max="{night.date().isoformat()}"' in page


def test_nobody_else_prints_or_exports(app: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    number = send_case(cast, drain)
    dan = cast.sign_in("dan")
    fields = hidden_fields(read(dan, "/staff/register"))
    assert dan.get(case_url(number) + "/onwards").status_code == 404
    assert dan.post(case_url(number) + "/export", data=fields).status_code == 404
    assert dan.post(case_url(number) + "/recorded", data=fields | {"system": "X"}).status_code == 404
