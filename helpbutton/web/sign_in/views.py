"""The sign-in page: one answer for every wrong pair of address and password."""

from flask import Response, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton.staff import sign_in as staff
from helpbutton.staff.throttling import TooManyAttempts
from helpbutton.vault import tokens
from helpbutton.web.policy import policy
from helpbutton.web.sessions import end_session, known_browser
from helpbutton.web.sign_in.second import proceed
from helpbutton.web.sign_in.steps import (
    DOOR,
    VALID_FOR,
    arrive,
    begin_again,
    browser_name,
    door_form,
    local,
    posted,
)
from helpbutton.web.staff.frame import staff_blueprint

bp = staff_blueprint("sign_in", __name__)


@bp.get("/sign-in")
@policy("sign_in")
def form() -> Response:
    """An empty form; where to go afterwards is sealed into it."""
    done = request.args.get("done", "")
    return door_form(target=local(request.args.get("next", "")), done=done)


@bp.post("/sign-in")
@policy("sign_in")
def sign_in() -> AnyResponse:
    """Right: on to the second factor. Wrong: the form again, the address kept."""
    email = request.form.get("email", "")
    try:
        payload = tokens.unseal(DOOR, request.form.get("token", ""), valid_for=VALID_FOR[DOOR])
    except tokens.ExpiredToken as expired:
        return door_form(target=expired.payload["next"], email=email, problem="expired", status=400)
    except tokens.BadToken:
        return door_form(target=local(""), email=email, problem="expired", status=400)
    target = payload["next"]
    try:
        account_id = staff.check_password(
            email=email, password=request.form.get("password", ""), known=known_browser()
        )
    except TooManyAttempts as limit:
        return door_form(target=target, email=email, problem="wait", again_at=limit.again_at, status=429)
    if account_id is None:
        return door_form(target=target, email=email, problem="wrong", status=403)
    return proceed(account_id, target)


@bp.post("/sign-in/passkey")
@policy("sign_in")
def with_passkey() -> AnyResponse:
    """A passkey's answer signs in by itself."""
    payload = posted(DOOR)
    if payload is None:
        return begin_again()
    answer = staff.PasskeyAnswer(payload["challenge"], request.form.get("answer", ""))
    found = staff.sign_in_with_passkey(answer=answer, browser=browser_name())
    if found is None:
        return door_form(target=payload["next"], problem="passkey", status=403)
    return arrive(*found, payload["next"])


@bp.post("/sign-out")
@policy("staff")
def sign_out() -> AnyResponse:
    """The session ends at once, everywhere."""
    response = make_response(redirect(url_for("sign_in.form", done="signed_out"), 303))
    end_session(response)
    return response
