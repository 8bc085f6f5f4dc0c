"""How the provider's stand-in shows a message: the fields of the API, and the form of a callback about it."""

import datetime as dt
import json
import math
import time
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

API = "2010-04-01"
PAGE_SIZE = 50
FINAL = frozenset({"delivered", "undelivered", "failed", "canceled"})
GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_ESCAPED = frozenset("\f^{}\\[~]|€")

Row = dict[str, Any]


def standing(row: Row, *, at: float | None = None) -> tuple[str, int | None, float]:
    """Status, error code and since when (epoch seconds) of a message as its story has come by now."""
    age = (time.time() if at is None else at) - row["created"]
    found: tuple[str, int | None, float] = ("queued", None, row["created"])
    for after, status, error in json.loads(row["story"]):
        if after <= age:
            found = (status, error, row["created"] + after)
    return found


def shape(row: Row, *, at: float | None = None) -> dict[str, Any]:
    """A message as the API shows it."""
    status, error, since = standing(row, at=at)
    uri = f"/{API}/Accounts/{row['account']}/Messages/{row['sid']}"
    return {
        "account_sid": row["account"],
        "api_version": API,
        "body": row["body"],
        "date_created": _rfc_2822(row["created"]),
        "date_sent": None if status == "queued" else _rfc_2822(row["created"]),
        "date_updated": _rfc_2822(since),
        "direction": "outbound-api",
        "error_code": error,
        "error_message": None if error is None else f"The reason of error {error}",
        "from": row["sender"] or None,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(segments(row["body"])),
        "price": None,
        "price_unit": "USD",
        "sid": row["sid"],
        "status": status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": row["recipient"],
        "uri": f"{uri}.json",
    }


def page(rows: list[Row], path: str, query: dict[str, str]) -> dict[str, Any]:
    """One page of a list with the addresses of its neighbours."""
    size, number = int(query.get("PageSize", PAGE_SIZE)), int(query.get("Page", 0))
    shown = rows[number * size : (number + 1) * size]

    def address(wanted: int) -> str:
        return f"{path}?{urlencode({**query, 'PageSize': size, 'Page': wanted})}"

    return {
        "messages": [shape(row) for row in shown],
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": number * size + max(len(shown) - 1, 0),
        "uri": address(number),
        "first_page_uri": address(0),
        "next_page_uri": address(number + 1) if len(rows) > (number + 1) * size else None,
        "previous_page_uri": address(number - 1) if number else None,
    }


def told(row: Row, status: str, error: int | None) -> dict[str, str]:
    """The form of a status callback."""
    form = {
        "AccountSid": row["account"],
        "ApiVersion": API,
        "From": row["sender"],
        "MessageSid": row["sid"],
        "MessageStatus": status,
        "SmsSid": row["sid"],
        "SmsStatus": status,
        "To": row["recipient"],
    }
    return form if error is None else form | {"ErrorCode": str(error)}


def segments(body: str) -> int:
    """How many SMS a text takes: 160 or 153 septets, 70 or 67 units of UTF-16."""
    if set(body) <= GSM7 | GSM7_ESCAPED:
        length, alone, joined = len(body) + sum(sign in GSM7_ESCAPED for sign in body), 160, 153
    else:
        length, alone, joined = len(body.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= alone else math.ceil(length / joined)


def _rfc_2822(seconds: float) -> str:
    return format_datetime(dt.datetime.fromtimestamp(seconds, dt.UTC))
