"""The dead man's switch is held down while all is well, once a minute, and let go when somebody may wait in vain."""

import datetime as dt
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from flask import Flask

from helpbutton import clock, heartbeat, settings
from helpbutton.db import db, reading, transaction
from helpbutton.errors import SettingsError
from helpbutton.notifications.models import ChannelStop
from helpbutton.watching import dead_man
from helpbutton.watching.models import DeadMan


class Keeper:
    """The page elsewhere: counts its calls, answers with `status`."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.status = 200
        keeper = self

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                keeper.calls.append(self.path)
                self.send_response(keeper.status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Page)
        self.url = f"http://127.0.0.1:{self.server.server_port}/ping/secret"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    found = Keeper()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def switch(app: Flask, keeper: Keeper) -> Keeper:
    settings.activate(settings.current().model_copy(update={"deadman_url": keeper.url}))
    heartbeat.beat("sweeper")
    return keeper


def row() -> DeadMan:
    db.session.remove()
    return reading().get_one(DeadMan, 1)


def test_it_is_held_down_once_a_minute_however_many_do_it(switch: Keeper) -> None:
    for _ in range(3):
        dead_man.hold_down()
    assert switch.calls == ["/ping/secret"]
    with clock.moved(clock.now() + dt.timedelta(seconds=59)):
        heartbeat.beat("sweeper")
        dead_man.hold_down()
    with clock.moved(clock.now() + dt.timedelta(seconds=61)):
        heartbeat.beat("sweeper")
        dead_man.hold_down()
    assert len(switch.calls) == 2
    assert row().failures == 0
    assert row().heard_at is not None


def test_it_is_let_go_when_something_is_wrong(switch: Keeper) -> None:
    with transaction() as session:
        now = clock.now()
        session.add(ChannelStop(channel="sms", since=now, error="twilio_20003", probe_at=now))
    dead_man.hold_down()
    assert switch.calls == []


@pytest.mark.parametrize("status", [302, 500])
def test_failures_are_counted_and_no_redirect_is_followed(switch: Keeper, status: int) -> None:
    switch.status = status
    dead_man.hold_down()
    assert switch.calls == ["/ping/secret"]
    assert (row().failures, row().heard_at) == (1, None)


def test_nobody_is_called_without_a_setting(app: Flask, keeper: Keeper) -> None:
    dead_man.hold_down()
    assert keeper.calls == []


@pytest.mark.parametrize(
    "url", ["http://example.fi/ping", "ftp://127.0.0.1/", "file:///etc/passwd", "https://"]
)
def test_only_encrypted_pages_elsewhere_are_called(url: str) -> None:
    with pytest.raises(SettingsError, match="HELPBUTTON_DEADMAN_URL"):
        settings.load(deadman_url=url)
