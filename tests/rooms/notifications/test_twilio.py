"""Every way a provider can answer, through the real SDK against a stand-in in a process of its own."""

import datetime as dt
import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from helpbutton import clock
from helpbutton.db import transaction
from helpbutton.errors import Conflict, NotFound
from helpbutton.notifications import lifecycle
from helpbutton.notifications.channels import twilio
from helpbutton.notifications.deliver import deliver
from helpbutton.notifications.models import Attempt
from helpbutton.notifications.queries import waiting_for_human
from helpbutton.notifications.settling import drop_held, retry_held
from tests.fakes.provider import Provider, Sent
from tests.processes import free_port, wait_for

from .conftest import DUTY, SENDER, World, begin, later, plan, sms_channel, use_twilio

PURPOSES = ("confirmation", "duty_alert")


@pytest.mark.parametrize("purpose", PURPOSES)
def test_accepted(world: World, sent: Sent, purpose: str) -> None:
    notification = plan(world, purpose)
    assert [deliver(notification), deliver(notification)] == [None, None]
    (message,) = sent()
    (attempt,) = world.attempts()
    assert (world.only().status, attempt.outcome, attempt.provider_id) == ("sent", "accepted", message["sid"])
    assert (message["recipient"], message["sender"], message["validity"]) == (SENDER, "+358501111111", 3600)
    assert world.only().reference in message["body"]


def test_proved_not_sent_is_tried_again(world: World, provider: Provider, sent: Sent) -> None:
    error = "provider_20429"
    provider.behave("busy", times=2)
    notification = plan(world, "confirmation")
    now = clock.now()
    for tries in (1, 2):
        with clock.moved(now):
            again = deliver(notification)
            assert again is not None
            assert again > clock.now()
            assert deliver(notification) == again
        assert (world.only().status, world.only().error, len(world.attempts())) == ("planned", error, tries)
        now = again
    with clock.moved(now):
        assert deliver(notification) is None
    assert world.only().status == "sent"
    assert len(sent()) == 1


def test_proved_not_sent_once_too_often_is_dead_and_an_alarm(world: World, tmp_path: Path) -> None:
    use_twilio(tmp_path, f"http://127.0.0.1:{free_port()}")
    notification = plan(world, "duty_alert")
    with transaction() as session:
        for number in range(1, lifecycle.NOT_SENT_TRIES):
            session.add(
                Attempt(
                    id=str(number),
                    notification_id=notification,
                    number=number,
                    started_at=clock.now(),
                    outcome="not_sent",
                )
            )
    assert deliver(notification) is None
    (waiting,) = waiting_for_human(world.administrator)
    assert (waiting.id, waiting.status, waiting.error) == (notification, "dead", "not_connected")


def test_a_dead_port_is_no_doubt(world: World, tmp_path: Path) -> None:
    use_twilio(tmp_path, f"http://127.0.0.1:{free_port()}")
    deliver(plan(world, "duty_alert"))
    assert (world.only().status, world.only().error) == ("planned", "not_connected")


