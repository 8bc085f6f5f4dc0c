"""What had been in hand and waits again is told and climbs again; what ends one climb ends no other."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from helpbutton import clock
from helpbutton.cases import assigning, handling, transfer
from helpbutton.cases.correcting import correct, put_on_desk
from helpbutton.cases.left_behind import disable, remove_role
from helpbutton.cases.models import Case, Clock
from helpbutton.clock import HELSINKI
from helpbutton.db import db, reading, transaction
from helpbutton.escalation.operations import accept_listed
from helpbutton.escalation.queries import nobody_accepted, waiting_on
from helpbutton.notifications.models import Notification
from helpbutton.notifications.operations import tell_desk
from helpbutton.staff import members
from helpbutton.staff.members import Place
from helpbutton.staff.models import Membership
from tests.rooms.notifications.conftest import DUTY

from .conftest import MINUTE, NIGHT, Desk

Run = Callable[[dt.datetime, int], None]
NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=HELSINKI)


def row(case: int) -> Case:
    db.session.rollback()
    return reading().get_one(Case, case)


def take(desk: Desk, case: int, account: int) -> None:
    handling.take(actor=desk.actor(account), number=row(case).number, version=row(case).version)


def release(desk: Desk, case: int, account: int) -> None:
    handling.release(actor=desk.actor(account), number=row(case).number, version=row(case).version)


def give_back(desk: Desk, case: int, account: int) -> None:
    """They give it to a colleague, who gives it back."""
    colleague = desk.person()
    assigning.assign(
        actor=desk.actor(account), number=row(case).number, version=row(case).version, colleague=colleague
    )
    assigning.give_back(actor=desk.actor(colleague), number=row(case).number, reason="no_time")


@pytest.mark.parametrize("put_back", [release, give_back])
def test_something_urgent_that_is_put_back_rings_at_once_and_climbs_anew(
    desk: Desk, at: Run, put_back: Callable[[Desk, int, int], None]
) -> None:
    worker, lead = desk.person(), desk.person("lead")
    with clock.moved(NIGHT):
        case = desk.urgent()
        desk.run()
    with clock.moved(NIGHT + 3 * MINUTE):
        take(desk, case, worker)
    with clock.moved(NIGHT + 4 * MINUTE):
        put_back(desk, case, worker)
        desk.run()
        assert [view.subject for view in waiting_on(case)] == ["urgent"]
    assert desk.sent_to(DUTY) == 2
    assert [climb.ended for climb in desk.climbs()] == ["accepted", None]
    for minutes in (20, 36):
        at(NIGHT, minutes)
    assert desk.phone_of(lead) in desk.told()


def test_put_back_and_taken_up_at_once_rings_nobody(desk: Desk, at: Run) -> None:
    worker = desk.person()
    with clock.moved(NIGHT):
        case = desk.urgent()
        desk.run()
        take(desk, case, worker)
        release(desk, case, worker)
        take(desk, case, worker)
        desk.run()
    at(NIGHT, 60)
    assert desk.told() == [DUTY]


def test_what_is_not_urgent_goes_back_quietly(desk: Desk) -> None:
    worker = desk.person()
    with clock.moved(NIGHT):
        case = desk.case(desk.id)
        take(desk, case, worker)
        release(desk, case, worker)
        desk.run()
    assert desk.told() == []


@pytest.mark.parametrize("taken", [False, True])
def test_raised_to_urgent_by_hand_it_rings_unless_somebody_has_it(desk: Desk, taken: bool) -> None:
    worker = desk.person()
    with clock.moved(NIGHT):
        case = desk.case(desk.id)
        if taken:
            take(desk, case, worker)
        correct(
            actor=desk.actor(worker), number=row(case).number, version=row(case).version, urgency="urgent"
        )
        desk.run()
        assert [view.subject for view in waiting_on(case)] == ([] if taken else ["urgent"])
    assert desk.told() == ([] if taken else [DUTY])


def test_a_second_slip_climbs_although_the_first_climb_has_not_been_looked_at_since(
    desk: Desk, at: Run
) -> None:
    desk.person("lead")
    with clock.moved(NOON):
        case = desk.case(desk.id, phone=None)
        first = desk.clock(case, "next_answer", due_in=1)
    at(NOON, 2)
    with clock.moved(NOON + 3 * MINUTE):
        desk.stop_clock(first)
        second = desk.clock(case, "next_answer", due_in=1)
    at(NOON, 5)
    assert [(climb.clock_id, climb.ended) for climb in desk.climbs()] == [(first, "moot"), (second, None)]


def test_accepting_from_the_list_ends_that_climb_alone(desk: Desk, at: Run) -> None:
    lead = desk.person("lead")
    with clock.moved(NOON):
        case = desk.urgent()
        desk.run()
    for minutes in (16, 32, 48, 64):
        at(NOON, minutes)
    with clock.moved(NOON + 65 * MINUTE):
        desk.clock(case, due_in=1)
    at(NOON, 67)
    (listed,) = nobody_accepted(desk.actor(lead))
    with clock.moved(NOON + 68 * MINUTE):
        accept_listed(actor=desk.actor(lead), climb_id=listed.id)
        assert [view.subject for view in waiting_on(case)] == ["first_contact"]
    at(NOON, 300)
    assert [climb.subject for climb in desk.climbs() if climb.ended == "accepted"] == ["urgent"]
    assert [view.subject for view in waiting_on(case)] == ["first_contact"]
    assert nobody_accepted(desk.actor(lead)) == ()


def test_whom_an_alert_did_not_reach_is_told_by_the_next_step(desk: Desk, at: Run) -> None:
    with clock.moved(NIGHT):
        case = desk.urgent()
        desk.run()
    with clock.moved(NIGHT + 14 * MINUTE):
        message = desk.message(case, direction="from_family")
        tell_desk(message)
        with transaction() as session:
            of_message = Notification.dedupe_key.startswith(f"duty_alert/message/{message}")
            session.execute(update(Notification).where(of_message).values(status="failed"))
    at(NIGHT, 16)
    assert desk.told() == [DUTY, DUTY]


def leave_unopened(desk: Desk, case: int, account: int) -> None:
    """They give it to a colleague, who never opens it."""
    known = row(case)
    assigning.assign(
        actor=desk.actor(account), number=known.number, version=known.version, colleague=desk.person()
    )


def leave_undecided(desk: Desk, case: int, account: int) -> None:
    """They offer it to another desk, which never answers."""
    other, known = desk.desk(), row(case)
    desk.person(desk=other)
    given = transfer.Offer(to=other, why="Sinne se kuuluu.", ground="", token="offer-1")
    transfer.offer(actor=desk.actor(account), number=known.number, version=known.version, given=given)


@pytest.mark.parametrize(("leave", "kind"), [(leave_unopened, "acceptance"), (leave_undecided, "hand_over")])
def test_what_nobody_took_up_in_time_rings_again(
    desk: Desk, leave: Callable[[Desk, int, int], None], kind: str
) -> None:
    worker = desk.person()
    desk.person("lead")
    with clock.moved(NOON):
        case = desk.urgent()
        desk.run()
        take(desk, case, worker)
        leave(desk, case, worker)
        desk.run()
        due = reading().scalars(select(Clock.due_at).where(Clock.case_id == case, Clock.kind == kind)).one()
    with clock.moved(due + MINUTE):
        desk.run()
        assert row(case).assigned_to is None
        assert "urgent" in {view.subject for view in waiting_on(case)}
    assert len([alert for alert in desk.notifications("duty_alert") if alert.service_id == desk.id]) == 2


def test_a_desk_to_which_something_urgent_comes_back_from_another_hears_of_it_again(desk: Desk) -> None:
    here, elsewhere = desk.person(), desk.desk(duty_number="+358457770000")
    there = desk.person(desk=elsewhere)
    with clock.moved(NIGHT):
        case = desk.urgent()
        desk.run()
        for account, target in ((here, elsewhere), (there, desk.id)):
            put_on_desk(
                actor=desk.actor(account), number=row(case).number, version=row(case).version, service=target
            )
            desk.run()
    assert desk.told() == [DUTY, "+358457770000", DUTY]


def test_what_somebody_had_whose_account_is_disabled_waits_at_the_desk_again(desk: Desk) -> None:
    worker, boss = desk.person(), desk.person("administrator")
    with clock.moved(NIGHT):
        urgent, quiet, answered, closed = desk.urgent(), *(desk.case(desk.id) for _ in range(3))
        desk.run()
        for case in (urgent, quiet, answered, closed):
            take(desk, case, worker)
        desk.act(answered, "answered", worker, state="waiting", answered_at=clock.now())
        handling.close(
            actor=desk.actor(worker), number=row(closed).number, version=row(closed).version, outcome="other"
        )
        desk.run()
        disable(actor=desk.actor(boss), account_id=worker)
        desk.run()
    for case in (urgent, quiet, answered):
        assert (row(case).assigned_to, row(case).state) == (None, "sorted")
        assert row(case).returned_at is not None
        assert desk.logbook(case).count("colleague_disabled") == 1
    assert (row(closed).assigned_to, row(closed).state) == (worker, "closed")
    assert desk.told() == [DUTY, DUTY], "the urgent one rings again, the others wait quietly"


def test_what_somebody_had_who_works_there_no_more_waits_at_the_desk_again(desk: Desk) -> None:
    worker, boss = desk.person(), desk.person("administrator")
    with clock.moved(NIGHT):
        urgent, quiet = desk.urgent(), desk.case(desk.id)
        desk.run()
        for case in (urgent, quiet):
            take(desk, case, worker)
        members.add_role(actor=desk.actor(boss), account_id=worker, role="lead", place=Place(desk.id, None))
        for role in ("lead", "worker"):
            assert row(urgent).assigned_to == worker, "still there in another role"
            held = Membership.account_id == worker, Membership.role == role
            role_id = reading().scalars(select(Membership.id).where(*held)).one()
            remove_role(actor=desk.actor(boss), account_id=worker, membership_id=role_id)
        desk.run()
    for case in (urgent, quiet):
        assert (row(case).assigned_to, row(case).state) == (None, "sorted")
        assert desk.logbook(case).count("colleague_left") == 1
    assert desk.told() == [DUTY, DUTY]
