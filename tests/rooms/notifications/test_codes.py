"""Every code of the provider leads to its stated action: refused at once, called back, or found by asking."""

import datetime as dt
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpbutton import clock, settings
from helpbutton.db import db, reading, transaction
from helpbutton.errors import NotFound
from helpbutton.notifications import stops
from helpbutton.notifications.channels.base import Reported
from helpbutton.notifications.channels.demo import DemoChannel
from helpbutton.notifications.deliver import deliver
from helpbutton.notifications.lifecycle import ONCE_MORE_AFTER, POLL_EVERY, PROBE_EVERY
from helpbutton.notifications.models import ChannelStop, Notification
from helpbutton.notifications.operations import tell_sender
from helpbutton.notifications.queries import opted_out, waiting_for_human
from helpbutton.notifications.reports import ask_delivery
from tests.fakes.provider import Provider, Sent
from tests.processes import wait_for

from .conftest import SENDER, World, later, plan

REFUSED_FOR_GOOD = (21211, 21408, 21612, 21614)
NEVER_ARRIVES = (30004, 30005, 30006, 30007, 39999)
WORTH_ONE_MORE = (30001, 30003, 30008)
STOPS_THE_CHANNEL = (10001, 20003, 20005)

Reporting = Callable[[int], None]


def number_for(code: int) -> str:
    """The stand-in's magic number that leads to a code."""
    return f"+150055{code}"


@pytest.fixture(params=["callback", "asked"])
def reported(
    request: pytest.FixtureRequest, world: World, provider: Provider, client: FlaskClient
) -> Reporting:
    """Lets us learn what became of a message: the provider calls, or is silent and asked after a while."""

    def call_back(notification: int) -> None:
        call_all_back(world, provider, client)

    def ask(notification: int) -> None:
        with clock.moved(clock.now() + POLL_EVERY):
            ask_delivery(notification)

    return call_back if request.param == "callback" else ask


def call_all_back(world: World, provider: Provider, client: FlaskClient) -> list[int]:
    """Every callback that the provider would make by now about attempts of this test; returns the answers."""
    ours = {attempt.id for attempt in world.attempts()}
    answers = []
    for post in provider.callbacks():
        path = urlsplit(post["url"]).path
        if path.rpartition("/")[2] in ours:
            answers.append(client.post(path, data=post["form"], headers=post["headers"]).status_code)
    db.session.remove()
    return answers


@pytest.mark.parametrize("code", REFUSED_FOR_GOOD)
def test_a_number_that_cannot_be_reached_is_for_a_human(
    world: World, provider: Provider, sent: Sent, code: int
) -> None:
    notification = plan(world, "confirmation", number_for(code))
    assert deliver(notification) is None
    with clock.moved(later(3600)):
        assert deliver(notification) is None
    (waiting,) = waiting_for_human(world.administrator)
    assert (waiting.id, waiting.status, waiting.error) == (notification, "failed", f"provider_{code}")
    assert (len(world.attempts()), world.attempts()[0].error, sent()) == (1, f"provider_{code}", [])


@pytest.mark.parametrize("code", NEVER_ARRIVES)
def test_a_message_that_never_arrives_is_for_a_human(
    world: World, provider: Provider, sent: Sent, reported: Reporting, code: int
) -> None:
    notification = plan(world, "confirmation", number_for(code))
    assert deliver(notification) is None
    assert world.only().status == "sent"
    reported(notification)
    (waiting,) = waiting_for_human(world.administrator)
    assert (waiting.status, waiting.error) == ("failed", f"provider_{code}")
    assert (len(world.attempts()), len(sent())) == (1, 1)


@pytest.mark.parametrize("code", WORTH_ONE_MORE)
def test_a_phone_that_is_off_gets_one_more_try_after_a_quarter_of_an_hour_then_staff_call(
    world: World, provider: Provider, sent: Sent, reported: Reporting, code: int
) -> None:
    notification = plan(world, "confirmation", number_for(code))
    deliver(notification)
    reported(notification)
    assert (world.only().status, world.only().error) == ("planned", f"provider_{code}")
    assert world.to_do(notification).state == "open"
    again = world.only().not_before
    assert abs(again - clock.now() - ONCE_MORE_AFTER) < POLL_EVERY + dt.timedelta(minutes=1)
    assert deliver(notification) == again
    assert len(sent()) == 1
    with clock.moved(again):
        assert deliver(notification) is None
        assert world.only().status == "sent"
        reported(notification)
    (waiting,) = waiting_for_human(world.administrator)
    assert (waiting.status, waiting.error, len(sent())) == ("held", f"provider_{code}", 2)


