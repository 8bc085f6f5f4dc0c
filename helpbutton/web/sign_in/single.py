"""Single sign-on: to the organisation's OpenID provider and back, to sign in, accept an invitation or connect."""

import datetime as dt
import hmac

import structlog
from flask import Response, abort, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton import settings
from helpbutton.errors import Conflict, NotFound
from helpbutton.staff import identities, invitations
from helpbutton.staff import sign_in as staff
from helpbutton.vault import tokens
from helpbutton.web.policy import policy
from helpbutton.web.sessions import cookie_name, forget_cookie, set_cookie, start_session
from helpbutton.web.sign_in import provider
from helpbutton.web.sign_in.provider import Person, ProviderProblem
from helpbutton.web.sign_in.second import proceed
from helpbutton.web.sign_in.step_up import fresh
from helpbutton.web.sign_in.steps import STEP, begin_again, browser_name, door_form, local, pass_on, posted
from helpbutton.web.staff.frame import staff_blueprint

COOKIE, PURPOSE = "single", "single-sign-on"
LASTS = dt.timedelta(minutes=10)

bp = staff_blueprint("single", __name__)
log = structlog.get_logger()


@bp.get("/sign-in/single")
@policy("sign_in")
def start() -> AnyResponse:
    """On to the provider."""
    return _leave({"next": local(request.args.get("next", ""))})


@bp.post("/invitation/single")
@policy("sign_in")
def accept() -> AnyResponse:
    """On to the provider, to accept an invitation without a password."""
    carried = posted(STEP)
    if carried is None or "link" not in carried:
        return begin_again()
    return _leave({"next": local(""), "link": carried["link"]})


@bp.post("/account/single")
@policy("staff")
@fresh
def connect() -> AnyResponse:
    """On to the provider, to sign in there from now on."""
    return _leave({"next": url_for("account.show"), "connect": str(g.actor.account_id)})


@bp.get("/sign-in/single/back")
@policy("sign_in")
def back() -> AnyResponse:
    """From the provider: the answer must fit the attempt that this browser began."""
    try:
        attempt = tokens.unseal(PURPOSE, request.cookies.get(cookie_name(COOKIE), ""), valid_for=LASTS)
    except (tokens.BadToken, tokens.ExpiredToken):
        return begin_again()
    state = request.args.get("state", "")
    if not hmac.compare_digest(state.encode(), attempt["state"].encode()) or "code" not in request.args:
        return _refused(attempt["next"], "provider_refused")
    try:
        person = provider.finish(
            code=request.args["code"],
            nonce=attempt["nonce"],
            verifier=attempt["verifier"],
            redirect_uri=_redirect_uri(),
        )
        response = make_response(_arrived(person, attempt))
    except ProviderProblem as problem:
        log.warning("single_sign_on_refused", problem=problem.code)
        return _refused(attempt["next"], f"provider_{problem.code}")
    except (Conflict, NotFound):
        return _refused(attempt["next"], "not_yours")
    forget_cookie(response, COOKIE, samesite="Lax")
    return response


def _arrived(person: Person, attempt: dict[str, str]) -> AnyResponse:
    """Connected, accepted or signed in. Raises Conflict or NotFound."""
    issuer, subject = person.issuer, person.subject
    if "connect" in attempt:
        identities.connect(account_id=int(attempt["connect"]), issuer=issuer, subject=subject)
        return pass_on(attempt["next"])
    account_id = identities.account_of(issuer=issuer, subject=subject)
    if "link" in attempt:
        account_id = invitations.accept_with_identity(token=attempt["link"], issuer=issuer, subject=subject)
    if account_id is None:
        return _refused(attempt["next"], "provider_unknown")
    if not person.strong and staff.next_step(account_id) != staff.DONE:
        return proceed(account_id, attempt["next"])
    token = staff.sign_in_by_provider(account_id=account_id, browser=browser_name())
    response = pass_on(attempt["next"])
    start_session(response, token, account_id)
    return response


def _leave(carried: dict[str, str]) -> AnyResponse:
    """To the provider, with what its answer must fit sealed into a cookie that comes back with it."""
    if not settings.current().oidc_issuer:
        abort(404)
    try:
        attempt = provider.begin(_redirect_uri())
    except ProviderProblem as problem:
        return _refused(carried["next"], f"provider_{problem.code}")
    kept = {"state": attempt.state, "nonce": attempt.nonce, "verifier": attempt.verifier}
    from_form = request.method == "POST"
    response = pass_on(attempt.address) if from_form else make_response(redirect(attempt.address, 303))
    set_cookie(response, COOKIE, tokens.seal(PURPOSE, carried | kept), lasts=LASTS, samesite="Lax")
    return response


def _refused(target: str, problem: str) -> Response:
    return door_form(target=target, problem=problem, status=503 if problem == "provider_away" else 403)


def _redirect_uri() -> str:
    return settings.current().public_url + url_for("single.back", lang=None)
