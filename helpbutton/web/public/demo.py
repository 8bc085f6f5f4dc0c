"""The demo: pages of three invented houses on another origin with the button on them, and the virtual phone."""

from flask import Blueprint, Response, g, jsonify, request

from helpbutton import settings
from helpbutton.clock import local
from helpbutton.i18n import WRITTEN
from helpbutton.notifications.phone import phone_messages, phones
from helpbutton.web.pages import choose_language, page
from helpbutton.web.policy import policy
from helpbutton.web.public.choices import AUTONYMS

bp = Blueprint("demo", __name__, url_prefix="/demo")


@bp.get("")
@policy("demo")
def kindergarten() -> Response:
    """An invented kindergarten in Turku; its button comes from `localhost`, so open it at 127.0.0.1."""
    return _host_page("demo/kindergarten.html", language="fi")


@bp.get("/strict")
@policy("demo")
def school() -> Response:
    """An invented school whose policy allows the button what widget/README.md asks for, and little else."""
    return _host_page("demo/school.html", language="sv", more="; require-trusted-types-for 'script'")


@bp.get("/hostile")
@policy("demo")
def club() -> Response:
    """An invented club's old XHTML page whose style overrides everything."""
    response = _host_page("demo/club.xhtml", language="fi")
    response.content_type = "application/xhtml+xml; charset=utf-8"
    return response


@bp.get("/phone")
@policy("demo")
def phone() -> Response:
    """Every SMS that the demo has sent, one phone for each number."""
    language = choose_language(request, "fi", WRITTEN)
    tongues = [(tongue, AUTONYMS[tongue]) for tongue in WRITTEN]
    return page("demo/phone.html", language=language, tongues=tongues, phones=phones())


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


def _host_page(template: str, *, language: str, more: str = "") -> Response:
    """A page that may load the button and its frame, and from elsewhere nothing."""
    button = f"http://localhost:{settings.current().port}"
    g.csp = (
        f"default-src 'none'; style-src 'self'; img-src 'self' data:; script-src {button}; "
        f"frame-src {button}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'{more}"
    )
    return page(template, language=language, button=button)
