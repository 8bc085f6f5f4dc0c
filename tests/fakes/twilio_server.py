"""A stand-in for Twilio's Messages API, in a process and with a store of its own: it judges what was sent.

    python tests/fakes/twilio_server.py --port 8990 --store /tmp/provider.sqlite [--delay-ms 50]

What it accepted is committed before it answers and survives its own kill -9. How it behaves for a number:

* a few numbers always get an error, as Twilio's own test numbers do: `twilio_store.MAGIC`;
* `POST /control` with JSON `{"to": "+358..." or "*", "behaviour": B, "times": N}` (without times: for ever)
  adds a rule; the newest for the number wins over the newest for "*"; `{"clear": true}` forgets all rules.
  Not accepted: `refuse:CODE` (400), `unauthorised` (401), `busy` (429), `error` (500), `drop` (no answer),
  `stall:SECONDS` (none for long). Accepted: `accept_error[:HIDDEN_S]` (then 500), `accept_drop[:HIDDEN_S]`
  (then cut off), `hide:HIDDEN_S` (in lists only after so long), `slow:SECONDS` (answers late), `fail:CODE`
  (undelivered). Lists: `list_error` (500).
* `GET /control/messages`: all that was ever accepted, oldest first; `GET /control/requests`: calls counted.
"""

import argparse
import base64
import datetime as dt
import json
import sqlite3
import time
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from twilio_store import Store

API = "2010-04-01"
PAGE_SIZE = 50


class Handler(BaseHTTPRequestHandler):
    """One request to the provider."""

    protocol_version = "HTTP/1.1"
    server: "Provider"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path == "/control":
            return self._control(json.loads(body))
        account = self._account()
        if account is not None:
            self.server.store.count("create")
            time.sleep(self.server.delay_s)
            self._create(account, dict(parse_qsl(body)))
        return None

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/control/messages":
            return self._answer(200, self.server.store.everything())
        if url.path == "/control/requests":
            return self._answer(200, self.server.store.counts())
        account = self._account()
        if account is None:
            return None
        time.sleep(self.server.delay_s)
        last = url.path.rsplit("/", 1)[-1]
        if last == "Messages.json":
            self.server.store.count("list")
            return self._list(account, url.path, dict(parse_qsl(url.query)))
        row = self.server.store.one(account, last.removesuffix(".json"))
        return (
            self._answer(200, shape(row)) if row else self._refuse(404, 20404, "The resource was not found")
        )

    def _control(self, wish: dict[str, Any]) -> None:
        if wish.get("clear"):
            self.server.store.clear_rules()
        else:
            self.server.store.add_rule(wish.get("to", "*"), wish["behaviour"], wish.get("times"))
        self._answer(200, {})

    def _account(self) -> str | None:
        """The account of the path when its credentials are there; otherwise the refusal is already sent."""
        parts = self.path.split("/")
        if len(parts) < 5 or parts[1] != API or parts[2] != "Accounts" or not parts[4].startswith("Messages"):
            self._refuse(404, 20404, "The requested resource was not found")
            return None
        kind, _, credentials = self.headers.get("Authorization", "").partition(" ")
        user, _, token = (
            base64.b64decode(credentials).decode().partition(":") if kind == "Basic" else ("", "", "")
        )
        if user != parts[3] or not token:
            self._refuse(401, 20003, "Authenticate")
            return None
        return parts[3]

    def _create(self, account: str, form: dict[str, str]) -> None:
        if not form.get("To") or not form.get("Body"):
            return self._refuse(
                400, 21604 if not form.get("To") else 21602, "A required parameter is missing"
            )
        behaviour, _, value = self.server.store.behaviour(form["To"], of_lists=False).partition(":")
        match behaviour:
            case "refuse":
                return self._refuse(400, int(value), "Refused")
            case "unauthorised":
                return self._refuse(401, 20003, "Authenticate")
            case "busy":
                return self._refuse(429, 20429, "Too Many Requests")
            case "error":
                return self._refuse(500, 20500, "Internal Server Error")
            case "drop":
                return self._cut()
            case "stall":
                time.sleep(float(value))
                return self._cut()
        row = self.server.store.accept(
            account,
            form,
            error=int(value) if behaviour == "fail" else None,
            hidden_s=float(value or 0) if behaviour in ("hide", "accept_drop", "accept_error") else 0,
        )
        match behaviour:
            case "accept_error":
                return self._refuse(500, 20500, "Internal Server Error")
            case "accept_drop":
                return self._cut()
            case "slow":
                time.sleep(float(value))
        return self._answer(201, shape(row))

    def _list(self, account: str, path: str, query: dict[str, str]) -> None:
        if self.server.store.behaviour(query.get("To", "*"), of_lists=True):
            return self._refuse(500, 20500, "Internal Server Error")
        rows = self.server.store.listed(account, query)
        size, page = int(query.get("PageSize", PAGE_SIZE)), int(query.get("Page", 0))
        shown = rows[page * size : (page + 1) * size]

        def address(number: int) -> str:
            return f"{path}?{urlencode({**query, 'PageSize': size, 'Page': number})}"

        more = len(rows) > (page + 1) * size
        return self._answer(
            200,
            {
                "messages": [shape(row) for row in shown],
                "page": page,
                "page_size": size,
                "start": page * size,
                "end": page * size + max(len(shown) - 1, 0),
                "uri": address(page),
                "first_page_uri": address(0),
                "next_page_uri": address(page + 1) if more else None,
                "previous_page_uri": address(page - 1) if page else None,
            },
        )

    def _refuse(self, status: int, code: int, message: str) -> None:
        self._answer(
            status,
            {
                "code": code,
                "message": message,
                "more_info": f"https://www.twilio.com/docs/errors/{code}",
                "status": status,
            },
        )

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

    def __init__(self, port: int, store: Store, delay_s: float) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.store = store
        self.delay_s = delay_s

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that hung up is no news."""


def shape(row: sqlite3.Row) -> dict[str, Any]:
    """A message as the API shows it."""
    created = format_datetime(dt.datetime.fromtimestamp(row["created"], dt.UTC))
    uri = f"/{API}/Accounts/{row['account']}/Messages/{row['sid']}"
    return {
        "account_sid": row["account"],
        "api_version": API,
        "body": row["body"],
        "date_created": created,
        "date_sent": None if row["status"] == "queued" else created,
        "date_updated": created,
        "direction": "outbound-api",
        "error_code": row["error"],
        "error_message": None,
        "from": row["sender"] or None,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": row["sid"],
        "status": row["status"],
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": row["recipient"],
        "uri": f"{uri}.json",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for Twilio's Messages API")
    parser.add_argument("--port", type=int, required=True, help="0 picks a free one")
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--delay-ms", type=float, default=0)
    given = parser.parse_args()
    server = Provider(given.port, Store(given.store), given.delay_ms / 1000)
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
