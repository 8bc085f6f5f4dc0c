"""Coming back with the receipt code: state, answers, writing back. No cookie, no code in an address."""

from flask import Blueprint, Response, make_response, request

from helpbutton.conversation.family import case_of_code
from helpbutton.directory import queries as directory
from helpbutton.errors import NotFound
from helpbutton.web.policy import policy
from helpbutton.web.public import lost_code, receipt_steps
from helpbutton.web.public.fields import FORM_LIMIT
from helpbutton.web.public.receipt_page import Ended, case_of_token, language, show, token_of

bp = Blueprint("receipt", __name__)

CLEARED = '"cache", "storage"'


@bp.get("/receipt")
@policy("public")
def form() -> Response:
    """The field for the receipt code."""
    return _code_page()


@bp.post("/receipt")
@policy("public")
def come_back() -> Response:
    """Open the case by its code, then by the sealed token that the page carries for 15 minutes.

    `step` is the button that was pressed; a change of language shows the same `page` again.
    """
    request.max_content_length = request.max_form_memory_size = FORM_LIMIT
    switching = "switch" in request.form
    step = request.form.get("page" if switching else "step", "" if switching else "open")
    if step == "leave":
        return _left()
    if step == "ended":
        return _code_page(notice="expired")
    if request.form.get("receipt_token"):
        return _with_open_case(step)
    if step in lost_code.STEPS:
        return lost_code.STEPS[step]()
    return _opened_by_code() if step == "open" else _code_page()


def _with_open_case(step: str) -> Response:
    try:
        case_id = case_of_token()
    except Ended:
        return _code_page(status=400, notice="expired")
    if step == "renew":
        return make_response(token_of(case_id), {"Content-Type": "text/plain; charset=utf-8"})
    return receipt_steps.STEPS.get(step, receipt_steps.thread)(case_id)


def _opened_by_code() -> Response:
    try:
        return receipt_steps.thread(case_of_code(request.form.get("code", "")))
    except NotFound:
        return _code_page(status=422, notice="unknown_code")


def _code_page(*, status: int = 200, notice: str = "") -> Response:
    """Asks for the code; a reply that was being written stays."""
    return show(
        "code.html",
        status=status,
        notice=notice,
        typed=request.form.get("code", "").replace("\x00", "")[:60],
        help_lines=directory.help_lines(language=language()),
    )


def _left() -> Response:
    response = show("left.html")
    response.headers["Clear-Site-Data"] = CLEARED
    return response
