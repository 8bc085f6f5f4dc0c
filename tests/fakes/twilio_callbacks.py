"""The stand-in's own calls: signed status callbacks and what people write back, to wherever it was told to deliver."""

import base64
import hashlib
import hmac
import http.client
import json
import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from twilio_shape import API, told
from twilio_store import Store

CONNECT_S, READ_S = 5.0, 15.0
LOOK_EVERY_S = 0.02
AT_ONCE = 4
SHUFFLED_BY_S = 0.3
FORGED_STATUS, FORGED_ERROR = "undelivered", 30007

Row = dict[str, Any]


def sign(token: str, url: str, form: dict[str, str]) -> str:
    """HMAC-SHA1 over the address without its fragment and the fields in order of their names, in base64."""
    signed = url.partition("#")[0] + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


class Caller:
    """Makes the callbacks that are due, as a few threads; nothing leaves before `deliver_to` is set (loopback)."""

    def __init__(self, store: Store, token: str) -> None:
        self._store, self._token = store, token
        self.deliver_to = ""

    def start(self) -> None:
        threading.Thread(target=self._run, daemon=True).start()

    def plan(self, row: Row, behaviour: str, value: str) -> None:
        """Write down the callbacks that the story of a message leads to, as the behaviour wants them."""
        url = json.loads(row["form"]).get("StatusCallback")
        if not url or behaviour == "callback_none":
            return
        late = float(value) if behaviour == "callback_late" else 0.0
        moments = [
            (row["created"] + after + late, told(row, *what)) for after, *what in json.loads(row["story"])
        ]
        if behaviour == "callback_shuffled":
            latest = max((due for due, _ in moments), default=0.0)
            moments = [
                (latest + SHUFFLED_BY_S * place, form) for place, (_, form) in enumerate(reversed(moments))
            ]
        if behaviour == "callback_forged":
            forged = told(row, FORGED_STATUS, FORGED_ERROR)
            self._store.add_callback(url, forged, due=row["created"], forged=True)
        for due, form in moments * (2 if behaviour == "callback_twice" else 1):
            self._store.add_callback(url, form, due=due)

    def inbound(self, wish: dict[str, str]) -> dict[str, Any]:
        """Somebody writes to our number: the signed post and, once there is somewhere to deliver, its answer."""
        sid = wish.get("sid") or "SM" + secrets.token_hex(16)
        form = {
            "AccountSid": wish["account"],
            "ApiVersion": API,
            "Body": wish["body"],
            "From": wish["from"],
            "MessageSid": sid,
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsMessageSid": sid,
            "SmsSid": sid,
            "SmsStatus": "received",
            "To": wish["to"],
        }
        self._store.hear(wish["from"], wish["body"])
        post = self.signed(wish["url"], form, forged=False)
        if self.deliver_to:
            post["answer"] = self._post(post)
        return post

    def signed(self, url: str, form: dict[str, str], *, forged: bool) -> dict[str, Any]:
        token = "somebody else's" if forged else self._token
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": sign(token, url, form),
        }
        return {"url": url.partition("#")[0], "form": form, "headers": headers}

    def _run(self) -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while True:
                if self.deliver_to:
                    for row in self._store.take_callbacks(lease_s=CONNECT_S + READ_S + 5):
                        pool.submit(self._call, row)
                time.sleep(LOOK_EVERY_S)

    def _call(self, row: Row) -> None:
        answer = self._post(self.signed(row["url"], json.loads(row["form"]), forged=bool(row["forged"])))
        if _is_tried_again(row, answer):
            self._store.settle_callback(row["id"], answer=None, due=time.time() + 0.5)
        else:
            self._store.settle_callback(row["id"], answer=answer, due=row["due"])

    def _post(self, post: dict[str, Any]) -> str:
        """The status of the answer, or "ct" (no connection) or "rt" (no answer)."""
        url, place = urlsplit(post["url"]), urlsplit(self.deliver_to)
        assert place.hostname in ("127.0.0.1", "localhost"), "nothing leaves this machine"
        connection = http.client.HTTPConnection(place.hostname, place.port or 80, timeout=CONNECT_S)
        try:
            connection.connect()
            connection.sock.settimeout(READ_S)
        except OSError:
            return "ct"
        try:
            path = url.path + (f"?{url.query}" if url.query else "")
            connection.request("POST", path, urlencode(post["form"]), post["headers"])
            answer = connection.getresponse()
            post["said"] = answer.read().decode()
            return str(answer.status)
        except (OSError, http.client.HTTPException):
            return "rt"
        finally:
            connection.close()


def _is_tried_again(row: Row, answer: str) -> bool:
    """Twilio's rule: one more try and only without a connection, unless the fragment of the URL says otherwise."""
    wanted = dict(parse_qsl(urlsplit(row["url"]).fragment))
    policy = wanted.get("rp", "ct").split(",")
    kind = answer if answer in ("ct", "rt") else f"{answer[0]}xx"
    return (kind in policy or ("all" in policy and kind != "2xx")) and row["tries"] <= int(
        wanted.get("rc", 1)
    )
