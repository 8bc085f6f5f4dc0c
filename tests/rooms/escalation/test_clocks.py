"""A clock that warns reminds whoever can still keep it; one that runs out climbs and the family is told honestly."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import select

from helpbutton import clock
from helpbutton.cases.models import Case, Clock
from helpbutton.clock import HELSINKI
from helpbutton.db import db, reading, transaction
from helpbutton.escalation.clocks import watch_clock
from helpbutton.escalation.operations import accept
from helpbutton.escalation.queries import waiting_on
from helpbutton.notifications.models import Notification
from tests.rooms.notifications.conftest import DUTY, OFFICE, SENDER

from .conftest import MINUTE, Desk

Run = Callable[[dt.datetime, int], None]
MORNING = dt.datetime(2026, 11, 24, 9, 0, tzinfo=HELSINKI)


def notifications_to_family() -> list[Notification]:
    db.session.rollback()
    return list(reading().scalars(select(Notification).where(Notification.purpose == "slipped")))


@pytest.mark.usefixtures("app_on_both")
def test_a_warning_goes_to_the_person_who_has_the_case(desk: Desk, at: Run) -> None:
    worker = desk.person()
    with clock.moved(MORNING):
        case = desk.case(desk.id)
        desk.act(case, "taken", worker, assigned_to=worker, state="in_progress")
        running = desk.clock(case, warn_in=60, due_in=240)
    at(MORNING, 61)
    at(MORNING, 62)
    assert desk.told() == [desk.phone_of(worker)]
    assert desk.climbs() == []
    with clock.moved(MORNING + 63 * MINUTE):
        again = watch_clock(running)
    assert again is not None
    assert abs(again - (MORNING + 240 * MINUTE)) < MINUTE


def test_without_one_the_desk_is_reminded(desk: Desk, at: Run) -> None:
    with clock.moved(MORNING):
        desk.clock(desk.case(desk.id), warn_in=60, due_in=240)
    at(MORNING, 61)
    assert desk.told() == [DUTY]


def test_without_a_number_whoever_leads_the_desk_is_reminded(desk: Desk, at: Run) -> None:
    lead = desk.person("lead")
    with clock.moved(MORNING):
        desk.change(duty_number=None)
        desk.clock(desk.case(desk.id), warn_in=60, due_in=240)
    at(MORNING, 61)
    assert desk.told() == [desk.phone_of(lead)]


@pytest.mark.usefixtures("app_on_both")
def test_a_promise_that_slips_climbs_and_the_family_is_told(desk: Desk, at: Run) -> None:
    lead = desk.person("lead")
    with clock.moved(MORNING):
        case = desk.case(desk.id)
        running = desk.clock(case, due_in=60)
    at(MORNING, 61)
    assert sorted(desk.told()) == sorted([DUTY, SENDER])
    (told,) = notifications_to_family()
    assert told.case_id == case
    (view,) = waiting_on(case)
    assert (view.subject, view.listed) == ("first_contact", False)
    assert reading().get_one(Clock, running).slipped_at is not None
    assert "promise_slipped" in desk.logbook(case)
    with clock.moved(MORNING + 62 * MINUTE):
        assert watch_clock(running) is None
    at(MORNING, 122)
    assert desk.told()[2:] == ["lead-1@example.fi"]
    with clock.moved(MORNING + 130 * MINUTE):
        accept(actor=desk.actor(lead), number=view.case_number)
    at(MORNING, 900)
    assert len(desk.told()) == 3
    assert len(notifications_to_family()) == 1


@pytest.mark.parametrize(("safe", "phone"), [(False, SENDER), (True, None)])
def test_where_a_text_is_not_safe_or_not_possible_only_the_page_tells(
    desk: Desk, at: Run, safe: bool, phone: str | None
) -> None:
    with clock.moved(MORNING):
        desk.clock(desk.case(desk.id, safe_to_text=safe, phone=phone), due_in=60)
    at(MORNING, 61)
    assert desk.told() == [DUTY]


@pytest.mark.parametrize("kind", ["acceptance", "hand_over", "statutory"])
def test_what_was_not_promised_to_the_family_climbs_without_telling_it(
    desk: Desk, at: Run, kind: str
) -> None:
    lead = desk.person("lead")
    with clock.moved(MORNING):
        case = desk.case(desk.id)
        desk.clock(case, kind, due_in=60)
    at(MORNING, 61)
    assert notifications_to_family() == []
    assert [view.subject for view in waiting_on(case)] == [kind]
    of_lead = "lead-1@example.fi"
    assert desk.told() == {"statutory": [of_lead], "acceptance": [DUTY, of_lead]}.get(kind, [DUTY])
    assert desk.phone_of(lead) not in desk.told()


def test_what_is_not_urgent_waits_for_the_desk_to_open(desk: Desk, at: Run) -> None:
    desk.person("lead")
    with clock.moved(MORNING):
        desk.change(hours=OFFICE)
        desk.clock(desk.case(desk.id, phone=None), due_in=7 * 60)
    at(MORNING, 7 * 60 + 1)
    at(MORNING, 14 * 60)
    assert desk.told() == []
    tomorrow = MORNING.replace(day=25, hour=8)
    at(tomorrow, 0)
    at(tomorrow, 2)
    assert desk.told() == [DUTY]
    at(tomorrow, 63)
    assert desk.told() == [DUTY, "lead-1@example.fi"], (
        "an hour of the desk later, not all of the night's steps at once"
    )


def test_a_clock_that_stopped_or_paused_presses_nobody(desk: Desk, at: Run) -> None:
    desk.person("lead")
    with clock.moved(MORNING):
        stopped, paused = desk.case(desk.id, phone=None), desk.case(desk.id, phone=None)
        first = desk.clock(stopped, "next_answer", due_in=60)
        second = desk.clock(paused, "next_answer", due_in=60)
    at(MORNING, 61)
    with clock.moved(MORNING + 62 * MINUTE):
        desk.stop_clock(first)
        with transaction() as session:
            row = session.get_one(Clock, second)
            row.paused_at, row.pause_reason = clock.now(), "time_agreed"
        assert watch_clock(first) is None
    assert desk.told() == [DUTY, DUTY], "nobody has the cases: the next step comes at once"
    at(MORNING, 300)
    at(MORNING, 400)
    assert len(desk.told()) == 2
    assert [row.ended for row in desk.climbs()] == ["moot", None]


def test_while_a_case_climbs_as_urgent_its_clock_adds_nothing(desk: Desk, at: Run) -> None:
    worker = desk.person()
    with clock.moved(MORNING):
        case = desk.urgent()
        desk.clock(case, warn_in=5, due_in=10)
        desk.run()
    at(MORNING, 6)
    at(MORNING, 11)
    assert [number for number in desk.told() if number != SENDER] == [DUTY]
    assert {view.subject for view in waiting_on(case)} == {"urgent", "first_contact"}
    with clock.moved(MORNING + 12 * MINUTE):
        accept(actor=desk.actor(worker), number=waiting_on(case)[0].case_number)
        assert waiting_on(case) == ()
    at(MORNING, 300)
    assert [number for number in desk.told() if number != SENDER] == [DUTY]


def test_reminders_are_gathered_for_whoever_wants_that(desk: Desk, at: Run) -> None:
    worker = desk.person()
    desk.choose(worker, "reminders", "email", digest=True)
    with clock.moved(MORNING):
        for _ in range(3):
            case = desk.case(desk.id, phone=None)
            desk.act(case, "taken", worker, assigned_to=worker, state="in_progress")
            desk.clock(case, warn_in=10, due_in=5000)
    at(MORNING, 11)
    assert desk.told() == []
    at(MORNING.replace(day=25, hour=8), 1)
    assert desk.told() == ["worker-1@example.fi"]
    assert desk.only("digest").count == 3


def test_a_case_that_is_gone_ends_its_watch(desk: Desk) -> None:
    assert watch_clock(999_999) is None
    assert reading().scalars(select(Case.id)).all() == []
