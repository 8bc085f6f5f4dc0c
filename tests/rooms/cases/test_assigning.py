"""A case given to a colleague is accepted or given back; nobody who does not open it keeps it."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask

from helpbutton import clock
from helpbutton.cases import assigning, handling, transfer
from helpbutton.cases.correcting import other_desks, put_on_desk
from helpbutton.cases.queries import open_case
from helpbutton.cases.worklist import newest_line, news
from helpbutton.conversation.operations import answer
from helpbutton.errors import Conflict, Invalid, NotFound
from helpbutton.escalation.queries import waiting_on
from tests.cast import Cast
from tests.rooms.cases.clock_steps import MONDAY, clocks_now, running
from tests.rooms.cases.conftest import Send, Sent, texted
from tests.rooms.cases.handing import SCHOOL, desk, offer

Drain = Callable[[], int]
HOUR = dt.timedelta(hours=1)


def give(cast: Cast, case: Sent, *, by: str = "liisa", to: str = "cara") -> None:
    colleague = cast.actor(to).account_id
    assigning.assign(actor=cast.actor(by), number=case.number, version=case.row.version, colleague=colleague)


def test_a_colleague_gets_the_case_and_a_clock_and_accepts(
    app_on_both: Flask, cast: Cast, send: Send, drain: Drain
) -> None:
    with clock.moved(MONDAY):
        case = send()
        give(cast, case)
        assert (case.row.assigned_to, case.row.state) == (cast.actor("cara").account_id, "in_progress")
        waits = running(case.id, "acceptance")
        assert clock.local(waits.due_at).date() == (MONDAY + dt.timedelta(days=1)).date()
        drain()
        assigning.accept(actor=cast.actor("cara"), number=case.number)
        with pytest.raises(Conflict):
            assigning.accept(actor=cast.actor("cara"), number=case.number)
    assert [row.kept for row in clocks_now(case.id, "acceptance")] == [True]
    assert case.verbs[-2:] == ["assigned", "assignment_accepted"]
    assert len(case.notifications("reminder_alert")) == 1, "she was told"


def test_who_was_given_it_may_give_it_to_a_colleague_whose_clock_is_then_the_one_that_runs(
    app_on_both: Flask, cast: Cast, send: Send
) -> None:
    case = send()
    give(cast, case)
    assigning.assign(
        actor=cast.actor("cara"),
        number=case.number,
        version=case.row.version,
        colleague=cast.actor("liisa").account_id,
    )
    assert case.row.assigned_to == cast.actor("liisa").account_id
    assert [row.stopped_at is None for row in clocks_now(case.id, "acceptance")] == [False, True]


def test_who_cannot_take_it_gives_it_back_with_a_reason(app: Flask, cast: Cast, send: Send) -> None:
    case = send()
    give(cast, case)
    for wrong in ("", "because"):
        with pytest.raises(Invalid):
            assigning.give_back(actor=cast.actor("cara"), number=case.number, reason=wrong)
    with pytest.raises(Conflict):
        assigning.give_back(actor=cast.actor("liisa"), number=case.number, reason="away")
    since = newest_line()
    assigning.give_back(actor=cast.actor("cara"), number=case.number, reason="too_close")
    assert news(actor=cast.actor("liisa"), view="services", since=since) == 1
    assert (case.row.assigned_to, case.row.state) == (None, "sorted")
    assert case.row.returned_at is not None
    assert [row.kept for row in clocks_now(case.id, "acceptance")] == [True]
    handling.take(actor=cast.actor("liisa"), number=case.number, version=case.row.version)
    assert case.row.returned_at is None


def test_unopened_in_time_it_comes_back_to_the_desk_and_the_lead_is_told(
    app_on_both: Flask, cast: Cast, send: Send, drain: Drain
) -> None:
    with clock.moved(MONDAY):
        case = send()
        give(cast, case)
        drain()
    late, since = running(case.id, "acceptance").due_at + dt.timedelta(minutes=1), newest_line()
    with clock.moved(late):
        drain()
        assert news(actor=cast.actor("liisa"), view="services", since=since) == 1
        assert (case.row.assigned_to, case.row.state) == (None, "sorted")
        assert case.row.returned_at is not None
    assert "assignment_expired" in case.verbs
    assert "acceptance" in {view.subject for view in waiting_on(case.id)}
    opening = clock.local(late).replace(hour=8, minute=30) + dt.timedelta(days=1)
    with clock.moved(opening):
        drain()
        assert texted("liisa@demo.example"), "the lead is told by e-mail"
        handling.take(actor=cast.actor("liisa"), number=case.number, version=case.row.version)
    assert [row.kept for row in clocks_now(case.id, "acceptance")] == [False]
    assert waiting_on(case.id) == ()


def test_who_has_opened_it_keeps_it(app_on_both: Flask, cast: Cast, send: Send, drain: Drain) -> None:
    with clock.moved(MONDAY):
        case = send()
        open_case(actor=cast.actor("cara"), number=case.number)
    with clock.moved(MONDAY + HOUR):
        give(cast, case)
        drain()
    with clock.moved(MONDAY + 2 * HOUR):
        open_case(actor=cast.actor("cara"), number=case.number)
        assert running(case.id, "acceptance").stopped_at is None, "looking changes nothing"
    with clock.moved(running(case.id, "acceptance").due_at + HOUR):
        drain()
    (stopped,) = clocks_now(case.id, "acceptance")
    assert stopped.kept is True
    assert stopped.stopped_at is not None
    assert abs(stopped.stopped_at - (MONDAY + 2 * HOUR)) < HOUR / 60
    assert case.row.assigned_to == cast.actor("cara").account_id
    assert case.row.returned_at is None


def test_a_look_before_it_was_given_does_not_count(app: Flask, cast: Cast, send: Send, drain: Drain) -> None:
    with clock.moved(MONDAY):
        case = send()
        open_case(actor=cast.actor("cara"), number=case.number)
    with clock.moved(MONDAY + HOUR):
        give(cast, case)
    with clock.moved(running(case.id, "acceptance").due_at + HOUR):
        drain()
    assert case.row.assigned_to is None


def test_who_acts_has_accepted_and_who_takes_it_over_ends_the_waiting(
    app: Flask, cast: Cast, send: Send
) -> None:
    first, second = send(), send()
    give(cast, first)
    answer(actor=cast.actor("cara"), number=first.number, body="Hei!", token="t1")
    assert [row.kept for row in clocks_now(first.id, "acceptance")] == [True]
    give(cast, second)
    handling.take(actor=cast.actor("liisa"), number=second.number, version=second.row.version)
    assert [row.kept for row in clocks_now(second.id, "acceptance")] == [None]


def test_only_colleagues_who_work_there_can_be_given_a_case(app: Flask, cast: Cast, send: Send) -> None:
    case = send()
    for wrong in ("dan", "eve", "liisa"):
        with pytest.raises(Invalid):
            give(cast, case, to=wrong)
    with pytest.raises(NotFound):
        give(cast, case, by="dan", to="cara")
    with pytest.raises(Conflict):
        assigning.assign(
            actor=cast.actor("liisa"),
            number=case.number,
            version=case.row.version + 1,
            colleague=cast.actor("cara").account_id,
        )
    give(cast, case)
    give(cast, case)
    assert case.verbs.count("assigned") == 1


def test_a_case_put_on_the_right_desk_is_there_at_once(
    app_on_both: Flask, cast: Cast, send: Send, drain: Callable[[], int]
) -> None:
    case = send()
    give(cast, case)
    liisa, row = cast.actor("liisa"), case.row
    here, promised = row.service_id, row.respond_by
    desks = other_desks(row.organisation_id, besides=here)
    assert here not in {desk.id for desk in desks}
    with pytest.raises(Invalid):
        put_on_desk(actor=liisa, number=case.number, version=row.version, service=here)
    put_on_desk(actor=liisa, number=case.number, version=case.row.version, service=desks[0].id)
    moved = case.row
    assert (moved.service_id, moved.assigned_to, moved.state) == (desks[0].id, None, "sorted")
    assert moved.respond_by <= promised
    assert [row.kept for row in clocks_now(case.id, "acceptance")] == [None]
    assert case.verbs[-1] == "moved"
    with clock.moved(MONDAY):
        drain()
    assert case.notifications("slipped") == ["sent"], "the family is told that somebody else answers"


def test_taking_up_what_came_back_leaves_an_open_offer_its_clock(app: Flask, cast: Cast, send: Send) -> None:
    case = send()
    offer(cast, case, desk(SCHOOL).id)
    give(cast, case)
    assigning.give_back(actor=cast.actor("cara"), number=case.number, reason="away")
    assert case.row.returned_at is not None
    handling.take(actor=cast.actor("liisa"), number=case.number, version=case.row.version)
    assert case.row.returned_at is None
    assert running(case.id, "hand_over").service_id == desk(SCHOOL).id


def test_what_came_back_and_goes_on_to_another_desk_waits_there_no_more(
    app: Flask, cast: Cast, send: Send
) -> None:
    case, liisa = send(), cast.actor("liisa")
    offer(cast, case, desk(SCHOOL).id)
    transfer.give_back(actor=cast.actor("dan"), number=case.number, reason="not_ours", words="")
    assert case.row.returned_at is not None
    assert running(case.id, "hand_over")
    target = other_desks(case.row.organisation_id, besides=case.row.service_id)[0].id
    put_on_desk(actor=liisa, number=case.number, version=case.row.version, service=target)
    assert case.row.returned_at is None
    assert all(row.stopped_at is not None for row in clocks_now(case.id, "hand_over"))
