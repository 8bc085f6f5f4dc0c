"""Delivering through the virtual phone and the console: once, while wanted, nothing personal printed."""

import logging
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import current_app

from helpbutton import clock, settings
from helpbutton.cases.models import CaseKey
from helpbutton.conversation.models import Message
from helpbutton.db import db, transaction
from helpbutton.directory.models import Service
from helpbutton.notifications import stops
from helpbutton.notifications.channels.base import Outcome
from helpbutton.notifications.deliver import _hand_over, _record, deliver
from helpbutton.notifications.lifecycle import CALL_MUST_START_WITHIN_S
from helpbutton.notifications.operations import tell_sender
from helpbutton.notifications.queries import stopped_channels, waiting_for_human
from helpbutton.notifications.reports import take_report

from .conftest import DUTY, SENDER, World, begin, later, sms_channel

pytestmark = pytest.mark.usefixtures("app_on_both")


def test_each_delivered_twice_and_shuffled_is_sent_once(world: World) -> None:
    senders = {"urgent": SENDER, "normal": "+358401234568"}
    for urgency, phone in senders.items():
        case = world.case(world.desk(), urgency=urgency, language="sv", phone=phone)
        world.confirm(case)
        world.alert(case)
        tell_sender(world.message(case, direction="to_family"))
    runs = [notification.id for notification in world.notifications()] * 2
    random.Random(4).shuffle(runs)
    assert [deliver(notification) for notification in runs] == [None] * len(runs)
    assert {notification.status for notification in world.notifications()} == {"sent"}
    assert len(world.phone()) == len(world.attempts()) == 6
    assert sorted(message.to for message in world.phone()) == sorted([*senders.values(), DUTY] * 2)
    assert {message.status for message in world.phone()} == {"delivered"}


def test_delivered_by_many_at_the_same_time_is_sent_once(world: World) -> None:
    world.alert(world.case(world.desk(), urgency="urgent"))
    app, notification = current_app._get_current_object(), world.only().id  # type: ignore[attr-defined]

    def run(_: int) -> None:
        with app.app_context():
            deliver(notification)
            db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(8)))
    assert (world.only().status, len(world.phone())) == ("sent", 1)


def test_what_was_accepted_opens_the_channel_again_though_its_report_was_faster(world: World) -> None:
    world.confirm(world.case(world.desk()))
    begun = begin(world.only().id)
    with transaction() as session:
        stops.close(session, "sms", "20003")
    (attempt,) = world.attempts()
    assert take_report(attempt_id=attempt.id, provider_id="SM1", status="sent", error=None)
    _record(begun, Outcome("accepted", provider_id="SM1"))
    assert stopped_channels() == []


def test_an_sms_speaks_the_language_of_its_reader(world: World) -> None:
    case = world.case(world.desk(language="sv"), language="so")
    world.confirm(case)
    world.alert(case)
    for notification in world.notifications():
        deliver(notification.id)
    to_sender, to_desk = (message.body for message in world.phone())
    assert to_sender.startswith("Your message has arrived.")
    assert to_desk.startswith("Det finns ett nytt ärende")


@pytest.mark.parametrize("arrived", [True, False])
def test_a_sender_that_died(world: World, arrived: bool) -> None:
    case = world.case(world.desk(), urgency="urgent")
    world.alert(case)
    notification = world.only().id
    died = begin(notification)
    if arrived:
        sms_channel().send(died.outgoing)
    again = deliver(notification)
    if arrived:
        assert again is None
    else:
        assert world.only().status == "unknown"
        with clock.moved(later(61)):
            assert deliver(notification) is not None
            assert world.only().status == "planned"
            assert deliver(notification) is None
    assert world.only().status == "sent"
    assert len(world.phone()) == 1


def test_a_sender_that_was_frozen_sends_nothing_when_it_wakes_up(world: World) -> None:
    world.confirm(world.case(world.desk()))
    leaving = begin(world.only().id)
    long_ago = clock.monotonic() - CALL_MUST_START_WITHIN_S - 1
    outcome = _hand_over(sms_channel(), leaving, long_ago)
    assert outcome.verdict == "not_sent"
    assert world.phone() == []
    assert deliver(leaving.notification_id) is not None
    assert world.only().status == "unknown"
    assert _record(leaving, outcome) == world.only().not_before
    assert world.only().status == "planned"
    with clock.moved(world.only().not_before):
        assert deliver(leaving.notification_id) is None
    assert len(world.phone()) == 1


def test_a_late_report_of_success_ends_all_doubt(world: World) -> None:
    world.confirm(world.case(world.desk()))
    leaving = begin(world.only().id)
    deliver(leaving.notification_id)
    with clock.moved(later(901)):
        deliver(leaving.notification_id)
        assert world.only().status == "held"
        outcome = _hand_over(sms_channel(), leaving, clock.monotonic())
        assert _record(leaving, outcome) is None
    assert (world.only().status, world.only().error) == ("sent", None)
    assert waiting_for_human(world.administrator) == []


def test_a_nudge_for_what_was_read_meanwhile_is_dropped(world: World) -> None:
    message = world.message(world.case(world.desk()), direction="to_family")
    tell_sender(message)
    with transaction() as session:
        session.get_one(Message, message).read_at = clock.now()
    assert deliver(world.only().id) is None
    assert (world.only().status, world.only().error) == ("dropped", "already_read")
    assert world.phone() == []


def test_nothing_is_sent_about_an_erased_case(world: World) -> None:
    case = world.case(world.desk())
    world.confirm(case)
    with transaction() as session:
        session.delete(session.get_one(CaseKey, case))
    assert deliver(world.only().id) is None
    assert (world.only().status, world.only().error) == ("dropped", "erased")


def test_a_desk_that_lost_its_number_is_shown_to_a_human(world: World) -> None:
    desk = world.desk()
    case = world.case(desk)
    world.alert(case)
    with transaction() as session:
        session.get_one(Service, desk).duty_number = None
    assert deliver(world.only().id) is None
    (waiting,) = waiting_for_human(world.administrator)
    assert (waiting.status, waiting.error, waiting.desk) == ("held", "no_duty_number", {"fi": "Tiski"})
    assert waiting.case_number is not None


def test_unknown_to_dos_are_done() -> None:
    assert deliver(999_999) is None


def test_the_console_shows_two_digits_and_logs_nothing_personal(
    world: World, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    settings.activate(settings.current().model_copy(update={"sms": "console"}))
    world.confirm(world.case(world.desk()))
    with caplog.at_level(logging.DEBUG):
        assert deliver(world.only().id) is None
    printed = capsys.readouterr().out
    assert "SMS to …67: Viestisi on perillä." in printed
    assert SENDER[1:-2] not in printed + caplog.text
