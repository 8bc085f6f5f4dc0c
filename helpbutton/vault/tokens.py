"""Short-lived sealed tokens that a page carries instead of a cookie: encrypted, authenticated, bound to one purpose."""

import base64
import datetime as dt
import json

from helpbutton import clock
from helpbutton.vault import keystore, sealing


class BadToken(Exception):
    """Not one of ours: tampered with, cut, or made for another purpose."""


class ExpiredToken(Exception):
    """Ours, but too old. `payload` is what it said."""

    def __init__(self, payload: dict[str, str]) -> None:
        super().__init__("token has expired")
        self.payload = payload


def seal(purpose: str, payload: dict[str, str]) -> str:
    """A URL-safe token that carries `payload` and the present time."""
    plain = json.dumps({**payload, "at": clock.now().isoformat()}).encode()
    sealed = sealing.seal_bytes(keystore.current().derive(f"token/{purpose}"), plain, purpose)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def unseal(purpose: str, token: str, *, valid_for: dt.timedelta) -> dict[str, str]:
    """The payload, with "at" (ISO, UTC). Raises BadToken, or ExpiredToken with the payload."""
    try:
        sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        plain = sealing.open_bytes(keystore.current().derive(f"token/{purpose}"), sealed, purpose)
        payload: dict[str, str] = json.loads(plain)
    except (ValueError, sealing.Unreadable):
        raise BadToken from None
    if clock.now() - dt.datetime.fromisoformat(payload["at"]) > valid_for:
        raise ExpiredToken(payload)
    return payload
