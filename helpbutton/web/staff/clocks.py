"""The clocks on the case page: paused for a reason on the list, taken up again, settled as the law demands."""

from collections.abc import Callable
from functools import partial

from flask import abort, request
from werkzeug.wrappers import Response as AnyResponse

from helpbutton.cases import clocks
from helpbutton.web.policy import policy
from helpbutton.web.staff.case_page import case_blueprint, make_move

bp = case_blueprint("clocks", __name__)


@bp.post("/cases/<number>/clock")
@policy("staff")
def act(number: str) -> AnyResponse:
    """What the pressed button asks for one of the running clocks; an unknown button is 400."""
    kind, asked = request.form.get("clock", ""), request.form.get("act", "")
    reason = request.form.get("pause_reason", "")
    moves: dict[str, Callable[..., None]] = {
        "pause": partial(clocks.pause, kind=kind, reason=reason),
        "resume": partial(clocks.resume, kind=kind),
        "settle": clocks.settle_statutory,
    }
    if asked not in moves:
        abort(400)
    return make_move("clock", number, moves[asked], anchor="clock")
