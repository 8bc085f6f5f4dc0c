"""A new receipt code for a sender who lost theirs and has been recognised: shown once, to be read aloud."""

from collections.abc import Sequence

from flask import Response, abort, g, request

from helpbutton.cases import new_code
from helpbutton.cases.queries import open_case
from helpbutton.errors import Conflict, FieldError, Invalid
from helpbutton.web.numbers import row_id
from helpbutton.web.policy import policy
from helpbutton.web.staff.case_page import NUMBER
from helpbutton.web.staff.frame import staff_blueprint, staff_page

bp = staff_blueprint("new_code", __name__)


@bp.get("/cases/<number>/new-code")
@policy("staff")
def form(number: str) -> Response:
    """How to make sure who asks, before a code is made."""
    return _form(number)


@bp.post("/cases/<number>/new-code")
@policy("staff")
def issue(number: str) -> Response:
    """Make the code and show it in this answer alone."""
    version = request.form.get("version", -1, type=row_id)
    try:
        code = new_code.issue_new_code(
            actor=g.actor, number=_known(number), version=version, verified=request.form.get("verified", "")
        )
    except Invalid as refusal:
        return _form(number, status=422, errors=refusal.errors)
    except Conflict:
        return _form(number, status=409)
    return staff_page("staff/new_code.html", number=number, code=code)


def _form(number: str, *, status: int = 200, errors: Sequence[FieldError] = ()) -> Response:
    case = open_case(actor=g.actor, number=_known(number))
    return staff_page(
        "staff/new_code.html",
        status=status,
        number=number,
        case=case,
        ways=new_code.VERIFIED,
        errors=errors,
        changed=status == 409,
    )


def _known(number: str) -> str:
    if not NUMBER.fullmatch(number):
        abort(404)
    return number
