"""The provider's stand-in seen from a test: its process, its behaviour, and what it accepted."""

import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

from tests.processes import Process, free_port, wait_for


class Provider:
    """The stand-in as a process that can be started, killed and told how to behave."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        server = Path(__file__).with_name("twilio_server.py")
        command = [sys.executable, server, "--port", str(self.port), "--store", directory / "provider.sqlite"]
        self.process = Process(command, log=directory / "provider.log")

    def start(self) -> None:
        self.process.start()
        wait_for(f"{self.url}/control/requests")

    def behave(self, behaviour: str, *, to: str = "*", times: int | None = None) -> None:
        self._post({"to": to, "behaviour": behaviour, "times": times})

    def clear(self) -> None:
        self._post({"clear": True})

    def accepted(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.url}/control/messages", timeout=5) as answer:
            messages: list[dict[str, Any]] = json.load(answer)
        return messages

    def calls(self) -> int:
        """How many messages it was asked to create, accepted or not."""
        with urllib.request.urlopen(f"{self.url}/control/requests", timeout=5) as answer:
            return int(json.load(answer).get("create", 0))

    def _post(self, wish: dict[str, Any]) -> None:
        request = urllib.request.Request(f"{self.url}/control", data=json.dumps(wish).encode())
        with urllib.request.urlopen(request, timeout=5) as answer:
            answer.read()


class Sent:
    """What the provider accepted since the test began."""

    def __init__(self, provider: Provider) -> None:
        self._provider, self._before = provider, len(provider.accepted())

    def __call__(self) -> list[dict[str, Any]]:
        return self._provider.accepted()[self._before :]
