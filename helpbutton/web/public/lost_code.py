"""Coming back without the receipt code: a one-time number by SMS, for phones that were given as only the sender's.

Every number gets the same pages in the same time; whether it is known shows on the phone alone.
"""

import secrets
from collections.abc import Callable

from flask import Response, request

from helpbutton.cases.lost_code import VALID_FOR, TooManyRequests, ask_for_code, open_with_code
from helpbutton.cases.submission import e164
from helpbutton.directory import queries as directory
from helpbutton.errors import FieldError, NotFound
from helpbutton.i18n import gettext
from helpbutton.reasons import N_
from helpbutton.vault import tokens
from helpbutton.web import field_messages, floods
from helpbutton.web.public import receipt_steps
from helpbutton.web.public.receipt_page import language, show, token_of

PURPOSE = "lost-code"
PHONE_LIMIT = 40
TOO_MANY = N_("Too many requests at once. Please try again in a moment.")


def ask(*, status: int = 200, notice: str = "", error: str = "") -> Response:
    """The field for the phone number."""
    return show(
        "lost.html",
        status=status,
        notice=notice,
        error=error,
        phone=_phone(),
        lost_token=_sealed(secrets.token_hex(16)),
        help_lines=directory.help_lines(language=language()),
    )


def send() -> Response:
    """Remember the request; the SMS, if there is to be one, leaves later."""
    number = e164(_phone())
    if number is None:
        words = field_messages.in_words(FieldError("phone", "phone"), language())
        return ask(status=422, error=words)
    try:
        token = ask_for_code(phone=number, token=_opened())
    except (tokens.BadToken, tokens.ExpiredToken):
        return ask(status=400, notice="again")
    except TooManyRequests:
        busy = ask(status=429, error=gettext(language(), TOO_MANY))
        busy.headers["Retry-After"] = str(floods.RETRY_AFTER_S)
        return busy
    return _wait(_sealed(token))


def wait() -> Response:
    """The field for the number of the SMS, in another language."""
    return _wait(request.form.get("lost_token", ""))


def open_case() -> Response:
    """Open the case with the number of the SMS; where there are several, the sender chooses by date."""
    try:
        opened = open_with_code(token=_opened(), typed=request.form.get("digits", "")[:20])
    except (tokens.BadToken, tokens.ExpiredToken, NotFound):
        return _wait(request.form.get("lost_token", ""), status=422, notice="wrong")
    if len(opened) == 1:
        return receipt_steps.thread(opened[0].case_id)
    found = [(token_of(case.case_id), case.received_at) for case in opened]
    return show("choose.html", found=found)


STEPS: dict[str, Callable[[], Response]] = {
    "lost": ask,
    "lost_send": send,
    "lost_wait": wait,
    "lost_open": open_case,
}


def _wait(lost_token: str, *, status: int = 200, notice: str = "") -> Response:
    return show(
        "lost_wait.html",
        status=status,
        notice=notice,
        lost_token=lost_token,
        help_lines=directory.help_lines(language=language()),
    )


def _sealed(token: str) -> str:
    return tokens.seal(PURPOSE, {"request": token})


def _opened() -> str:
    """The request that the page carries. Raises BadToken, ExpiredToken."""
    return tokens.unseal(PURPOSE, request.form.get("lost_token", ""), valid_for=VALID_FOR)["request"]


def _phone() -> str:
    return request.form.get("phone", "").replace("\x00", "").strip()[:PHONE_LIMIT]
