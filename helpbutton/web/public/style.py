"""The style of the public pages: its parts in one file, so that a phone fetches it at once."""

from functools import cache
from hashlib import sha256

from flask import Blueprint, Response, make_response, url_for

from helpbutton.web.pages import STATIC
from helpbutton.web.policy import policy

bp = Blueprint("style", __name__)

PARTS = ("tokens.css", "public.css", "fields.css")
CACHED_FOR_S = 31_536_000


@bp.get("/style.css")
@policy("public")
def public() -> Response:
    """All parts in their order; the address changes with the content, so it may be kept for a year."""
    response = make_response(_content())
    response.content_type = "text/css; charset=utf-8"
    response.headers["Cache-Control"] = f"public, max-age={CACHED_FOR_S}, immutable"
    return response


def style_url() -> str:
    """Address of the style in its present content."""
    return url_for("style.public", v=sha256(_content().encode()).hexdigest()[:10])


@cache
def _content() -> str:
    return "\n".join((STATIC / part).read_text(encoding="utf-8") for part in PARTS)
