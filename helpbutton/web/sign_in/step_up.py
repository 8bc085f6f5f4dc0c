"""Before what cannot be taken back (exports, keys, roles) the second factor is shown again within ten minutes."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton import settings
from helpbutton.directory import queries as directory
from helpbutton.staff import passkeys
from helpbutton.staff.second_factor import factors_of
from helpbutton.staff.sessions import SignedIn
from helpbutton.staff.sign_in import Code, PasskeyAnswer, confirm
from helpbutton.staff.throttling import TooManyAttempts
from helpbutton.vault import tokens
from helpbutton.web.policy import policy
from helpbutton.web.sessions import CSRF_FIELD, current_session
from helpbutton.web.sign_in.steps import STEP, VALID_FOR, local
from helpbutton.web.staff.frame import staff_blueprint, staff_page

OWN_FIELDS = frozenset({CSRF_FIELD, "confirm_token", "confirm_target", "confirm_code", "confirm_answer"})

bp = staff_blueprint("step_up", __name__)


def fresh(view: Callable[..., Any]) -> Callable[..., Any]:
    """Under `@policy("staff")`: ask for the second factor first, unless it was shown within ten minutes.

    What a form had posted is carried along and reaches the view with the same request as the right code. Files are
    not: put it on the page with the form, too. In demo mode it asks only those who have set up a second factor.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if is_fresh():
            return view(*args, **kwargs)
        signed_in = _signed_in()
        if "confirm_token" not in request.form:
            return _ask(signed_in, action=_here(), target=request.full_path.rstrip("?"))
        refusal = _try(signed_in, action=_here(), target="")
        return refusal if refusal is not None else view(*args, **kwargs)

    return guarded


@bp.post("/confirm")
@policy("staff")
def confirmed() -> AnyResponse:
    """After a page that asked: on to it."""
    target = local(request.form.get("confirm_target", ""))
    refusal = _try(_signed_in(), action=url_for(".confirmed"), target=target)
    return refusal if refusal is not None else redirect(target, 303)


def _here() -> str:
    """Where the form with the code goes: back to the view that asked, or for a page that was opened, to ours."""
    return request.full_path.rstrip("?") if request.method == "POST" else url_for("step_up.confirmed")


def _try(signed_in: SignedIn, *, action: str, target: str) -> Response | None:
    """Judge the posted code or passkey; the page again when it is wrong."""
    try:
        carried = tokens.unseal(STEP, request.form.get("confirm_token", ""), valid_for=VALID_FOR[STEP])
    except (tokens.BadToken, tokens.ExpiredToken):
        return _ask(signed_in, action=action, target=target, problem="expired", status=400)
    answer = request.form.get("confirm_answer")
    proof = (
        PasskeyAnswer(carried["challenge"], answer) if answer else Code(request.form.get("confirm_code", ""))
    )
    try:
        right = confirm(signed_in=signed_in, proof=proof)
    except TooManyAttempts as limit:
        again_at = limit.again_at
        return _ask(signed_in, action=action, target=target, problem="wait", again_at=again_at, status=429)
    problem = "passkey" if answer else "code"
    return None if right else _ask(signed_in, action=action, target=target, problem=problem, status=403)


def _ask(signed_in: SignedIn, *, action: str, target: str, status: int = 200, **context: object) -> Response:
    challenge, account_id = passkeys.new_challenge(), signed_in.actor.account_id
    factors = factors_of(account_id)
    carried = [(name, value) for name, value in request.form.items(multi=True) if name not in OWN_FIELDS]
    return staff_page(
        "staff/sign_in/confirm.html",
        status=status,
        action=action,
        target=target,
        carried=carried,
        token=tokens.seal(STEP, {"challenge": challenge}),
        factors=factors,
        single=bool(settings.current().oidc_issuer) and not factors.any,
        options=passkeys.answer_options(challenge=challenge, account_id=account_id)
        if factors.passkeys
        else None,
        **context,
    )


def is_fresh() -> bool:
    """Whether a view under `@fresh` opens now without asking."""
    signed_in = _signed_in()
    if signed_in.fresh():
        return True
    return directory.installation().demo and not factors_of(signed_in.actor.account_id).any


def _signed_in() -> SignedIn:
    found = current_session()
    assert found is not None, "the policy staff comes first"
    return found
