"""What a case owes runs on clocks: they start with what was promised, move only earlier, and stop with an answer."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from helpbutton import clock
from helpbutton.cases import clock_rules as rules
from helpbutton.cases import clocks, handling, sender
from helpbutton.cases.models import Case, Clock, Decision
from helpbutton.cases.worklist import WorklistRow, worklist
from helpbutton.clock import HELSINKI
from helpbutton.conversation.operations import answer, write_from_family
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Service
from helpbutton.errors import Conflict
from tests.cast import Cast
from tests.rooms.cases.clock_steps import DANGER, DAY, MONDAY, clocks_now, look, running, watched_at
from tests.rooms.cases.conftest import Send


def test_the_first_answer_is_on_the_clock_from_the_receipt_on_and_an_answer_stops_it(
    app_on_both: Flask, cast: Cast, send: Send
) -> None:
    with clock.moved(MONDAY):
        case = send()
        first = running(case.id, "first_contact")
        assert first.due_at == case.row.respond_by
        assert (first.started_at, first.service_id) == (case.row.received_at, case.row.service_id)
        assert first.warn_at is not None
        assert first.started_at < first.warn_at < first.due_at
        assert watched_at(first.id) == first.warn_at
        answer(actor=cast.actor("cara"), number=case.number, body="Hei!", token="t1")
    (stopped,) = clocks_now(case.id, "first_contact")
    assert (stopped.kept, stopped.stopped_at is not None) == (True, True)
    assert clocks_now(case.id, "next_answer") == [], "the family has its answer"


def test_an_answer_that_comes_late_was_not_kept(app: Flask, cast: Cast, send: Send) -> None:
    with clock.moved(MONDAY):
        case = send()
    with clock.moved(running(case.id, "first_contact").due_at + dt.timedelta(minutes=1)):
        answer(actor=cast.actor("cara"), number=case.number, body="Hei!", token="t1")
    assert clocks_now(case.id, "first_contact")[0].kept is False


def test_what_the_family_writes_starts_the_clock_of_the_next_answer_once(
    app_on_both: Flask, cast: Cast, send: Send
) -> None:
    with clock.moved(MONDAY):
        case = send()
        write_from_family(case_id=case.id, body="Lisään vielä", token="f0")
        assert clocks_now(case.id, "next_answer") == [], "the first answer is still to come"
        answer(actor=cast.actor("cara"), number=case.number, body="Hei!", token="t1")
    with clock.moved(MONDAY + DAY):
        write_from_family(case_id=case.id, body="Kiitos, vielä yksi asia", token="f1")
        waits = running(case.id, "next_answer").due_at
        assert (MONDAY + DAY).date() < waits.astimezone(HELSINKI).date() <= (MONDAY + 4 * DAY).date()
    with clock.moved(MONDAY + DAY + dt.timedelta(hours=2)):
        write_from_family(case_id=case.id, body="Ja toinen", token="f2")
        assert running(case.id, "next_answer").due_at == waits, "writing again makes nobody wait longer"
        answer(actor=cast.actor("cara"), number=case.number, body="Selvä", token="t2")
    assert [row.kept for row in clocks_now(case.id, "next_answer")] == [True]


def test_words_of_danger_in_a_later_message_move_the_first_answer_earlier_and_say_why(
    app_on_both: Flask, cast: Cast, send: Send
) -> None:
    with clock.moved(MONDAY):
        case = send()
        before = case.row.respond_by
        write_from_family(case_id=case.id, body=DANGER, token="f1")
    after = case.row
    assert after.respond_by.astimezone(HELSINKI).date() == MONDAY.date() < before.astimezone(HELSINKI).date()
    assert after.promised_by == before, "what was said at sending stays on record"
    moved = running(case.id, "first_contact")
    assert moved.due_at == after.respond_by
    assert watched_at(moved.id) == (moved.warn_at or moved.due_at)
    reasons = reading().scalars(select(Decision.code).where(Decision.case_id == case.id))
    assert "promise_earlier" in set(reasons)


def test_words_of_danger_after_an_answer_make_the_next_answer_due_the_same_day(
    app: Flask, cast: Cast, send: Send
) -> None:
    with clock.moved(MONDAY):
        case = send()
        answer(actor=cast.actor("cara"), number=case.number, body="Hei!", token="t1")
        write_from_family(case_id=case.id, body="Kiitos", token="f1")
        calm = running(case.id, "next_answer").due_at
        write_from_family(case_id=case.id, body=DANGER, token="f2")
        pressing = running(case.id, "next_answer").due_at
    assert pressing.astimezone(HELSINKI).date() == MONDAY.date() < calm.astimezone(HELSINKI).date()


def test_a_case_that_the_family_opens_again_owes_an_answer(app: Flask, cast: Cast, send: Send) -> None:
    with clock.moved(MONDAY):
        case = send()
        handling.close(
            actor=cast.actor("cara"), number=case.number, version=case.row.version, outcome="advice_given"
        )
        assert [row.kept for row in clocks_now(case.id, "first_contact")] == [True]
    with clock.moved(MONDAY + 20 * DAY):
        write_from_family(case_id=case.id, body="Tarvitsemme taas apua", token="f1")
        assert running(case.id, "next_answer").due_at > clock.now()
        assert len(clocks_now(case.id, "first_contact")) == 1


def test_a_request_that_was_taken_back_neither_kept_nor_broke_its_promise(
    app: Flask, cast: Cast, send: Send
) -> None:
    in_time, too_late = send(), send()
    sender.withdraw(case_id=in_time.id)
    with clock.moved(too_late.row.respond_by + DAY):
        sender.withdraw(case_id=too_late.id)
    assert [clocks_now(case.id, "first_contact")[0].kept for case in (in_time, too_late)] == [None, False]


def test_new_opening_hours_do_not_rewrite_what_was_promised(app: Flask, cast: Cast, send: Send) -> None:
    with clock.moved(MONDAY):
        case = send()
        before = running(case.id, "first_contact")
        stored = (before.due_at, before.warn_at)
        with transaction() as session:
            session.execute(
                update(Service)
                .where(Service.id == before.service_id)
                .values(hours={"fri": [["09:00", "10:00"]]}, promise_days=9)
            )
        look(before.id)
        after = running(case.id, "first_contact")
    assert (after.due_at, after.warn_at) == stored


def test_two_clocks_of_a_kind_cannot_run_on_a_case(app_on_both: Flask, send: Send) -> None:
    case = send()
    first = running(case.id, "first_contact")
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(
            Clock(
                case_id=case.id,
                kind="first_contact",
                service_id=first.service_id,
                started_at=first.started_at,
                due_at=first.due_at,
            )
        )
    with transaction() as session:
        row = session.get_one(Case, case.id)
        again = clocks.start(session, row, "first_contact", due_at=first.due_at + DAY, now=clock.now())
        assert (again.id, again.due_at) == (first.id, first.due_at)


def test_a_clock_warns_once_and_slips_once(app: Flask, send: Send) -> None:
    with clock.moved(MONDAY):
        first = running(send().id, "first_contact")
        assert look(first.id) == clocks.Look(None, first.warn_at)
    assert first.warn_at is not None
    with clock.moved(first.warn_at + dt.timedelta(seconds=1)):
        assert look(first.id) == clocks.Look("warn", first.due_at)
        assert look(first.id) == clocks.Look(None, first.due_at)
    with clock.moved(first.due_at + dt.timedelta(seconds=1)):
        assert look(first.id) == clocks.Look("slip", None)
        assert look(first.id) == clocks.Look(None, None)
    assert look(999) == clocks.Look(None, None)


def test_a_clock_that_stopped_says_nothing(app: Flask, cast: Cast, send: Send) -> None:
    case = send()
    first = running(case.id, "first_contact")
    answer(actor=cast.actor("cara"), number=case.number, body="Hei!", token="t1")
    with clock.moved(first.due_at + DAY):
        assert look(first.id) == clocks.Look(None, None)


def test_the_desk_that_gets_the_case_answers_for_the_promise(app: Flask, cast: Cast, send: Send) -> None:
    with clock.moved(MONDAY):
        case = send()
        before = running(case.id, "first_contact").due_at
        with transaction() as session:
            row = session.get_one(Case, case.id)
            quick = session.scalars(
                select(Service).where(
                    Service.organisation_id == row.organisation_id, Service.id != row.service_id
                )
            ).first()
            assert quick is not None
            quick.promise_days = 0
            handling.move(session, row, quick)
            quick_id = quick.id
        after = running(case.id, "first_contact")
    assert (after.service_id, after.due_at) == (quick_id, case.row.respond_by)
    assert after.due_at < before


@pytest.mark.parametrize("kind", rules.NEVER_PAUSED)
def test_the_database_itself_refuses_a_pause_of_what_nothing_pauses(
    kind: str, app: Flask, send: Send
) -> None:
    case = send()
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(
            update(Clock)
            .where(Clock.case_id == case.id)
            .values(kind=kind, paused_at=clock.now(), pause_reason="time_agreed")
        )


def test_first_contact_cannot_be_paused(app: Flask, cast: Cast, send: Send) -> None:
    case = send()
    with pytest.raises(Conflict):
        clocks.pause(actor=cast.actor("cara"), number=case.number, kind="first_contact", reason="time_agreed")


def test_a_row_of_the_worklist_shows_the_answer_that_the_family_waits_for(
    app: Flask, cast: Cast, send: Send
) -> None:
    cara = cast.actor("cara")

    def row() -> WorklistRow:
        (found,) = worklist(actor=cara)
        return found

    with clock.moved(MONDAY):
        case = send()
        answer(actor=cara, number=case.number, body="Hei!", token="t1")
        assert row().answered
        write_from_family(case_id=case.id, body="Entä huomenna?", token="f1")
        due = running(case.id, "next_answer").due_at
        assert (row().answered, row().respond_by, row().overdue) == (False, due, False)
    with clock.moved(due + dt.timedelta(hours=1)):
        assert row().overdue
    with clock.moved(MONDAY + dt.timedelta(hours=1)):
        clocks.pause(
            actor=cara, number=case.number, kind="next_answer", reason=next(iter(rules.PAUSE_REASONS))
        )
        assert (row().answered, row().overdue) == (True, False)
