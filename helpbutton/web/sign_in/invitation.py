"""Accepting an invitation or a link for a new password; the link's secret stands behind its #, which no server sees."""

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton import settings
from helpbutton.errors import Invalid, NotFound
from helpbutton.staff import invitations
from helpbutton.vault import tokens
from helpbutton.web.policy import policy
from helpbutton.web.sign_in.second import proceed
from helpbutton.web.sign_in.steps import STEP, local, posted
from helpbutton.web.staff.frame import staff_blueprint, staff_page

bp = staff_blueprint("invitation", __name__)


def address_of_link(secret: str) -> str:
    """The link that is handed over."""
    return f"{settings.current().public_url}{url_for('invitation.form', lang=None)}#{secret}"


@bp.get("/invitation")
@policy("sign_in")
def form() -> Response:
    """A script puts the link's secret into the field; without one it is pasted."""
    return _ask()


@bp.post("/invitation")
@policy("sign_in")
def show() -> AnyResponse:
    """Whom the link is for, and a field for the new password."""
    if posted(STEP) is None:
        return _ask(problem="expired", status=400)
    secret = request.form.get("secret", "").strip().rpartition("#")[2]
    try:
        return _choose(secret, invitations.invited(secret))
    except NotFound:
        return _ask(problem="unknown", status=404)


@bp.post("/invitation/accept")
@policy("sign_in")
def accept() -> AnyResponse:
    """The password is set and the link is used; the second factor comes next."""
    carried = posted(STEP)
    if carried is None or "link" not in carried:
        return _ask(problem="expired", status=400)
    secret = carried["link"]
    try:
        account_id = invitations.accept(token=secret, password=request.form.get("password", ""))
    except NotFound:
        return _ask(problem="unknown", status=404)
    except Invalid as error:
        return _choose(secret, invitations.invited(secret), errors=error.errors, status=422)
    return proceed(account_id, local(""))


def _ask(*, status: int = 200, **context: object) -> Response:
    return staff_page("staff/sign_in/invitation.html", status=status, token=tokens.seal(STEP, {}), **context)


def _choose(secret: str, person: invitations.Invited, *, status: int = 200, **context: object) -> Response:
    return staff_page(
        "staff/sign_in/new_password.html",
        status=status,
        token=tokens.seal(STEP, {"link": secret}),
        person=person,
        single=bool(settings.current().oidc_issuer),
        **context,
    )
