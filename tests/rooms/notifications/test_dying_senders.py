"""Senders killed and frozen in the middle of a call, as real processes, and a provider that dies itself."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helpbutton import clock, settings
from helpbutton.notifications.deliver import deliver
from tests.fakes.provider import Provider, Sent
from tests.processes import Process, wait_for

from .conftest import World, later, plan

DELIVER_ONCE = """
import sys
from helpbutton import settings
from helpbutton.app import create_bare
from helpbutton.notifications.deliver import deliver
with create_bare(settings.load()).app_context():
    deliver(int(sys.argv[1]))
"""


@pytest.fixture
def start_sender(tmp_path: Path) -> Iterator[Callable[[int], Process]]:
    """Starts a process that delivers one notification with the settings of this test."""
    started: list[Process] = []

    def start(notification: int) -> Process:
        chosen = settings.current()
        twilio_names = ("account_sid", "auth_token_file", "from", "api_base")
        names = ("data_dir", "sms", *(f"twilio_{name}" for name in twilio_names))
        variables = {f"HELPBUTTON_{name.upper()}": str(getattr(chosen, name)) for name in names}
        command = [sys.executable, "-c", DELIVER_ONCE, str(notification)]
        process = Process(command, log=tmp_path / "sender.log", env={**os.environ, **variables})
        process.start()
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()


@pytest.mark.parametrize("accepted", [True, False])
def test_kill_9_while_the_provider_is_called(
    world: World, provider: Provider, sent: Sent, start_sender: Callable[[int], Process], accepted: bool
) -> None:
    provider.behave("slow:8" if accepted else "stall:8", times=1)
    notification = plan(world, "duty_alert")
    calls = provider.calls()
    sender = start_sender(notification)
    wait_for(lambda: provider.calls() > calls)
    wait_for(lambda: len(sent()) == accepted)
    sender.kill()
    assert world.only().status == "sending"
    deliver(notification)
    assert world.only().status == ("sent" if accepted else "unknown")
    with clock.moved(later(61)):
        deliver(notification)
        deliver(notification)
    assert (world.only().status, len(sent())) == ("sent", 1)


def test_a_sender_frozen_in_its_call_reports_late(
    world: World, provider: Provider, sent: Sent, start_sender: Callable[[int], Process]
) -> None:
    provider.behave("slow:1", times=1)
    notification = plan(world, "duty_alert")
    sender = start_sender(notification)
    wait_for(lambda: sent())
    sender.stop()
    assert deliver(notification) is None
    sender.cont()
    wait_for(lambda: not sender.running)
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
