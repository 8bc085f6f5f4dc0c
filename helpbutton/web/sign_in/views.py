"""The sign-in page: one answer for every wrong pair of address and password."""

import datetime as dt
import re

from flask import Response, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton.staff import operations as staff
from helpbutton.vault import tokens
from helpbutton.web.policy import policy
from helpbutton.web.sessions import end_session, start_session
from helpbutton.web.staff.frame import staff_blueprint, staff_page

PURPOSE = "sign-in"
VALID_FOR = dt.timedelta(hours=1)

bp = staff_blueprint("sign_in", __name__)


@bp.get("/sign-in")
@policy("sign_in")
def form() -> Response:
    """An empty form; where to go afterwards is sealed into it."""
    return _form(target=_local(request.args.get("next", "")), signed_out="signed_out" in request.args)


@bp.post("/sign-in")
@policy("sign_in")
def sign_in() -> AnyResponse:
    """Right: a session and on to the page that was asked for. Wrong: the form again, the address kept."""
    email = request.form.get("email", "")
    try:
        payload = tokens.unseal(PURPOSE, request.form.get("token", ""), valid_for=VALID_FOR)
    except tokens.ExpiredToken as expired:
        return _form(target=expired.payload["next"], email=email, problem="expired", status=400)
    except tokens.BadToken:
        return _form(target=_local(""), email=email, problem="expired", status=400)
    token = staff.sign_in(email=email, password=request.form.get("password", ""))
    if token is None:
        return _form(target=payload["next"], email=email, problem="wrong", status=403)
    response = make_response(redirect(payload["next"], 303))
    start_session(response, token)
    return response


@bp.post("/sign-out")
@policy("staff")
def sign_out() -> AnyResponse:
    """The session ends at once, everywhere."""
    response = make_response(redirect(url_for("sign_in.form", signed_out="yes"), 303))
    end_session(response)
    return response


def _form(
    *, target: str, email: str = "", problem: str | None = None, signed_out: bool = False, status: int = 200
) -> Response:
    return staff_page(
        "staff/sign_in.html",
        status=status,
        token=tokens.seal(PURPOSE, {"next": target}),
        email=email,
        problem=problem,
        signed_out=signed_out,
    )


def _local(address: str) -> str:
    """The address when it is a page of ours under /staff, else the worklist."""
    if re.fullmatch(r"/staff(/[A-Za-z0-9-]+)*/?", address) and not address.startswith("/staff/sign-"):
        return address
    return url_for("worklist.show")