@pytest.mark.parametrize("looked", [False, True])
def test_a_family_of_whose_message_no_report_ever_comes_is_called_unless_it_has_looked(
    world: World, provider: Provider, sent: Sent, looked: bool
) -> None:
    with clock.moved(clock.local(clock.now()).replace(hour=10)):
        nudge, alert = plan(world, "confirmation"), plan(world, "duty_alert")
        with transaction() as session:
            session.get_one(Notification, nudge).purpose = "slipped"
        for notification in (nudge, alert):
            assert deliver(notification) is None
            assert ask_delivery(notification) is not None
        if looked:
            world.look(world.notifications()[0].case_id or 0)
        with clock.moved(later(2 * 3600 + 60)):
            assert [ask_delivery(nudge), ask_delivery(alert)] == [None, None]
    family, staff = world.notifications()
    assert (family.status, family.error) == (("sent", None) if looked else ("held", "no_report"))
    assert staff.status == "sent"


def test_an_unreported_nudge_does_not_stand_in_the_way_of_the_next(world: World, provider: Provider) -> None:
    case = world.case(world.desk(), not_before="00:00", not_after="23:59")
    tell_sender(world.message(case, direction="to_family"))
    nudge = world.only().id
    assert deliver(nudge) is None
    with clock.moved(later(2 * 3600 + 60)):
        ask_delivery(nudge)
        tell_sender(world.message(case, direction="to_family"))
    assert [row.status for row in world.notifications()] == ["held", "planned"]


def test_no_transaction_is_open_while_the_provider_is_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_meanwhile = []

    def status(_channel: DemoChannel, _provider_id: str) -> Reported:
        open_meanwhile.append(db.session().in_transaction())
        return Reported("delivered")

    monkeypatch.setattr(DemoChannel, "status", status)
    notification = plan(world, "confirmation")
    deliver(notification)
    assert ask_delivery(notification) is None
    assert (open_meanwhile, world.only().status) == ([False], "delivered")


def test_the_second_try_may_arrive(world: World, provider: Provider, sent: Sent, client: FlaskClient) -> None:
    provider.behave("arrive", to=SENDER)
    provider.behave("fail:30003", to=SENDER, times=1)
    notification = plan(world, "confirmation")
    deliver(notification)
    call_all_back(world, provider, client)
    with clock.moved(world.only().not_before):
        deliver(notification)
        wait_for(lambda: call_all_back(world, provider, client) and world.only().status == "delivered")
    assert (world.only().error, len(sent())) == (None, 2)


def test_whoever_opted_out_hears_nothing_until_they_write_start(
    world: World, provider: Provider, sent: Sent, client: FlaskClient
) -> None:
    inbound = settings.current().public_url + "/hooks/twilio/inbound"
    provider.inbound(SENDER, "Stop", inbound)
    deliver(plan(world, "confirmation"))
    (waiting,) = waiting_for_human(world.administrator)
    assert (waiting.status, waiting.error) == ("failed", "provider_21610")
    calls = provider.calls()
    deliver(plan(world, "confirmation"))
    dropped = world.notifications()[-1]
    case = dropped.case_id or 0
    assert (dropped.status, dropped.error, provider.calls()) == ("dropped", "opted_out", calls)
    assert world.told(case) == [{"purpose": "confirmation", "because": "opted_out"}]
    assert opted_out(case)
    post = provider.inbound(SENDER, "Start", inbound)
    answer = client.post(urlsplit(post["url"]).path, data=post["form"], headers=post["headers"])
    assert answer.status_code in (200, 204)
    db.session.remove()
    assert not opted_out(case)
    deliver(plan(world, "confirmation"))
    assert (world.notifications()[-1].status, len(sent())) == ("sent", 1)


