"""What the pages of signing in carry from one to the next, sealed: who has shown what, and where they want to go."""

import datetime as dt
import re

from flask import Response, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton import settings
from helpbutton.staff.passkeys import answer_options, new_challenge
from helpbutton.vault import tokens
from helpbutton.web.sessions import start_session
from helpbutton.web.staff.frame import staff_page

DOOR, STEP = "sign-in", "sign-in-step"
VALID_FOR = {DOOR: dt.timedelta(hours=1), STEP: dt.timedelta(minutes=10)}
LOCAL = re.compile(r"/staff(/[A-Za-z0-9-]+(\.[a-z]+)?)*/?(\?[\w.%&=-]*)?", re.ASCII)

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    *(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad")),
    *(("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux")),
)


def door_form(
    *, target: str, email: str = "", problem: str | None = None, status: int = 200, **context: object
) -> Response:
    """The sign-in page; where to go afterwards and a passkey's challenge are sealed into it."""
    challenge = new_challenge()
    return staff_page(
        "staff/sign_in.html",
        status=status,
        token=tokens.seal(DOOR, {"next": target, "challenge": challenge}),
        options=answer_options(challenge=challenge),
        single_sign_on=bool(settings.current().oidc_issuer),
        target=target,
        email=email,
        problem=problem,
        **context,
    )


def posted(purpose: str) -> dict[str, str] | None:
    """What the posted form carries, or None when it is too old or not ours."""
    try:
        return tokens.unseal(purpose, request.form.get("token", ""), valid_for=VALID_FOR[purpose])
    except (tokens.BadToken, tokens.ExpiredToken):
        return None


def begin_again() -> Response:
    """The sign-in page after a step that took too long."""
    return door_form(target=local(""), problem="expired", status=400)


def arrive(account_id: int, token: str, target: str) -> AnyResponse:
    """Signed in: the cookie, and on to the page that was asked for."""
    response = make_response(redirect(target, 303))
    start_session(response, token, account_id)
    return response


def pass_on(address: str) -> Response:
    """A page that leads on by itself: to the provider, whom our forms may not reach, or from there to our pages, whose
    cookie does not travel with a redirect that began elsewhere.
    """
    return staff_page("staff/sign_in/pass_on.html", address=address)


def local(address: str) -> str:
    """The address when it is a page of ours under /staff, else the worklist."""
    if LOCAL.fullmatch(address) and not address.startswith("/staff/sign-"):
        return address
    return url_for("worklist.show")


def browser_name() -> str:
    """Browser and system of this request, by which people recognise their sessions."""
    agent = request.headers.get("User-Agent", "")
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return ", ".join(part for part in (browser, system) if part)
