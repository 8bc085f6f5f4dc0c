"""Style and script of the public pages: each kept in parts and sent as one file, so that a phone fetches it at once."""

from functools import cache
from hashlib import sha256

from flask import Blueprint, Response, make_response, url_for

from helpbutton.web.pages import STATIC
from helpbutton.web.policy import policy

bp = Blueprint("assets", __name__)

STYLE = (
    "tokens.css",
    "public/public.css",
    "public/blocks.css",
    "public/fields.css",
    "public/languages.css",
    "public/steps.css",
    "public/open_help.css",
    "public/receipt.css",
)
SCRIPT = (
    *("public/frame.js", "public/sending.js", "public/steps.js", "public/search.js"),
    *("public/receipt.js", "public/pages.js"),
)
"""Parts of one module in their order; everything in them works on pages that also work without it."""
CACHED_FOR_S = 31_536_000


@bp.get("/style.css")
@policy("public")
def style() -> Response:
    """The style; its address changes with the content, so it may be kept for a year."""
    return _kept(STYLE, "text/css; charset=utf-8")


@bp.get("/script.js")
@policy("public")
def script() -> Response:
    """The script, likewise."""
    return _kept(SCRIPT, "text/javascript; charset=utf-8")


def style_url() -> str:
    """Address of the style in its present content."""
    return url_for("assets.style", v=_fingerprint(STYLE))


def script_url() -> str:
    """Address of the script in its present content."""
    return url_for("assets.script", v=_fingerprint(SCRIPT))


def _kept(parts: tuple[str, ...], content_type: str) -> Response:
    response = make_response(_content(parts))
    response.content_type = content_type
    response.headers["Cache-Control"] = f"public, max-age={CACHED_FOR_S}, immutable"
    return response


def _fingerprint(parts: tuple[str, ...]) -> str:
    return sha256(_content(parts).encode()).hexdigest()[:10]


@cache
def _content(parts: tuple[str, ...]) -> str:
    return "\n".join((STATIC / part).read_text(encoding="utf-8") for part in parts)
