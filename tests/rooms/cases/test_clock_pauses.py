"""Clocks that staff pause for a reason on the list, and clocks that the law sets."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select

from helpbutton import clock
from helpbutton.cases import clock_rules as rules
from helpbutton.cases import clocks, handling
from helpbutton.cases.clock_queries import clocks_of
from helpbutton.cases.models import Case, Clock
from helpbutton.clock import HELSINKI
from helpbutton.conversation.operations import answer, write_from_family
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Service
from helpbutton.errors import Conflict, Invalid, NotFound
from tests.cast import Cast
from tests.rooms.cases.clock_steps import DANGER, DAY, MONDAY, clocks_now, look, running, watched_at
from tests.rooms.cases.conftest import Send, Sent

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
PUPIL = {"role": "young_person", "topic": "school_absence", "child_age_group": "13-15"}
AGREED = "time_agreed"


def waiting(cast: Cast, send: Send) -> Sent:
    """A case whose family has been answered and has written again; call it with the clock at MONDAY."""
    case = send()
    answer(actor=cast.actor("cara"), number=case.number, body="Hei!", token=f"t-{case.id}")
    write_from_family(case_id=case.id, body="Kiitos, vielä yksi asia", token=f"f-{case.id}")
    return case


def pause(cast: Cast, case: Sent, reason: str = AGREED, who: str = "cara") -> None:
    clocks.pause(actor=cast.actor(who), number=case.number, kind="next_answer", reason=reason)


def test_a_paused_clock_stands_still_and_goes_on_with_the_time_that_was_left(
    app_on_both: Flask, cast: Cast, send: Send
) -> None:
    with clock.moved(MONDAY):
        case = waiting(cast, send)
        before = running(case.id, "next_answer")
        pause(cast, case)
        pause(cast, case)
        paused = running(case.id, "next_answer")
        assert (paused.due_at, paused.pause_reason) == (before.due_at, AGREED)
        assert case.verbs.count("clock_paused") == 1
    with clock.moved(before.due_at + DAY):
        assert look(before.id).says is None, "a paused clock does not slip"
        for _ in range(2):
            clocks.resume(actor=cast.actor("cara"), number=case.number, kind="next_answer")
        after = running(case.id, "next_answer")
    assert after.paused_at is None
    assert after.due_at > before.due_at + DAY
    assert after.paused_s >= DAY.total_seconds()
    assert case.verbs.count("clock_resumed") == 1
    assert watched_at(after.id) == after.warn_at


@pytest.mark.parametrize("reason", ["", "holiday", "too much to do"])
def test_only_reasons_on_the_list_pause(reason: str, app: Flask, cast: Cast, send: Send) -> None:
    case = waiting(cast, send)
    with pytest.raises(Invalid):
        pause(cast, case, reason)
    assert running(case.id, "next_answer").paused_at is None


def test_what_slipped_cannot_be_paused_away_and_strangers_pause_nothing(
    app: Flask, cast: Cast, send: Send
) -> None:
    with clock.moved(MONDAY):
        case = waiting(cast, send)
    with pytest.raises(NotFound):
        pause(cast, case, who="dan")
    with clock.moved(running(case.id, "next_answer").due_at + dt.timedelta(hours=1)):
        with pytest.raises(Conflict):
            pause(cast, case)
        answer(actor=cast.actor("cara"), number=case.number, body="Anteeksi", token="t9")
    assert clocks_now(case.id, "next_answer")[0].kept is False
    for move in (clocks.pause, clocks.resume):
        extra = {"reason": AGREED} if move is clocks.pause else {}
        with pytest.raises(Conflict):
            move(actor=cast.actor("cara"), number=case.number, kind="next_answer", **extra)


def test_a_new_message_ends_the_pause_and_danger_makes_it_due_today(
    app: Flask, cast: Cast, send: Send
) -> None:
    with clock.moved(MONDAY):
        calm, danger = waiting(cast, send), waiting(cast, send)
        for case in (calm, danger):
            pause(cast, case)
    with clock.moved(MONDAY + 2 * DAY):
        write_from_family(case_id=calm.id, body="Aika ei sovikaan", token="f2")
        write_from_family(case_id=danger.id, body=DANGER, token="f3")
        today = clock.today()
    due = [running(case.id, "next_answer") for case in (calm, danger)]
    assert [row.paused_at for row in due] == [None, None]
    assert due[0].due_at.astimezone(HELSINKI).date() > today == due[1].due_at.astimezone(HELSINKI).date()


def test_a_pause_that_nobody_ends_ends_by_itself(app: Flask, cast: Cast, send: Send) -> None:
    with clock.moved(MONDAY):
        case = waiting(cast, send)
        pause(cast, case)
        paused = running(case.id, "next_answer")
        assert paused.paused_at is not None
        assert watched_at(paused.id) == paused.paused_at + rules.LONGEST_PAUSE
    with clock.moved(paused.paused_at + rules.LONGEST_PAUSE + dt.timedelta(seconds=1)):
        found = look(paused.id)
        assert found.says is None
        assert found.again_at == running(case.id, "next_answer").warn_at
    assert running(case.id, "next_answer").paused_at is None
    assert case.verbs[-1] == "clock_resumed"


def test_a_paused_clock_that_is_answered_was_kept(app: Flask, cast: Cast, send: Send) -> None:
    with clock.moved(MONDAY):
        case = waiting(cast, send)
        pause(cast, case)
        due_at = running(case.id, "next_answer").due_at
    with clock.moved(due_at + DAY):
        answer(actor=cast.actor("cara"), number=case.number, body="Niin kuin sovittiin", token="t9")
    (row,) = clocks_now(case.id, "next_answer")
    assert (row.kept, row.paused_at) == (True, None)


def test_a_contact_made_together_starts_the_seven_working_days(
    app_on_both: Flask, cast: Cast, send: Send
) -> None:
    with clock.moved(MONDAY):
        case = send(**TOGETHER)
        law = running(case.id, "statutory")
        law_id = law.id
        assert law.due_at == dt.datetime(2027, 1, 20, 23, 59, tzinfo=HELSINKI)
        answer(actor=cast.actor("cara"), number=case.number, body="Hei!", token="t1")
        assert running(case.id, "statutory").id == law_id, "an answer is not an assessment"
        for _ in range(2):
            clocks.settle_statutory(actor=cast.actor("cara"), number=case.number)
    assert [row.kept for row in clocks_now(case.id, "statutory")] == [True]
    assert case.verbs.count("clock_settled") == 1
    (view,) = (view for view in clocks_of(reading(), case.id) if view.kind == "statutory")
    assert (view.statute, view.running) == ("need_assessment", False)


def test_a_pupils_request_is_on_the_laws_clock_at_pupil_welfare_and_nowhere_else(
    app: Flask, cast: Cast, send: Send
) -> None:
    with clock.moved(MONDAY):
        pupil, parent = send(**PUPIL), send(topic="school_absence")
        assert clocks_now(parent.id, "statutory") == []
        (view,) = (view for view in clocks_of(reading(), pupil.id) if view.kind == "statutory")
        assert (view.statute, view.due_at) == (
            "pupil_talk",
            dt.datetime(2027, 1, 20, 23, 59, tzinfo=HELSINKI),
        )
        write_from_family(case_id=pupil.id, body=DANGER, token="f1")
        urgent = running(pupil.id, "statutory").due_at
    assert urgent == dt.datetime(2027, 1, 12, 23, 59, tzinfo=HELSINKI)


def test_the_laws_clock_ends_as_moot_where_the_law_does_not_apply_and_begins_where_it_does(
    app: Flask, cast: Cast, send: Send
) -> None:
    with clock.moved(MONDAY):
        case = send(**PUPIL)
        home, date = case.row.service_id, running(case.id, "statutory").due_at
        elsewhere = reading().scalar(select(Service.id).where(Service.key == "varha-family-guidance"))
    states: list[list[bool | None]] = []
    with clock.moved(MONDAY + DAY):
        for target in (elsewhere, home):
            with transaction() as session:
                handling.move(session, session.get_one(Case, case.id), session.get_one(Service, target))
            states.append([row.kept for row in clocks_now(case.id, "statutory")])
    assert states == [[None], [None, None]]
    assert running(case.id, "statutory").due_at == date


def test_closing_ends_every_clock(app: Flask, cast: Cast, send: Send) -> None:
    case = send(**TOGETHER)
    handling.close(
        actor=cast.actor("cara"), number=case.number, version=case.row.version, outcome="guided_to_service"
    )
    rows: list[Clock] = [row for kind in ("first_contact", "statutory") for row in clocks_now(case.id, kind)]
    assert [row.kept for row in rows] == [True, True]
