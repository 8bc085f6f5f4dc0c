"""The provider's stand-in seen from a test: its process, its behaviour, what it accepted and what it called back."""

import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

from tests.processes import Process, free_port, wait_for

ACCOUNT_SID, AUTH_TOKEN = "AC" + "0" * 32, "a-token"
OUR_NUMBER = "+358501111111"


class Provider:
    """The stand-in as a process that can be started, killed and told how to behave.

    `deliver_to` is where its callbacks go; without it they are only written down (`callbacks`).
    """

    def __init__(
        self,
        directory: Path,
        *,
        delay_ms: float = 0,
        arrives_after_s: float | None = None,
        deliver_to: str = "",
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        server = Path(__file__).with_name("twilio_server.py")
        arrival = [] if arrives_after_s is None else ["--arrives-after", str(arrives_after_s)]
        command = [
            *(sys.executable, server, "--port", str(self.port), "--store", directory / "provider.sqlite"),
            *("--token", AUTH_TOKEN, "--delay-ms", str(delay_ms), "--deliver-to", deliver_to, *arrival),
        ]
        self.process = Process(command, log=directory / "provider.log")

    def start(self) -> None:
        self.process.start()
        wait_for(f"{self.url}/control/requests")

    def behave(
        self, behaviour: str, *, to: str = "*", times: int | None = None, share: float | None = None
    ) -> None:
        """Add a rule; `share` of the calls it is about (0 to 1) follow it."""
        self._post("/control", {"to": to, "behaviour": behaviour, "times": times, "share": share})

    def clear(self) -> None:
        self._post("/control", {"clear": True})

    def deliver_to(self, url: str) -> None:
        """From now on callbacks go to this address, whatever host their own URL names, as behind a proxy."""
        self._post("/control", {"deliver_to": url})

    def accepted(self) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = self._get("messages")
        return messages

    def callbacks(self) -> list[dict[str, Any]]:
        """Every callback in the order in which it is due: url, form and signed headers; `answer` once it was made."""
        callbacks: list[dict[str, Any]] = self._get("callbacks")
        return callbacks

    def inbound(self, sender: str, body: str, url: str, *, sid: str | None = None) -> dict[str, Any]:
        """Somebody writes to our number: the signed post as url, form and headers, and its answer if delivered."""
        wish = {
            "account": ACCOUNT_SID,
            "from": sender,
            "to": OUR_NUMBER,
            "body": body,
            "url": url,
            "sid": sid,
        }
        return self._post("/control/inbound", wish)

    def calls(self, kind: str = "create") -> int:
        """How often it was asked to create (accepted or not), list, fetch or delete."""
        return int(self._get("requests").get(kind, 0))

    def _get(self, what: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/control/{what}", timeout=10) as answer:
            return json.load(answer)

    def _post(self, path: str, wish: dict[str, Any]) -> Any:
        request = urllib.request.Request(f"{self.url}{path}", data=json.dumps(wish).encode())
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


class Sent:
    """What the provider accepted since the test began."""

    def __init__(self, provider: Provider) -> None:
        self._provider, self._before = provider, len(provider.accepted())

    def __call__(self) -> list[dict[str, Any]]:
        return self._provider.accepted()[self._before :]
