"""The demo: a kindergarten's page on another origin with the button on it, and the virtual phone."""

from flask import Blueprint, Response, g, jsonify

from helpbutton import settings
from helpbutton.clock import local
from helpbutton.notifications.phone import phone_messages, phones
from helpbutton.web.pages import page
from helpbutton.web.policy import policy

bp = Blueprint("demo", __name__, url_prefix="/demo")


@bp.get("")
@policy("demo")
def kindergarten() -> Response:
    """An invented kindergarten in Turku; its button comes from `localhost`, so open it at 127.0.0.1."""
    button = f"http://localhost:{settings.current().port}"
    g.csp = (
        f"default-src 'none'; style-src 'self'; img-src 'self' data:; script-src {button}; "
        f"frame-src {button}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return page("demo/kindergarten.html", language="fi", button=button)


@bp.get("/phone")
@policy("demo")
def phone() -> Response:
    """Every SMS that the demo has sent, one phone for each number."""
    return page("demo/phone.html", language="en", phones=phones())


@bp.get("/phone.json")
@policy("demo")
def phone_json() -> Response:
    """Every SMS, oldest first: `[{"to", "text", "at", "status"}]`."""
    return jsonify(
        [
            {
                "to": sms.to,
                "text": sms.text,
                "at": local(sms.at).isoformat(timespec="seconds"),
                "status": sms.status,
            }
            for sms in phone_messages()
        ]
    )
