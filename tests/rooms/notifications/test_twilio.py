"""Every way a provider can answer, through the real SDK against a provider in its own process with its own store."""

import datetime as dt
import logging
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpbutton import clock, settings
from helpbutton.db import transaction
from helpbutton.errors import Conflict, NotFound
from helpbutton.notifications import lifecycle
from helpbutton.notifications.channels import twilio
from helpbutton.notifications.deliver import deliver
from helpbutton.notifications.models import Attempt
from helpbutton.notifications.operations import drop_held, retry_held
from helpbutton.notifications.queries import waiting_for_human
from tests.processes import Process, free_port, wait_for

from .conftest import DUTY, SENDER, Provider, Sent, World, use_twilio

PURPOSES = ("confirmation", "duty_alert")


def plan(world: World, purpose: str, phone: str = SENDER) -> int:
    urgency = "urgent" if purpose == "duty_alert" else "normal"
    case = world.case(world.desk(duty_number=phone), phone=phone, urgency=urgency)
    if purpose == "confirmation":
        world.confirm(case)
    else:
        world.alert(case)
    return world.notifications(purpose)[-1].id


def later(seconds: float) -> dt.datetime:
    return clock.now() + dt.timedelta(seconds=seconds)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_accepted(world: World, sent: Sent, purpose: str) -> None:
    notification = plan(world, purpose)
    assert [deliver(notification), deliver(notification)] == [None, None]
    (message,) = sent()
    (attempt,) = world.attempts()
    assert (world.only().status, attempt.outcome, attempt.provider_id) == ("sent", "accepted", message["sid"])
    assert (message["recipient"], message["sender"], message["validity"]) == (SENDER, "+358501111111", 3600)
    assert world.only().reference in message["body"]


@pytest.mark.parametrize(
    ("behaviour", "error"), [("busy", "provider_20429"), ("unauthorised", "provider_20003")]
)
def test_proved_not_sent_is_tried_again(
    world: World, provider: Provider, sent: Sent, behaviour: str, error: str
) -> None:
    provider.behave(behaviour, times=2)
    notification = plan(world, "confirmation")
    for tries in (1, 2):
        again = deliver(notification)
        assert again is not None
        assert again > clock.now()
        assert (world.only().status, world.only().error, len(world.attempts())) == ("planned", error, tries)
        assert deliver(notification) == again
        with clock.moved(again):
            if tries == 2:
                assert deliver(notification) is None
    assert world.only().status == "sent"
    assert len(sent()) == 1


def test_proved_not_sent_once_too_often_is_held(world: World, tmp_path: Path) -> None:
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
    (waiting,) = waiting_for_human()
    assert (waiting.id, waiting.status, waiting.error) == (notification, "held", "not_connected")


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
    (waiting,) = waiting_for_human()
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
    (waiting,) = waiting_for_human()
    assert (waiting.status, waiting.error) == ("held", "no_trace")
    assert sent() == []
    retry_held(actor_account_id=world.account, notification_id=notification)
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
    retry_held(actor_account_id=world.account, notification_id=notification)
    assert deliver(notification) is None
    assert (world.only().status, len(sent())) == ("sent", 1)


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
    provider.behave("accept_drop", times=1)
    notification = plan(world, "confirmation")
    deliver(notification)
    with provider.store() as store:
        store.execute(
            "UPDATE message SET status = 'undelivered', error = 30006 WHERE sid = ?", (sent()[0]["sid"],)
        )
    assert deliver(notification) is None
    assert (world.only().status, world.only().error) == ("failed", "provider_30006")


def test_only_held_and_failed_wait_for_a_decision(world: World, provider: Provider) -> None:
    notification = plan(world, "confirmation", "+15005550001")
    for decide in (retry_held, drop_held):
        with pytest.raises(Conflict):
            decide(actor_account_id=world.account, notification_id=notification)
        with pytest.raises(NotFound):
            decide(actor_account_id=world.account, notification_id=999_999)
    deliver(notification)
    drop_held(actor_account_id=world.account, notification_id=notification)
    assert waiting_for_human() == []
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
    assert "sms_attempt" in out + err
    for number in (SENDER, DUTY):
        assert number[1:] not in out + err + caplog.text


DELIVER_ONCE = """
import sys
from helpbutton import settings
from helpbutton.app import create_bare
from helpbutton.notifications.deliver import deliver
with create_bare(settings.load()).app_context():
    deliver(int(sys.argv[1]))
"""


@pytest.fixture
def sender_process(tmp_path: Path) -> Iterator[Process]:
    """A process that delivers the notification whose id is put at the end of its command."""
    process = Process([sys.executable, "-c", DELIVER_ONCE], log=tmp_path / "sender.log")
    yield process
    process.kill()


def start(process: Process, notification: int) -> None:
    chosen = settings.current()
    names = (
        "data_dir",
        "sms",
        "twilio_account_sid",
        "twilio_auth_token_file",
        "twilio_from",
        "twilio_api_base",
    )
    variables = {f"HELPBUTTON_{name.upper()}": str(getattr(chosen, name)) for name in names}
    process.command.append(str(notification))
    process._env = {**os.environ, **variables}
    process.start()


@pytest.mark.parametrize("accepted", [True, False])
def test_kill_9_while_the_provider_is_called(
    world: World, provider: Provider, sent: Sent, sender_process: Process, accepted: bool
) -> None:
    provider.behave("slow:8" if accepted else "stall:8", times=1)
    notification = plan(world, "duty_alert")
    calls = provider.calls()
    start(sender_process, notification)
    wait_for(lambda: provider.calls() > calls)
    wait_for(lambda: len(sent()) == accepted)
    sender_process.kill()
    assert world.only().status == "sending"
    deliver(notification)
    assert world.only().status == ("sent" if accepted else "unknown")
    with clock.moved(later(61)):
        deliver(notification)
        deliver(notification)
    assert (world.only().status, len(sent())) == ("sent", 1)


def test_a_sender_frozen_in_its_call_reports_late_and_nothing_is_doubled(
    world: World, provider: Provider, sent: Sent, sender_process: Process
) -> None:
    provider.behave("slow:1", times=1)
    notification = plan(world, "duty_alert")
    start(sender_process, notification)
    wait_for(lambda: sent())
    sender_process.stop()
    assert deliver(notification) is None
    sender_process.cont()
    wait_for(lambda: not sender_process.running)
    (attempt,) = world.attempts()
    assert (world.only().status, attempt.outcome, len(sent())) == ("sent", "accepted", 1)


def test_what_the_stand_in_accepted_survives_its_own_kill_9(
    world: World, provider: Provider, sent: Sent
) -> None:
    provider.behave("accept_drop", times=1)
    notification = plan(world, "confirmation")
    deliver(notification)
    provider.process.kill()
    assert deliver(notification) is not None
    assert world.only().status == "unknown"
    provider.start()
    assert deliver(notification) is None
    assert (world.only().status, len(sent())) == ("sent", 1)


def test_lists_longer_than_a_page(world: World, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twilio, "NEWEST", 7)
    for _ in range(3):
        deliver(plan(world, "confirmation", "+358400000001"))
    client = twilio.TwilioChannel(settings.current())._messages
    assert len(client.list(to="+358400000001", page_size=2)) >= 3
    assert client.list(to="+358400000009") == []
    sid = client.list(to="+358400000001", limit=1)[0].sid
    assert client(sid).fetch().to == "+358400000001" if callable(client) else True
