"""Coming back with the receipt code: state, answers, writing back. No cookie, no code in an address."""

import datetime as dt
import uuid

from flask import Blueprint, Response, request, url_for

from helpbutton.conversation.operations import write_from_family
from helpbutton.conversation.queries import case_of_code, family_page
from helpbutton.directory import queries as directory
from helpbutton.errors import Conflict, Invalid, NotFound
from helpbutton.i18n import WRITTEN
from helpbutton.vault import tokens
from helpbutton.web import field_messages
from helpbutton.web.pages import choose_language, page
from helpbutton.web.policy import policy
from helpbutton.web.promise_words import answer_by_words
from helpbutton.web.public import choices
from helpbutton.web.public.fields import FORM_LIMIT

bp = Blueprint("receipt", __name__)

PURPOSE = "receipt"
OPEN_FOR = dt.timedelta(minutes=15)
CLEARED = '"cache", "storage"'


@bp.get("/receipt")
@policy("public")
def form() -> Response:
    """The field for the receipt code."""
    return _code_page()


@bp.post("/receipt")
@policy("public")
def come_back() -> Response:
    """Open the case by its code, then by the sealed token that the page carries for 15 minutes."""
    request.max_content_length = request.max_form_memory_size = FORM_LIMIT
    step = request.form.get("step", "open")
    if step == "leave":
        return _left()
    if not request.form.get("receipt_token"):
        return _opened_by_code() if step == "open" and "switch" not in request.form else _code_page()
    try:
        payload = tokens.unseal(PURPOSE, request.form["receipt_token"], valid_for=OPEN_FOR)
    except (tokens.BadToken, tokens.ExpiredToken):
        return _code_page(status=400, notice="expired")
    case_id = int(payload["case"])
    return _write(case_id) if step == "reply" else _thread(case_id)


def _opened_by_code() -> Response:
    try:
        return _thread(case_of_code(request.form.get("code", "")))
    except NotFound:
        return _code_page(status=422, notice="unknown_code")


def _write(case_id: int) -> Response:
    """Store the reply; sending the same page twice stores it once."""
    try:
        token = str(uuid.UUID(request.form.get("message_token", "")))
        write_from_family(case_id=case_id, body=request.form.get("body", ""), token=token)
    except Invalid as error:
        words = field_messages.in_words(error.errors[0], _language())
        return _thread(case_id, status=422, error=words)
    except Conflict:
        return _thread(case_id, status=409, notice="closed")
    except ValueError:
        return _thread(case_id, status=400, notice="send_again")
    return _thread(case_id, notice="written")


def _thread(case_id: int, *, status: int = 200, notice: str = "", error: str = "") -> Response:
    """The family's page; a reply that is not sent yet stays in its field."""
    family = family_page(case_id=case_id)
    language = _language()
    return _page(
        "thread.html",
        status=status,
        family=family,
        promise=answer_by_words(family.respond_by, language=language),
        receipt_token=tokens.seal(PURPOSE, {"case": str(case_id)}),
        message_token=str(uuid.uuid4()),
        notice=notice,
        error=error,
        draft="" if notice == "written" else _draft(),
        help_lines=directory.help_lines(flags=family.danger_flags, language=language),
    )


def _code_page(*, status: int = 200, notice: str = "") -> Response:
    """Asks for the code; a reply that was being written stays."""
    return _page(
        "code.html",
        status=status,
        notice=notice,
        typed=request.form.get("code", "").replace("\x00", "")[:60],
        draft=_draft(),
        help_lines=directory.help_lines(language=_language()),
    )


def _left() -> Response:
    response = _page("left.html")
    response.headers["Clear-Site-Data"] = CLEARED
    return response


def _page(template: str, *, status: int = 200, **context: object) -> Response:
    return page(
        f"public/{template}",
        language=_language(),
        status=status,
        action=url_for("receipt.form"),
        autonyms=choices.AUTONYMS,
        **context,
    )


def _language() -> str:
    switched = request.form.get("switch")
    return switched if switched in WRITTEN else choose_language(request, "fi", WRITTEN)


def _draft() -> str:
    return request.form.get("body", "").replace("\x00", "")
