"""The button itself: one script that any page may load."""

from pathlib import Path

from flask import Blueprint, Response, make_response, request

from helpbutton.web.policy import policy

bp = Blueprint("loader", __name__)

SCRIPT = Path(__file__).parents[3] / "widget" / "help-button.js"
CACHED_FOR_S = 300


@bp.get("/button.js")
@policy("public")
def button() -> Response:
    """The loader, open to every origin and cached for five minutes."""
    response = make_response(SCRIPT.read_bytes())
    response.content_type = "text/javascript; charset=utf-8"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = f"public, max-age={CACHED_FOR_S}"
    response.add_etag()
    response.make_conditional(request)
    return response
