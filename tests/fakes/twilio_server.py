"""A stand-in for Twilio's Messages API, in a process and with a store of its own: it judges what was sent.

    python tests/fakes/twilio_server.py --port 8990 --store /tmp/provider.sqlite [--delay-ms 50] [--arrives-after 0.2]

What it accepted is committed before it answers and survives its own kill -9. How it behaves for a number:

* magic numbers always lead to an error, Twilio's own test numbers and ours: `twilio_store.magic`;
* `POST /control` with JSON `{"to": "+358..." or "*", "behaviour": B, "times": N, "share": P}` (without times: for
  ever, without share: always) adds a rule; the newest for the number wins over the newest for "*";
  `{"clear": true}` forgets all rules; `{"deliver_to": "http://127.0.0.1:8080"}` says where callbacks go.
  - not accepted: `refuse:CODE`, `unauthorised` (401), `busy` (429), `error` (500), `unavailable` (503), `drop`
    (no answer), `stall:SECONDS` (none for long);
  - accepted: `accept_error[:HIDDEN_S]` (then 500), `accept_drop[:HIDDEN_S]` (then cut off), `hide:HIDDEN_S` (in lists
    only after so long), `slow:SECONDS` (answers late);
  - what becomes of it: `arrive[:SECONDS]` (delivered), `fail:CODE` (undelivered), `lose` (never heard of again);
  - callbacks, where a StatusCallback was given: `callback_none`, `callback_late:SECONDS`, `callback_twice`,
    `callback_shuffled` (last first), `callback_forged` (a lie with a wrong signature besides the true ones);
  - lists: `list_error` (500), `list_lag:SECONDS` (what is younger is not shown); fetching: `fetch_error` (500).
* `POST /control/inbound` with `{"account", "from", "to", "body", "url", "sid"?}`: somebody writes to our number.
* `GET /control/messages`: all that was ever accepted, oldest first; `/control/callbacks`: signed as they leave, with
  the answer; `/control/requests`: calls counted.
"""

import argparse
import base64
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from twilio_callbacks import Caller
from twilio_shape import API, FINAL, page, shape, standing
from twilio_store import Store

HTTP_OF = {10001: 401, 20003: 401, 20005: 403, 20006: 403, 20429: 429}
"""The HTTP status of the error codes that do not come with 400."""
LONGEST_VALIDITY_S = 36000


