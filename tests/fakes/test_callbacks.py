"""The stand-in's callbacks: signed so that Twilio's own validator takes them; late, twice, out of order, forged."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from helpbutton.notifications.channels.twilio import _HttpClient
from tests.fakes.provider import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, Provider
from tests.processes import wait_for

PHONE = "+358401234567"
PUBLIC = "https://apua.example.fi/hooks/twilio/status"


class Listener(ThreadingHTTPServer):
    """Hears callbacks; answers `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hearing)
        self.heard: list[dict[str, Any]] = []
        self.status = 204
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Hearing(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        signature = self.headers["X-Twilio-Signature"]
        self.server.heard.append({"path": self.path, "form": form, "signature": signature, "at": time.time()})
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.shutdown()
    listener.server_close()


@pytest.fixture
def provider(tmp_path: Path, listener: Listener) -> Iterator[Provider]:
    provider = Provider(tmp_path, arrives_after_s=0.05, deliver_to=listener.url)
    provider.start()
    yield provider
    provider.process.kill()


def send(provider: Provider, attempt: str, *, fragment: str = "") -> str:
    client = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=_HttpClient(provider.url))
    callback = f"{PUBLIC}/{attempt}{fragment}"
    message = client.messages.create(to=PHONE, from_=OUR_NUMBER, body="Hei", status_callback=callback)
    return str(message.sid)


def statuses(listener: Listener, *, count: int) -> list[str]:
    """What was heard, once it is as many as expected and nothing more comes."""
    wait_for(lambda: len(listener.heard) >= count, within=5)
    time.sleep(0.1)
    return [heard["form"]["MessageStatus"] for heard in listener.heard]


def test_each_change_is_told_once_signed_for_the_public_address(
    provider: Provider, listener: Listener
) -> None:
    sid = send(provider, "a1")
    assert statuses(listener, count=2) == ["sent", "delivered"]
    for heard in listener.heard:
        assert (heard["path"], heard["form"]["MessageSid"]) == ("/hooks/twilio/status/a1", sid)
        assert RequestValidator(AUTH_TOKEN).validate(f"{PUBLIC}/a1", heard["form"], heard["signature"])
    wait_for(lambda: [told["answer"] for told in provider.callbacks()] == ["204", "204"])


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        ("callback_twice", ["sent", "sent", "delivered", "delivered"]),
        ("callback_shuffled", ["delivered", "sent"]),
    ],
)
def test_twice_and_out_of_order(
    provider: Provider, listener: Listener, behaviour: str, expected: list[str]
) -> None:
    provider.behave(behaviour)
    send(provider, "a2")
    assert statuses(listener, count=len(expected)) == expected


def test_late_and_not_at_all(provider: Provider, listener: Listener) -> None:
    provider.behave("callback_late:0.5", times=1)
    began = time.time()
    send(provider, "late")
    provider.behave("callback_none", times=1)
    send(provider, "never")
    assert statuses(listener, count=2) == ["sent", "delivered"]
    assert {heard["path"].rpartition("/")[2] for heard in listener.heard} == {"late"}
    assert listener.heard[0]["at"] - began > 0.5


def test_a_forged_one_lies_and_is_not_signed_by_the_account(provider: Provider, listener: Listener) -> None:
    provider.behave("callback_forged")
    send(provider, "a3")
    assert sorted(statuses(listener, count=3)) == ["delivered", "sent", "undelivered"]
    for heard in listener.heard:
        valid = RequestValidator(AUTH_TOKEN).validate(f"{PUBLIC}/a3", heard["form"], heard["signature"])
        assert valid == (heard["form"]["MessageStatus"] != "undelivered")


def test_an_answer_that_is_an_error_is_tried_again_only_when_the_address_asks_for_it(
    provider: Provider, listener: Listener
) -> None:
    listener.status = 503
    provider.behave("lose")
    send(provider, "once")
    send(provider, "again", fragment="#rc=2&rp=all")
    wait_for(lambda: len(listener.heard) == 4, within=5)
    wait_for(lambda: all(told["answer"] for told in provider.callbacks()), within=5)
    paths = [heard["path"].rpartition("/")[2] for heard in listener.heard]
    assert (paths.count("once"), paths.count("again")) == (1, 3)


def test_callbacks_survive_the_stand_ins_own_kill_9(provider: Provider, listener: Listener) -> None:
    provider.behave("callback_late:0.4")
    send(provider, "a4")
    provider.process.kill()
    provider.start()
    assert sorted(statuses(listener, count=2)) == ["delivered", "sent"]


def test_somebody_writes_to_our_number(provider: Provider, listener: Listener) -> None:
    url = "https://apua.example.fi/hooks/twilio/inbound"
    post = provider.inbound(PHONE, "Lopeta", url)
    (heard,) = listener.heard
    assert (post["answer"], heard["path"], heard["form"]) == ("204", "/hooks/twilio/inbound", post["form"])
    assert (heard["form"]["From"], heard["form"]["Body"]) == (PHONE, "Lopeta")
    assert RequestValidator(AUTH_TOKEN).validate(url, heard["form"], heard["signature"])
    provider.deliver_to("")
    again = provider.inbound(PHONE, "Lopeta", url, sid=post["form"]["MessageSid"])
    assert "answer" not in again
    assert json.dumps(again["form"]) == json.dumps(post["form"])


def test_the_providers_own_words_for_stop_and_start(provider: Provider) -> None:
    url = "https://apua.example.fi/hooks/twilio/inbound"
    for word, refused in (("stop", True), ("Hei", True), (" START ", False)):
        provider.inbound(PHONE, word, url)
        before = len(provider.accepted())
        if refused:
            with pytest.raises(Exception, match="Refused"):
                send(provider, "stopped")
        else:
            send(provider, "started")
        assert len(provider.accepted()) - before == (not refused)
