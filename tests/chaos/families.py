"""Families who write while things break: each keeps its key until it holds a receipt."""

import http.client
import json
import threading
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field

from tests.cast import MORNINGS, request_body

GIVE_UP_AFTER_S = 60
URGENT = "Mies uhkaa tappaa meidät, olemme vessassa lukkojen takana."
URGENT_EVERY = 10


@dataclass
class Ledger:
    """Receipts by the sender's number, response times in seconds, and answers that were neither 201 nor a lost line.

    Setting `enough` ends the writing: nobody begins another request, those under way are brought to their end.
    """

    receipts: dict[str, dict[str, object]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    enough: threading.Event = field(default_factory=threading.Event)

    def slowest(self, share: float) -> float:
        """The response time that `share` of all answers stayed under."""
        ordered = sorted(self.seconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def write(
    url: str,
    ledger: Ledger,
    *,
    posts: int,
    clients: int,
    first: int = 0,
    pause_s: float = 0.0,
    urgent_every: int = 0,
) -> list[threading.Thread]:
    """Start `clients` threads that send `posts` requests in all, each from a number of its own.

    Each begins one every `pause_s` seconds, or as soon as the one before has its answer, and they take turns. One in
    `urgent_every` is about danger; none when it is 0.
    """
    numbers = iter(range(first, first + posts))
    take = threading.Lock()

    def client(turn: int) -> None:
        time.sleep(turn * pause_s / clients)
        while True:
            with take:
                number = next(numbers, None)
            if number is None or ledger.enough.is_set():
                return
            began = time.monotonic()
            words = URGENT if urgent_every and number % urgent_every == 0 else MORNINGS
            _send(url, ledger, f"+3584570{number:05d}", f"{words} {number}")
            time.sleep(max(0.0, began + pause_s - time.monotonic()))

    threads = [threading.Thread(target=client, args=(turn,), daemon=True) for turn in range(clients)]
    for thread in threads:
        thread.start()
    return threads


def _send(url: str, ledger: Ledger, phone: str, text: str) -> None:
    """Each family has words of its own: the same ones many times in a minute would go into quarantine."""
    body = json.dumps(request_body(text=text, contact={"phone": phone})).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
    deadline = time.monotonic() + GIVE_UP_AFTER_S
    while time.monotonic() < deadline:
        began = time.monotonic()
        try:
            with urllib.request.urlopen(
                urllib.request.Request(f"{url}/api/v1/requests", data=body, headers=headers), timeout=10
            ) as answer:
                receipt = json.load(answer)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code != 503:
                with ledger.lock:
                    ledger.refused.append(error.code)
                return
        except (OSError, ValueError, http.client.HTTPException):
            pass
        else:
            with ledger.lock:
                ledger.receipts[phone] = receipt
                ledger.seconds.append(time.monotonic() - began)
            return
        time.sleep(0.1)
