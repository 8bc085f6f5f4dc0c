"""Who may read the figures of operation: whoever shows the token, or where there is none, this machine alone."""

import hmac

from flask import Request

from helpbutton import settings
from helpbutton.settings import LOOPBACK

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")
"""Something in front passed the request on: it comes from further away than it looks."""


def admits(request: Request) -> bool:
    """Whether this request comes from who watches the installation."""
    token = settings.current().metrics_token
    if token is None:
        return request.remote_addr in LOOPBACK and not any(map(request.headers.get, FORWARDED))
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(shown.strip().encode(), token.encode())
