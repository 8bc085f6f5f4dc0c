"""What the receipt says about waiting: the date, what holds it up, and the truth when a promise has slipped."""

import datetime as dt
import uuid

import pytest
from flask.testing import FlaskClient

from helpbutton import clock, i18n
from helpbutton.cases import clocks
from helpbutton.cases.clock_queries import ClockView
from helpbutton.cases.clock_rules import PAUSE_REASONS
from helpbutton.cases.models import Case, Clock
from helpbutton.conversation.operations import answer, write_from_family
from helpbutton.db import db, reading
from helpbutton.web.dates import date_words
from helpbutton.web.public.family_clock import ON_HOLD, family_clock
from tests.cast import MORNINGS, Cast
from tests.web.public.browser import Page, visit

NOW = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def code(client: FlaskClient) -> str:
    return visit(client).press("check", text=MORNINGS).press("send").code


def opened(client: FlaskClient, code: str, language: str = "en") -> Page:
    return visit(client, f"/receipt?lang={language}").press("open", code=code)


def the_case() -> Case:
    db.session.remove()
    return reading().query(Case).one()


def due_at(kind: str) -> dt.datetime:
    db.session.remove()
    return reading().query(Clock).filter_by(kind=kind, stopped_at=None).one().due_at


def view(kind: str, due: dt.datetime, *, reason: str | None = None, statute: str | None = None) -> ClockView:
    return ClockView(
        kind=kind,
        service_names={"fi": "Perheohjaus"},
        started_at=NOW - 24 * HOUR,
        due_at=due,
        paused_at=NOW - HOUR if reason else None,
        pause_reason=reason,
        stopped_at=None,
        kept=None,
        statute=statute,
    )


def test_a_promise_that_slipped_is_admitted_with_what_happens_now_and_who_else_helps(
    client: FlaskClient, code: str
) -> None:
    promised = due_at("first_contact")
    assert "We have not kept our promise" not in opened(client, code).text
    with clock.moved(promised + HOUR):
        page = opened(client, code)
    day = date_words(promised, "en")
    assert f"You were promised an answer at the latest on {day}, and it has not come." in page.text
    assert f"You get an answer at the latest on {day}" not in page.text
    notice = page.html.partition('aria-labelledby="late"')[2].partition("</section>")[0]
    assert "What happens now" in notice
    assert "tel:112" in notice


def test_the_notice_ends_with_the_answer(client: FlaskClient, code: str, cast: Cast) -> None:
    case, promised = the_case(), due_at("first_contact")
    with clock.moved(promised + HOUR):
        answer(actor=cast.actor("cara"), number=case.number, body="Anteeksi!", token=str(uuid.uuid4()))
        assert "We have not kept our promise" not in opened(client, code).text


def test_what_the_family_writes_gets_a_date_of_its_own_and_a_pause_its_reason(
    client: FlaskClient, code: str, cast: Cast
) -> None:
    case = the_case()
    number, case_id = case.number, case.id
    answer(actor=cast.actor("cara"), number=number, body="Hei!", token=str(uuid.uuid4()))
    assert "to your newest message" not in opened(client, code).text
    write_from_family(case_id=case_id, body="Vielä yksi asia", token=str(uuid.uuid4()))
    day = date_words(due_at("next_answer"), "en")
    assert f"You get an answer to your newest message at the latest on {day}." in opened(client, code).text
    clocks.pause(actor=cast.actor("cara"), number=number, kind="next_answer", reason="time_agreed")
    paused = opened(client, code).text
    assert "because a time has been agreed with you" in paused
    assert day not in paused.partition("Conversation")[0]


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_clock_speaks_every_language(language: str) -> None:
    late = family_clock([view("first_contact", NOW - HOUR)], now=NOW, language=language)
    soon = family_clock([view("next_answer", NOW + HOUR)], now=NOW, language=language)
    assert (late.first, late.waits, soon.late) == (False, (), ())
    assert date_words(NOW, language) in late.late[0]
    assert date_words(NOW, language) in soon.waits[0]


def test_every_reason_for_a_pause_and_every_law_has_its_words() -> None:
    assert tuple(ON_HOLD) == PAUSE_REASONS
    for statute in ("need_assessment", "pupil_talk"):
        for due in (NOW + HOUR, NOW - HOUR):
            found = family_clock([view("statutory", due, statute=statute)], now=NOW, language="en")
            said = found.waits + found.late
            assert len(said) == 1
            assert date_words(due, "en") in said[0]


def test_clocks_among_desks_are_not_the_familys_business() -> None:
    found = family_clock(
        [view("acceptance", NOW - HOUR), view("hand_over", NOW + HOUR)], now=NOW, language="fi"
    )
    assert (found.first, found.waits, found.late) == (False, (), ())
