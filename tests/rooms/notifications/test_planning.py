"""What is planned when: once, only where it is safe, bundled, at the desk's hours; urgent never held."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import current_app

from helpbutton import clock, outbox
from helpbutton.cases.models import Contact
from helpbutton.clock import HELSINKI
from helpbutton.db import db, transaction
from helpbutton.notifications.deliver import deliver
from helpbutton.notifications.models import Notification
from helpbutton.notifications.operations import tell_desk, tell_sender

from .conftest import DUTY, OFFICE, SENDER, World

pytestmark = pytest.mark.usefixtures("app_on_both")

SATURDAY_NIGHT = dt.datetime(2026, 11, 21, 23, 0, tzinfo=HELSINKI)
MONDAY_MORNING = dt.datetime(2026, 11, 23, 8, 0, tzinfo=HELSINKI)
A_MOMENT = dt.timedelta(seconds=5)


def test_a_confirmation_is_planned_once_and_its_number_is_sealed(world: World) -> None:
    case = world.case(world.desk())
    world.confirm(case)
    world.confirm(case)
    notification = world.only()
    assert notification.purpose == "confirmation"
    assert notification.to_sealed is not None
    assert SENDER.encode() not in notification.to_sealed
    assert world.to_do(notification.id).state == "open"


@pytest.mark.parametrize(
    "contact", [{"safe_to_text": False}, {"phone": None}, {"phone": None, "safe_to_text": False}]
)
def test_no_sms_where_it_is_not_safe_or_not_possible(world: World, contact: dict[str, object]) -> None:
    case = world.case(world.desk(), **contact)
    world.confirm(case)
    tell_sender(world.message(case, direction="to_family"))
    assert world.notifications() == []
    unsafe = contact == {"safe_to_text": False}
    assert [line["because"] for line in world.told(case)] == ["not_safe_to_text"] * 2 * unsafe


def test_a_confirmation_leaves_at_night_although_the_nudge_waits_for_safe_hours(world: World) -> None:
    with clock.moved(SATURDAY_NIGHT):
        case = world.case(world.desk(), not_before="09:00", not_after="15:00")
        world.confirm(case)
        tell_sender(world.message(case, direction="to_family"))
        confirmation, nudge = world.notifications()
        assert deliver(confirmation.id) is None
        assert deliver(nudge.id) == dt.datetime(2026, 11, 22, 9, 0, tzinfo=HELSINKI)
    assert [message.to for message in world.phone()] == [SENDER]


def test_urgent_goes_to_duty_at_once_with_priority(world: World) -> None:
    with clock.moved(SATURDAY_NIGHT):
        case = world.case(world.desk(hours=OFFICE), urgency="urgent")
        world.alert(case)
        world.alert(case)
        notification = world.only()
        assert notification.purpose == "duty_alert"
        assert world.to_do(notification.id).priority == outbox.URGENT
        assert deliver(notification.id) is None
    assert [message.to for message in world.phone()] == [DUTY]


def test_a_weekend_of_requests_is_one_alert_on_monday_morning(world: World) -> None:
    desk, other = world.desk(hours=OFFICE), world.desk(hours=OFFICE)
    with clock.moved(SATURDAY_NIGHT):
        for _ in range(3):
            case = world.case(desk)
            world.alert(case)
            world.alert(case)
        tell_desk(world.message(case, direction="from_family"))
        world.alert(world.case(other))
        mine, theirs = world.notifications("desk_alert")
        assert (mine.count, theirs.count) == (4, 1)
        assert mine.case_id is None
        assert mine.not_before == MONDAY_MORNING == world.to_do(mine.id).due_at
        assert deliver(mine.id) == MONDAY_MORNING
        assert world.phone() == []
    with clock.moved(MONDAY_MORNING):
        assert deliver(mine.id) is None
    assert [" 4 " in message.body for message in world.phone()] == [True]


def test_planners_at_the_same_time_make_one_alert(world: World) -> None:
    desk = world.desk(hours=OFFICE)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    with clock.moved(SATURDAY_NIGHT):
        cases = [world.case(desk) for _ in range(8)]

        def plan(case: int) -> None:
            with app.app_context():
                world.alert(case)
                db.session.remove()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(plan, cases * 2))
    assert world.only().count == 8


def test_alerts_of_a_desk_keep_their_distance(world: World) -> None:
    desk = world.desk(alert_spacing_s=900)
    now = clock.now()
    world.alert(world.case(desk))
    first = world.only()
    assert deliver(first.id) is None
    world.alert(world.case(desk))
    world.alert(world.case(desk))
    second = world.notifications()[1]
    assert second.count == 2
    assert abs(second.not_before - now - dt.timedelta(seconds=900)) < A_MOMENT
    world.alert(world.case(world.desk()))
    assert abs(world.notifications()[2].not_before - now) < A_MOMENT


def test_spacing_never_reaches_out_of_opening_hours(world: World) -> None:
    desk = world.desk(hours=OFFICE, alert_spacing_s=900)
    friday = dt.datetime(2026, 11, 20, 15, 50, tzinfo=HELSINKI)
    with clock.moved(friday):
        world.alert(world.case(desk))
        assert deliver(world.only().id) is None
        world.alert(world.case(desk))
        assert world.notifications()[1].not_before == MONDAY_MORNING


def test_a_desk_alert_that_was_late_waits_for_the_next_opening(world: World) -> None:
    with clock.moved(dt.datetime(2026, 11, 20, 15, 59, tzinfo=HELSINKI)):
        world.alert(world.case(world.desk(hours=OFFICE)))
    with clock.moved(dt.datetime(2026, 11, 20, 17, 0, tzinfo=HELSINKI)):
        assert deliver(world.only().id) == MONDAY_MORNING


def test_a_desk_without_a_duty_number_is_told_nothing(world: World) -> None:
    case = world.case(world.desk(duty_number=None), urgency="normal")
    world.alert(case)
    tell_desk(world.message(case, direction="from_family"))
    assert world.notifications() == []


def test_an_urgent_case_at_a_desk_without_a_duty_number_waits_for_a_human(world: World) -> None:
    world.alert(world.case(world.desk(duty_number=None), urgency="urgent"))
    assert deliver(world.only().id) is None
    assert (world.only().status, world.only().error) == ("held", "no_duty_number")


def test_the_family_writes_about_something_urgent(world: World) -> None:
    case = world.case(world.desk(hours=OFFICE), urgency="urgent")
    message = world.message(case, direction="from_family")
    tell_desk(message)
    tell_desk(message)
    assert world.only().purpose == "duty_alert"


def test_one_waiting_nudge_serves_many_messages(world: World) -> None:
    case = world.case(world.desk())
    first, second = (world.message(case, direction="to_family") for _ in range(2))
    tell_sender(first)
    tell_sender(first)
    tell_sender(second)
    nudge = world.only()
    assert deliver(nudge.id) is None
    tell_sender(first)
    assert [row.id for row in world.notifications()] == [nudge.id]


def test_one_nudge_until_the_family_has_looked(world: World) -> None:
    case = world.case(world.desk())
    tell_sender(world.message(case, direction="to_family"))
    assert deliver(world.only().id) is None
    for _ in range(2):
        tell_sender(world.message(case, direction="to_family"))
    assert [(row.status, row.error) for row in world.notifications()[1:]] == [
        ("dropped", "already_nudged")
    ] * 2
    assert world.told(case) == [{"purpose": "nudge", "because": "already_nudged"}]
    world.look(case)
    tell_sender(world.message(case, direction="to_family"))
    assert world.notifications()[-1].status == "planned"


def test_slipped_promises_do_not_leave_beside_a_nudge_that_nobody_has_looked_at(world: World) -> None:
    case = world.case(world.desk())
    tell_sender(world.message(case, direction="to_family"))
    world.slip(case, 1)
    nudge = world.only()
    assert deliver(nudge.id) is None
    world.slip(case, 2)
    assert [(row.purpose, row.error) for row in world.notifications()[1:]] == [("slipped", "already_nudged")]
    world.look(case)
    world.slip(case, 3)
    slipped = world.notifications()[-1]
    assert deliver(slipped.id) is None
    tell_sender(world.message(case, direction="to_family"))
    assert [row.error for row in world.notifications("nudge")[1:]] == ["already_nudged"]
    world.look(case)
    world.slip(case, 4)
    tell_sender(world.message(case, direction="to_family"))
    assert [row.purpose for row in world.notifications() if row.status == "planned"] == ["nudge"]


def test_a_notice_that_an_answer_is_late_is_none_any_more_once_the_answer_is_told(world: World) -> None:
    case = world.case(world.desk())
    world.slip(case, 1)
    late = world.only().id
    with transaction() as session:
        slipped = session.get_one(Notification, late)
        slipped.status, slipped.error = "held", "no_trace"
    tell_sender(world.message(case, direction="to_family"))
    assert world.only("slipped").status == "held"
    assert deliver(world.only("nudge").id) is None
    assert (world.only("slipped").status, world.only("slipped").error) == ("dropped", "already_nudged")
    assert world.told(case) == [{"purpose": "slipped", "because": "already_nudged"}]


def test_a_number_for_answers_alone_hears_nothing_else(world: World) -> None:
    case = world.case(world.desk(), nudge_only=True)
    world.slip(case, 1)
    assert (world.only().status, world.only().error) == ("dropped", "only_answers")
    assert world.told(case) == [{"purpose": "slipped", "because": "only_answers"}]
    tell_sender(world.message(case, direction="to_family"))
    assert world.only("nudge").status == "planned"


def test_a_promise_that_slips_at_night_is_told_in_the_morning(world: World) -> None:
    with clock.moved(SATURDAY_NIGHT):
        world.slip(world.case(world.desk()), 1)
        assert deliver(world.only().id) == dt.datetime(2026, 11, 22, 8, 0, tzinfo=HELSINKI)


def test_messages_of_the_other_direction_are_not_told(world: World) -> None:
    case = world.case(world.desk())
    tell_desk(world.message(case, direction="to_family"))
    tell_sender(world.message(case, direction="from_family"))
    tell_sender(999_999)
    tell_desk(999_999)
    assert world.notifications() == []


def test_consent_to_texts_may_be_taken_back_until_it_leaves(world: World) -> None:
    case = world.case(world.desk())
    world.confirm(case)
    with transaction() as session:
        session.get_one(Contact, case).safe_to_text = False
    assert deliver(world.only().id) is None
    assert (world.only().status, world.only().error) == ("dropped", "not_safe_to_text")
    assert world.phone() == []