@pytest.fixture
def black_hole() -> Iterator[str]:
    """The address of a listener that is too full to take another connection."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for filling in (first, second):
            filling.setblocking(False)
            filling.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_connection_that_never_comes_is_no_doubt(
    world: World, tmp_path: Path, black_hole: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio, "CONNECT_TIMEOUT_S", 0.3)
    use_twilio(tmp_path, black_hole)
    deliver(plan(world, "duty_alert"))
    assert (world.only().status, world.only().error) == ("planned", "connect_timeout")


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("+15005550001", "provider_21211"),
        ("+15005550009", "provider_21614"),
        ("+15005550004", "provider_21610"),
    ],
)
def test_refused_for_good(world: World, provider: Provider, sent: Sent, number: str, error: str) -> None:
    notification = plan(world, "confirmation", number)
    assert [deliver(notification), deliver(notification)] == [None, None]
    (waiting,) = waiting_for_human(world.administrator)
    assert (waiting.status, waiting.error, waiting.purpose) == ("failed", error, "confirmation")
    assert len(world.attempts()) == 1
    assert sent() == []


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("behaviour", ["accept_error", "accept_drop"])
def test_accepted_but_not_told_is_found(
    world: World, provider: Provider, sent: Sent, purpose: str, behaviour: str
) -> None:
    provider.behave(behaviour)
    notification = plan(world, purpose)
    assert deliver(notification) is not None
    assert world.only().status == "unknown"
    assert deliver(notification) is None
    (message,) = sent()
    (attempt,) = world.attempts()
    assert (world.only().status, attempt.outcome, attempt.provider_id) == ("sent", "accepted", message["sid"])


def test_an_answer_that_comes_too_late_is_found(
    world: World, provider: Provider, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio, "READ_TIMEOUT_S", 0.3)
    provider.behave("slow:1")
    notification = plan(world, "confirmation")
    assert deliver(notification) is not None
    assert (world.only().status, world.only().error) == ("unknown", "ReadTimeout")
    assert deliver(notification) is None
    assert (world.only().status, len(sent())) == ("sent", 1)


@pytest.mark.parametrize("behaviour", ["error", "drop"])
def test_no_trace_of_an_alert_is_sent_again_after_its_grace(
    world: World, provider: Provider, sent: Sent, behaviour: str
) -> None:
    provider.behave(behaviour, times=1)
    notification = plan(world, "duty_alert")
    deliver(notification)
    with clock.moved(later(50)):
        again = deliver(notification)
        assert again is not None
        assert dt.timedelta(0) < again - clock.now() <= dt.timedelta(seconds=5)
        assert (world.only().status, sent()) == ("unknown", [])
    with clock.moved(later(61)):
        assert deliver(notification) is not None
        assert (world.only().status, world.only().error) == ("planned", "no_trace")
        assert deliver(notification) is None
    assert (world.only().status, len(sent())) == ("sent", 1)


@pytest.mark.parametrize("behaviour", ["error", "drop"])
def test_no_trace_of_a_family_message_is_held_for_a_human(
    world: World, provider: Provider, sent: Sent, behaviour: str
) -> None:
    provider.behave(behaviour, times=1)
    notification = plan(world, "confirmation")
    deliver(notification)
    for seconds in (61, 890):
        with clock.moved(later(seconds)):
            assert deliver(notification) is not None
            assert world.only().status == "unknown"
    with clock.moved(later(901)):
        assert deliver(notification) is None
    (waiting,) = waiting_for_human(world.administrator)
    assert (waiting.status, waiting.error) == ("held", "no_trace")
    assert sent() == []
    retry_held(actor=world.administrator, notification_id=notification)
    assert world.to_do(notification).state == "open"
    assert deliver(notification) is None
    assert (world.only().status, len(sent())) == ("sent", 1)


def test_the_named_case_a_an_alert_that_no_list_shows_is_sent_again_and_counted(
    world: World, provider: Provider, sent: Sent
) -> None:
    provider.behave("accept_drop:3600", times=1)
    notification = plan(world, "duty_alert")
    deliver(notification)
    with clock.moved(later(61)):
        deliver(notification)
        deliver(notification)
    assert (world.only().status, len(sent())) == ("sent", 2)
    assert [attempt.outcome for attempt in world.attempts()] == ["unknown", "accepted"]


def test_a_list_that_lags_shows_it_before_the_grace_is_over(
    world: World, provider: Provider, sent: Sent
) -> None:
    provider.behave("accept_drop:1", times=1)
    notification = plan(world, "duty_alert")
    deliver(notification)
    deliver(notification)
    assert world.only().status == "unknown"
    wait_for(lambda: deliver(notification) is None, within=5)
    assert (world.only().status, len(sent())) == ("sent", 1)


def test_a_human_who_tries_again_does_not_double_what_has_shown_up_since(
    world: World, provider: Provider, sent: Sent
) -> None:
    provider.behave("accept_drop:1", times=1)
    notification = plan(world, "confirmation")
    deliver(notification)
    with clock.moved(later(901)):
        deliver(notification)
    assert world.only().status == "held"
    wait_for(
        lambda: (
            world.only().changed_at
            and clock.now() > world.attempts()[0].started_at + dt.timedelta(seconds=1.5)
        )
    )
    retry_held(actor=world.administrator, notification_id=notification)
    assert deliver(notification) is None
    assert (world.only().status, len(sent())) == ("sent", 1)
    assert [attempt.outcome for attempt in world.attempts()] == ["accepted"]


def test_a_human_can_send_again_what_was_found_not_to_have_arrived(
    world: World, provider: Provider, sent: Sent
) -> None:
    provider.behave("fail:30006", times=1)
    provider.behave("list_error")
    died = begin(plan(world, "confirmation"))
    sms_channel().send(died.outgoing)
    with clock.moved(later(901)):
        assert deliver(died.notification_id) is None
    assert world.only().status == "held"
    provider.clear()
    retry_held(actor=world.administrator, notification_id=died.notification_id)
    assert deliver(died.notification_id) is None
    assert (world.only().status, len(sent())) == ("sent", 2)
    first, second = world.attempts()
    assert (first.outcome, first.error, second.outcome) == ("refused", "provider_30006", "accepted")
    assert first.provider_id not in (None, second.provider_id)


def test_a_provider_that_cannot_be_asked_proves_nothing(world: World, provider: Provider, sent: Sent) -> None:
    provider.behave("accept_drop", times=1)
    provider.behave("list_error")
    notification = plan(world, "duty_alert")
    deliver(notification)
    with clock.moved(later(600)):
        assert deliver(notification) is not None
        assert world.only().status == "unknown"
        provider.clear()
        assert deliver(notification) is None
    assert (world.only().status, len(sent())) == ("sent", 1)


def test_found_but_undelivered_is_shown_to_a_human(world: World, provider: Provider, sent: Sent) -> None:
    provider.behave("fail:30006", times=1)
    died = begin(plan(world, "confirmation"))
    sms_channel().send(died.outgoing)
    assert deliver(died.notification_id) is None
    assert (world.only().status, world.only().error) == ("failed", "provider_30006")
    assert len(sent()) == 1


def test_only_held_and_failed_wait_for_a_decision(world: World, provider: Provider) -> None:
    notification = plan(world, "confirmation", "+15005550001")
    for decide in (retry_held, drop_held):
        with pytest.raises(Conflict):
            decide(actor=world.administrator, notification_id=notification)
        with pytest.raises(NotFound):
            decide(actor=world.administrator, notification_id=999_999)
    deliver(notification)
    drop_held(actor=world.administrator, notification_id=notification)
    assert waiting_for_human(world.administrator) == []
    assert deliver(notification) is None
    assert world.only().status == "dropped"


def test_numbers_stay_out_of_the_logs(
    world: World, provider: Provider, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    provider.behave("accept_drop")
    with caplog.at_level(logging.INFO):
        for purpose in PURPOSES:
            notification = plan(world, purpose)
            deliver(notification)
            deliver(notification)
    out, err = capfd.readouterr()
    assert "send_attempt" in out + err
    for number in (SENDER, DUTY):
        assert number[1:] not in out + err + caplog.text


def test_the_stand_in_speaks_to_the_sdk_in_pages_and_one_by_one(world: World, provider: Provider) -> None:
    number = f"+35840{clock.now():%H%M%S}"
    for _ in range(5):
        deliver(plan(world, "duty_alert", number))
    http = twilio._HttpClient(provider.url)
    client = Client("AC" + "0" * 32, "a-token", http_client=http)
    messages = client.messages.list(to=number, page_size=2)
    assert len({message.sid for message in messages}) == 5
    today = dt.datetime.now(dt.UTC)
    assert len(client.messages.list(to=number, date_sent=today)) == 5
    assert client.messages.list(to=number, date_sent=today + dt.timedelta(days=2)) == []
    assert client.messages(messages[0].sid).fetch().body == messages[0].body
    with pytest.raises(TwilioRestException, match="404"):
        client.messages("SM" + "0" * 32).fetch()
