"""The clocks on the case page: read, paused for a reason, taken up again, settled."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest

from helpbutton import clock
from helpbutton.cases.models import Clock
from helpbutton.clock import HELSINKI
from helpbutton.conversation.operations import answer, write_from_family
from tests.cast import Cast
from tests.web.staff.pages import case_row, case_url, read, send_case, send_form, stored, visible_text

Drain = Callable[[], int]
MONDAY = dt.datetime(2027, 1, 11, 10, 0, tzinfo=HELSINKI)
TOGETHER = {
    "kind": "contact_together",
    "role": "professional",
    "consent": {
        "by": "huoltaja",
        "how": "suullisesti",
        "items": ["koulu"],
        "recipients": ["varha"],
        "until": None,
    },
}


@pytest.fixture
def waiting(cast: Cast, drain: Drain) -> str:
    """The number of a case whose family was answered and has written again."""
    number = send_case(cast, drain)
    answer(actor=cast.actor("cara"), number=number, body="Hei!", token=str(uuid.uuid4()))
    write_from_family(case_id=case_row(number).id, body="Vielä yksi asia", token=str(uuid.uuid4()))
    return number


def running(kind: str) -> Clock:
    return stored().query(Clock).filter_by(kind=kind, stopped_at=None).one()


def test_a_clock_is_paused_for_a_reason_on_the_list_and_goes_on(cast: Cast, waiting: str) -> None:
    cara = cast.sign_in("cara")
    page = visible_text(read(cara, case_url(waiting) + "?lang=en"))
    assert "answer to the newest message" in page
    assert "Pause, because" in page
    fields = {"clock": "next_answer", "pause_reason": "time_agreed"}
    assert send_form(cara, waiting, "clock", act="pause", **fields).status_code == 303
    assert running("next_answer").pause_reason == "time_agreed"
    page = visible_text(read(cara, case_url(waiting) + "?lang=en"))
    assert "paused: a time has been agreed with the family" in page
    assert "Paused a clock: answer to the newest message: a time has been agreed with the family" in page
    assert send_form(cara, waiting, "clock", act="resume", clock="next_answer").status_code == 303
    assert running("next_answer").paused_at is None


def test_a_pause_without_a_reason_is_refused_where_it_was_asked_for(cast: Cast, waiting: str) -> None:
    cara = cast.sign_in("cara")
    refused = send_form(cara, waiting, "clock", act="pause", clock="next_answer", pause_reason="")
    assert refused.status_code == 422
    assert 'id="pause-error"' in refused.get_data(as_text=True)
    late = send_form(cara, waiting, "clock", act="pause", clock="first_contact", pause_reason="time_agreed")
    assert late.status_code == 409
    assert send_form(cara, waiting, "clock", act="forget", clock="next_answer").status_code == 400
    assert running("next_answer").paused_at is None


def test_people_of_another_desk_touch_no_clock(cast: Cast, waiting: str, drain: Drain) -> None:
    dan = cast.sign_in("dan")
    fields = {"csrf_token": "", "act": "pause", "clock": "next_answer", "pause_reason": "time_agreed"}
    assert dan.post(f"{case_url(waiting)}/clock", data=fields).status_code in (400, 404)
    assert running("next_answer").paused_at is None


def test_the_laws_date_is_on_the_page_until_it_is_settled(cast: Cast, drain: Drain) -> None:
    with clock.moved(MONDAY):
        number = send_case(cast, drain, **TOGETHER)
        cara = cast.sign_in("cara")
        page = visible_text(read(cara, case_url(number) + "?lang=en"))
        assert "the law: the assessment of need begins (seven working days)" in page
        assert "Wed 20 Jan 23:59" in page
        assert send_form(cara, number, "clock", act="settle", clock="statutory").status_code == 303
        page = visible_text(read(cara, case_url(number) + "?lang=en"))
    assert "The assessment has begun" not in page
    assert "Did what the law sets a date for" in page


def test_what_is_overdue_stands_at_the_head_of_the_page_although_there_was_an_answer(
    cast: Cast, waiting: str
) -> None:
    with clock.moved(running("next_answer").due_at + dt.timedelta(hours=30)):
        html = read(cast.sign_in("cara"), case_url(waiting) + "?lang=en")
    assert visible_text(html).count("overdue 30 h") == 2
    assert "Pause the clock" not in html
