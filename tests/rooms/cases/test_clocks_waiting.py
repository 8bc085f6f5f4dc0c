"""Until when a family waits: views, lanes and counts of the worklist follow its clocks."""

import datetime as dt

from flask import Flask

from helpbutton import clock
from helpbutton.cases import clock_rules as rules
from helpbutton.cases import clocks, handling
from helpbutton.cases.worklist import counts, worklist
from helpbutton.conversation.operations import answer, write_from_family
from tests.cast import Cast
from tests.rooms.cases.clock_steps import DANGER, DAY, MONDAY, look, running
from tests.rooms.cases.conftest import Send


def test_views_and_lanes_follow_the_answer_that_the_family_waits_for(
    app_on_both: Flask, cast: Cast, send: Send
) -> None:
    cara = cast.actor("cara")

    def until() -> dt.datetime | None:
        return case.row.waits_until

    def found() -> tuple[int, int, int]:
        """The lane, and how many cases are due today and overdue."""
        shown = counts(actor=cara)
        for view in ("due_today", "overdue"):
            assert len(worklist(actor=cara, view=view)) == shown[view]
        return case.row.lane, shown["due_today"], shown["overdue"]

    with clock.moved(MONDAY):
        case = send()
        answer(actor=cara, number=case.number, body="Hei!", token="t1")
    with clock.moved(case.row.respond_by + DAY):
        assert found() == (3, 0, 0), "answered"
        write_from_family(case_id=case.id, body="Entä huomenna?", token="f1")
        due = running(case.id, "next_answer").due_at
        assert found() == (2, 0, 0)
        assert until() == due
    with clock.moved(due - dt.timedelta(minutes=5)):
        assert found() == (2, 1, 0)
        clocks.pause(actor=cara, number=case.number, kind="next_answer", reason="time_agreed")
        assert found() == (3, 0, 0), "a pause presses nobody"
        assert until() is None
    with clock.moved(due + dt.timedelta(hours=2)):
        assert found() == (3, 0, 0)
        clocks.resume(actor=cara, number=case.number, kind="next_answer")
        due = running(case.id, "next_answer").due_at
        assert until() == due
    with clock.moved(due + dt.timedelta(hours=2)):
        assert found() == (2, 0, 1)
        answer(actor=cara, number=case.number, body="Anteeksi", token="t2")
        assert found() == (3, 0, 0)
        assert until() is None


def test_a_case_opened_again_is_overdue_by_its_new_date_alone(
    app_on_both: Flask, cast: Cast, send: Send
) -> None:
    cara = cast.actor("cara")
    with clock.moved(MONDAY):
        case = send()
        handling.close(actor=cara, number=case.number, version=case.row.version, outcome="other")
        assert case.row.waits_until is None
    with clock.moved(case.row.respond_by + 7 * DAY):
        assert counts(actor=cara)["overdue"] == 0
        write_from_family(case_id=case.id, body="Tarvitsemme taas apua", token="f1")
        due = running(case.id, "next_answer").due_at
        (row,) = worklist(actor=cara)
        assert (row.respond_by, row.overdue, counts(actor=cara)["overdue"]) == (due, False, 0)
        clocks.pause(actor=cara, number=case.number, kind="next_answer", reason="time_agreed")
        (row,) = worklist(actor=cara)
        assert (row.answered, row.overdue, counts(actor=cara)["overdue"]) == (True, False, 0)
        clocks.resume(actor=cara, number=case.number, kind="next_answer")
    with clock.moved(running(case.id, "next_answer").due_at + DAY):
        assert [row.overdue for row in worklist(actor=cara, view="overdue")] == [True]


def test_an_answer_that_is_due_earlier_is_waited_for_earlier(app: Flask, cast: Cast, send: Send) -> None:
    with clock.moved(MONDAY):
        case = send()
        promised = case.row.promised_by
        write_from_family(case_id=case.id, body=DANGER, token="f1")
        assert case.row.waits_until == case.row.respond_by < promised
        answer(actor=cast.actor("cara"), number=case.number, body="Hei!", token="t1")
        write_from_family(case_id=case.id, body="Kiitos", token="f2")
    assert case.row.waits_until == running(case.id, "next_answer").due_at


def test_a_pause_that_ends_by_itself_lets_the_family_wait_again(app: Flask, cast: Cast, send: Send) -> None:
    with clock.moved(MONDAY):
        case = send()
        answer(actor=cast.actor("cara"), number=case.number, body="Hei!", token="t1")
        write_from_family(case_id=case.id, body="Kiitos, vielä yksi asia", token="f1")
        paused = running(case.id, "next_answer").id
        clocks.pause(actor=cast.actor("cara"), number=case.number, kind="next_answer", reason="time_agreed")
    with clock.moved(MONDAY + rules.LONGEST_PAUSE + DAY):
        look(paused)
    assert case.row.waits_until == running(case.id, "next_answer").due_at
