"""Where somebody lands who signed in beside a page that still holds text: nothing but the way back to that page."""

from flask import Response

from helpbutton.web import carried
from helpbutton.web.policy import policy
from helpbutton.web.staff.frame import staff_blueprint, staff_page

bp = staff_blueprint("again", __name__)


@bp.get(carried.BACK.removeprefix("/staff"))
@policy("staff")
def signed_in() -> Response:
    """Signed in: the text waits in the other tab."""
    return staff_page("staff/signed_in.html")
