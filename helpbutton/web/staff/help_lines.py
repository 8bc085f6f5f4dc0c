"""Help lines: their source, when each was last checked, and saying that it was checked today."""

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton.directory import help_lines
from helpbutton.directory import queries as directory
from helpbutton.errors import Conflict
from helpbutton.staff.queries import account_names
from helpbutton.web.policy import policy
from helpbutton.web.staff.frame import staff_blueprint, staff_page

bp = staff_blueprint("help_lines", __name__)


@bp.get("/help-lines")
@policy("staff")
def show() -> Response:
    """Every line; those that nobody has called for 90 days come first."""
    _administrators_only()
    return _show(done=request.args.get("done", ""))


@bp.post("/help-lines/<line_id>/checked")
@policy("staff")
def checked(line_id: str) -> AnyResponse:
    """An administrator has called the number that the page showed: it is right, or it is given to nobody any more."""
    _administrators_only()
    number, right = request.form.get("number", ""), "wrong" not in request.form
    try:
        help_lines.check_today(actor=g.actor, line_id=line_id, number=number, right=right)
    except Conflict:
        return _show(status=409)
    return redirect(url_for(".show", done=line_id), 303)


def _show(*, done: str = "", status: int = 200) -> Response:
    lines = help_lines.kept_lines()
    return staff_page(
        "staff/help_lines.html",
        status=status,
        stale=status == 409,
        lines=lines,
        due=sum(line.due for line in lines),
        demo=directory.installation().demo,
        people=account_names({line.checked_by for line in lines if line.checked_by is not None}),
        done=done,
        emergency=directory.EMERGENCY_NUMBER,
    )


def _administrators_only() -> None:
    if "administrator" not in g.actor.organisations.values():
        abort(403)