@pytest.mark.parametrize("code", STOPS_THE_CHANNEL)
def test_an_account_that_is_refused_stops_the_channel_with_an_alarm_and_burns_no_tries(
    world: World, provider: Provider, sent: Sent, capfd: pytest.CaptureFixture[str], code: int
) -> None:
    provider.behave(f"refuse:{code}")
    first, *others = [plan(world, "confirmation", f"+35840123450{n}") for n in range(4)]
    deliver(first)
    (stop,) = reading().scalars(select(ChannelStop))
    assert (stop.channel, stop.error) == ("sms", f"provider_{code}")
    assert "channel_stopped" in "".join(capfd.readouterr())
    calls = provider.calls()
    for waiting in (first, *others):
        again = deliver(waiting)
        assert again is not None
        assert again - clock.now() <= 2 * PROBE_EVERY
    assert provider.calls() == calls
    assert {row.status for row in world.notifications()} == {"planned"}
    with clock.moved(later(61)):
        for waiting in (first, *others):
            deliver(waiting)
        assert provider.calls() == calls + 1, "one message tries, the others wait"
        assert "channel_stopped" not in "".join(capfd.readouterr()), "one alarm is enough"
    provider.clear()
    with clock.moved(later(240)):
        for waiting in (first, *others):
            deliver(waiting)
        db.session.remove()
        assert reading().scalar(select(ChannelStop)) is None
        for waiting in (first, *others):
            again = deliver(waiting)
            if again is not None:
                with clock.moved(again):
                    deliver(waiting)
    assert {row.status for row in world.notifications()} == {"sent"}
    assert len(sent()) == 4


def test_a_suspension_that_is_told_afterwards_stops_the_channel_and_loses_nothing(
    world: World, provider: Provider, sent: Sent, reported: Reporting
) -> None:
    provider.behave("fail:30002", times=1)
    notification = plan(world, "confirmation")
    deliver(notification)
    reported(notification)
    assert reading().scalars(select(ChannelStop.error)).all() == ["provider_30002"]
    assert world.only().status == "planned"
    with clock.moved(world.only().not_before):
        assert deliver(notification) is None
    assert (world.only().status, len(sent())) == ("sent", 2)


def test_an_administrator_opens_the_channel_and_nobody_else_does(world: World, provider: Provider) -> None:
    provider.behave("refuse:20003", times=1)
    notification = plan(world, "confirmation")
    deliver(notification)
    with transaction() as session:
        assert session.scalar(select(ChannelStop)) is not None
    nobody = type(world.administrator)(world.account, "Cara", "fi")
    with pytest.raises(NotFound):
        stops.try_now(actor=nobody, channel="sms")
    stops.try_now(actor=world.administrator, channel="sms")
    db.session.remove()
    assert reading().scalar(select(ChannelStop)) is None


@pytest.mark.parametrize("behaviour", ["busy", "unavailable", "error", "drop"])
def test_what_is_no_refusal_leads_to_no_human_at_once(
    world: World, provider: Provider, sent: Sent, behaviour: str
) -> None:
    provider.behave(behaviour, times=1)
    notification = plan(world, "duty_alert")
    assert deliver(notification) is not None
    assert waiting_for_human(world.administrator) == []
    with clock.moved(later(61)):
        deliver(notification)
        deliver(notification)
    assert (world.notifications()[0].status, len(sent())) == ("sent", 1)


def test_callbacks_late_twice_out_of_order_and_forged_only_move_forward(
    world: World, provider: Provider, client: FlaskClient
) -> None:
    provider.behave("arrive")
    for behaviour in ("callback_twice", "callback_shuffled", "callback_forged"):
        provider.behave(behaviour, times=1)
        notification = plan(world, "confirmation")
        deliver(notification)
        answers = call_all_back(world, provider, client)
        assert call_all_back(world, provider, client) == answers, "a replay is answered alike"
        assert {row.status for row in world.notifications()} == {"delivered"}
        assert (403 in answers) == (behaviour == "callback_forged")
    assert waiting_for_human(world.administrator) == []


def test_a_callback_tells_what_the_provider_hid_from_us(
    world: World, provider: Provider, sent: Sent, client: FlaskClient
) -> None:
    provider.behave("accept_drop:3600", times=1)
    provider.behave("arrive")
    notification = plan(world, "duty_alert")
    deliver(notification)
    deliver(notification)
    assert world.notifications()[0].status == "unknown"
    call_all_back(world, provider, client)
    with clock.moved(later(61)):
        assert deliver(notification) is None
    assert (world.notifications()[0].status, len(sent())) == ("delivered", 1)