class Handler(BaseHTTPRequestHandler):
    """One request to the provider."""

    protocol_version = "HTTP/1.1"
    server: "Provider"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path == "/control":
            return self._control(json.loads(body))
        if self.path == "/control/inbound":
            return self._answer(200, self.server.caller.inbound(json.loads(body)))
        account = self._account()
        if account is not None:
            self.server.store.count("create")
            time.sleep(self.server.delay_s)
            self._create(account, dict(parse_qsl(body)))
        return None

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path.startswith("/control/"):
            return self._tell(url.path.rpartition("/")[2])
        account = self._account()
        if account is None:
            return None
        time.sleep(self.server.delay_s)
        if url.path.endswith("/Messages.json"):
            self.server.store.count("list")
            return self._list(account, url.path, dict(parse_qsl(url.query)))
        self.server.store.count("fetch")
        row = self.server.store.one(account, self._sid())
        if row and self.server.store.behaviour("fetch", row["recipient"])[0]:
            return self._refuse(500, 20500, "Internal Server Error")
        return self._answer(200, shape(row)) if row else self._not_found()

    def do_DELETE(self) -> None:
        account = self._account()
        if account is None:
            return None
        self.server.store.count("delete")
        row = self.server.store.one(account, self._sid())
        if row is None:
            return self._not_found()
        if standing(row)[0] not in FINAL:
            return self._refuse(409, 20009, "The message is still on its way")
        self.server.store.delete(row["sid"])
        self.send_response(204)
        self.end_headers()
        return None

    def _control(self, wish: dict[str, Any]) -> None:
        if wish.get("clear"):
            self.server.store.clear_rules()
        elif "deliver_to" in wish:
            self.server.caller.deliver_to = wish["deliver_to"]
        else:
            share = float(wish.get("share") or 1)
            self.server.store.add_rule(wish.get("to", "*"), wish["behaviour"], wish.get("times"), share)
        self._answer(200, {})

    def _tell(self, what: str) -> None:
        store, caller = self.server.store, self.server.caller
        match what:
            case "messages":
                rows = store.everything()
                for row in rows:
                    row["status"], row["error"], _ = standing(row)
                self._answer(200, rows)
            case "callbacks":
                callbacks = store.callbacks()
                for row in callbacks:
                    row |= caller.signed(row["url"], json.loads(row["form"]), forged=bool(row["forged"]))
                self._answer(200, callbacks)
            case "requests":
                self._answer(200, store.counts())

    def _sid(self) -> str:
        return urlsplit(self.path).path.rpartition("/")[2].removesuffix(".json")

    def _account(self) -> str | None:
        """The account of the path when its credentials are there; otherwise the refusal is already sent."""
        parts = self.path.split("/")
        if len(parts) < 5 or parts[1] != API or parts[2] != "Accounts" or not parts[4].startswith("Messages"):
            self._not_found()
            return None
        kind, _, credentials = self.headers.get("Authorization", "").partition(" ")
        user, _, token = (
            base64.b64decode(credentials).decode().partition(":") if kind == "Basic" else ("", "", "")
        )
        if user != parts[3] or token != self.server.token:
            self._refuse(401, 20003, "Authenticate")
            return None
        return parts[3]

    def _create(self, account: str, form: dict[str, str]) -> None:
        store = self.server.store
        if problem := _wrong_with(form):
            return self._refuse(400, *problem)
        behaviour, value = store.behaviour("create", form["To"])
        match behaviour:
            case "refuse":
                return self._refuse(HTTP_OF.get(int(value), 400), int(value), "Refused")
            case "unauthorised":
                return self._refuse(401, 20003, "Authenticate")
            case "busy":
                return self._refuse(429, 20429, "Too Many Requests")
            case "error":
                return self._refuse(500, 20500, "Internal Server Error")
            case "unavailable":
                return self._refuse(503, 20503, "Service Unavailable")
            case "drop":
                return self._cut()
            case "stall":
                time.sleep(float(value))
                return self._cut()
        hidden_s = float(value or 0) if behaviour in ("hide", "accept_drop", "accept_error") else 0
        row = store.accept(account, form, story=self._story(form["To"]), hidden_s=hidden_s)
        self.server.caller.plan(row, *self._callbacks_of(form["To"]))
        match behaviour:
            case "accept_error":
                return self._refuse(500, 20500, "Internal Server Error")
            case "accept_drop":
                return self._cut()
            case "slow":
                time.sleep(float(value))
        return self._answer(201, shape(row, at=0))

    def _callbacks_of(self, number: str) -> tuple[str, str]:
        return self.server.store.behaviour("callback", number)

    def _story(self, number: str) -> list[list[Any]]:
        """What becomes of a message; without a rule it is sent, and arrives where the provider was told so."""
        behaviour, value = self.server.store.behaviour("story", number)
        sent = [0, "sent", None]
        match behaviour:
            case "fail":
                return [sent, [0, "undelivered", int(value)]]
            case "arrive":
                return [sent, [float(value or 0), "delivered", None]]
            case "lose":
                return [sent]
        after = self.server.arrives_after_s
        return [sent] if after is None else [sent, [after, "delivered", None]]

    def _list(self, account: str, path: str, query: dict[str, str]) -> None:
        behaviour, value = self.server.store.behaviour("list", query.get("To", "*"))
        if behaviour == "list_error":
            return self._refuse(500, 20500, "Internal Server Error")
        rows = self.server.store.listed(account, query, lag_s=float(value or 0))
        return self._answer(200, page(rows, path, query))

    def _not_found(self) -> None:
        self._refuse(404, 20404, "The requested resource was not found")

    def _refuse(self, status: int, code: int, message: str) -> None:
        more = f"https://www.twilio.com/docs/errors/{code}"
        self._answer(status, {"code": code, "message": message, "more_info": more, "status": status})

    def _answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _cut(self) -> None:
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Silent: the store is the record."""


class Provider(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, given: argparse.Namespace) -> None:
        super().__init__(("127.0.0.1", given.port), Handler)
        self.store, self.token = Store(given.store), given.token
        self.delay_s, self.arrives_after_s = given.delay_ms / 1000, given.arrives_after
        self.caller = Caller(self.store, given.token)
        self.caller.deliver_to = given.deliver_to
        self.caller.start()

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that hung up is no news."""


def _wrong_with(form: dict[str, str]) -> tuple[int, str] | None:
    """The error that the parameters of a new message lead to whatever the number."""
    if not form.get("To"):
        return 21604, "A 'To' phone number is required"
    if not form.get("Body"):
        return 21602, "Message body is required"
    if not form.get("From"):
        return 21603, "A 'From' phone number is required"
    if not 1 <= int(form.get("ValidityPeriod", LONGEST_VALIDITY_S)) <= LONGEST_VALIDITY_S:
        return 21621, "The validity period is not between 1 and 36000 seconds"
    callback = form.get("StatusCallback", "http://x")
    if not callback.startswith(("http://", "https://")):
        return 21609, "The StatusCallback URL is not a valid URL"
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for Twilio's Messages API")
    parser.add_argument("--port", type=int, required=True, help="0 picks a free one")
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--token", default="a-token", help="the account's auth token")
    parser.add_argument("--delay-ms", type=float, default=0)
    parser.add_argument("--arrives-after", type=float, help="seconds; without it messages stay sent")
    parser.add_argument("--deliver-to", default="", help="address on this machine that gets the callbacks")
    server = Provider(parser.parse_args())
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
