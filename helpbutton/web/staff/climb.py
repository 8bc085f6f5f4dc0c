"""Accepting what climbs: from the case page, or from the list of what nobody has accepted."""

from contextlib import suppress

from flask import abort, g, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton.errors import Conflict
from helpbutton.escalation import operations as escalation
from helpbutton.web.policy import policy
from helpbutton.web.staff.case_page import NUMBER
from helpbutton.web.staff.frame import overseers_only, staff_blueprint

bp = staff_blueprint("climb", __name__)


@bp.post("/cases/<number>/accept")
@policy("staff")
def accept(number: str) -> AnyResponse:
    """The actor has seen it and acts; where somebody else was quicker, the page shows it."""
    if not NUMBER.fullmatch(number):
        abort(404)
    with suppress(Conflict):
        escalation.accept(actor=g.actor, number=number)
    return redirect(url_for("case.show", number=number), 303)


@bp.post("/resting/climbs/<int:climb_id>")
@policy("staff")
def accept_listed(climb_id: int) -> AnyResponse:
    """A lead or an administrator takes it on from the list."""
    overseers_only()
    with suppress(Conflict):
        escalation.accept_listed(actor=g.actor, climb_id=climb_id)
    return redirect(url_for("resting.show"), 303)
