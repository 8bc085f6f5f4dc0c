"""One's own account: password, second factors, recovery codes, single sign-on, sessions."""

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton import settings
from helpbutton.db import reading
from helpbutton.errors import Conflict, Invalid
from helpbutton.staff import identities, operations, passkeys, passwords, second_factor, sessions
from helpbutton.staff.models import Account
from helpbutton.vault import tokens
from helpbutton.web.policy import policy
from helpbutton.web.sessions import current_session
from helpbutton.web.sign_in.second import recovery_page, set_up_facts, store_factor
from helpbutton.web.sign_in.step_up import fresh, is_fresh
from helpbutton.web.sign_in.steps import STEP, VALID_FOR
from helpbutton.web.staff.frame import staff_blueprint, staff_page

bp = staff_blueprint("account", __name__)


@bp.get("/account")
@policy("staff")
def show() -> Response:
    """Everything about one's own sign-in."""
    return _show(done=request.args.get("done", ""))


@bp.get("/account/password")
@policy("staff")
@fresh
def new_password() -> AnyResponse:
    """To the form for a new password, which shows itself for as long as the second step is fresh."""
    return redirect(url_for(".show", _anchor="password-heading"), 303)


@bp.post("/account/password")
@policy("staff")
def change_password() -> AnyResponse:
    """A new password; every other session ends. Whoever must show the second step first types it after that, so that
    no password is carried through the page that asks."""
    if not is_fresh():
        return redirect(url_for(".new_password"), 303)
    try:
        operations.change_password(
            actor=g.actor,
            session_id=_session_id(),
            current=request.form.get("current", ""),
            new=request.form.get("password", ""),
        )
    except Invalid as error:
        return _show(status=422, errors=error.errors)
    return _done("password")


@bp.post("/account/sessions/<int:session_id>/end")
@policy("staff")
def end_session(session_id: int) -> AnyResponse:
    """End one session at once."""
    sessions.end_session(actor=g.actor, session_id=session_id)
    return _done("session")


@bp.post("/account/sessions/end-others")
@policy("staff")
def end_other_sessions() -> AnyResponse:
    """End every session but this one."""
    sessions.end_other_sessions(actor=g.actor, kept=_session_id())
    return _done("session")


@bp.get("/account/second-factor")
@policy("staff")
@fresh
def new_factor() -> Response:
    """A new app or passkey."""
    return _new_factor()


@bp.post("/account/second-factor")
@policy("staff")
@fresh
def add_factor() -> AnyResponse:
    """Store the app or the passkey once it has proven that it works."""
    try:
        carried = tokens.unseal(STEP, request.form.get("token", ""), valid_for=VALID_FOR[STEP])
    except (tokens.BadToken, tokens.ExpiredToken):
        return _new_factor(status=400, problem="expired")
    if carried.get("account") != str(g.actor.account_id):
        return _new_factor(status=400, problem="expired")
    try:
        _how, codes = store_factor(g.actor.account_id, carried)
    except Invalid as error:
        return _new_factor(status=422, secret=carried["secret"], errors=error.errors)
    return recovery_page(codes, url_for(".show")) if codes else _done("factor")


@bp.post("/account/one-time-codes/remove")
@policy("staff")
@fresh
def remove_codes() -> AnyResponse:
    """Use no app any more."""
    try:
        second_factor.stop_codes(account_id=g.actor.account_id)
    except Conflict:
        return _show(status=409, problem="last_factor")
    return _done("removed")


@bp.post("/account/passkeys/<int:passkey_id>/remove")
@policy("staff")
@fresh
def remove_passkey(passkey_id: int) -> AnyResponse:
    """Forget one passkey."""
    try:
        passkeys.remove_passkey(account_id=g.actor.account_id, passkey_id=passkey_id)
    except Conflict:
        return _show(status=409, problem="last_factor")
    return _done("removed")


@bp.post("/account/recovery-codes")
@policy("staff")
@fresh
def renew_recovery_codes() -> Response:
    """New recovery codes, shown this once; the earlier ones are void."""
    codes = second_factor.renew_recovery_codes(account_id=g.actor.account_id)
    return recovery_page(codes, url_for(".show"))


@bp.post("/account/single/remove")
@policy("staff")
@fresh
def disconnect() -> AnyResponse:
    """No single sign-on any more, for somebody who has a password."""
    account = reading().get_one(Account, g.actor.account_id)
    if account.password_hash == passwords.NOBODY:
        return _show(status=409, problem="no_password")
    identities.disconnect(actor=g.actor)
    return _done("disconnected")


def _show(*, status: int = 200, **context: object) -> Response:
    account = reading().get_one(Account, g.actor.account_id)
    return staff_page(
        "staff/account.html",
        status=status,
        account=account,
        may_change_password=is_fresh(),
        has_password=account.password_hash != passwords.NOBODY,
        factors=second_factor.factors_of(account.id),
        passkeys=passkeys.passkeys_of(account.id),
        sessions=sessions.sessions_of(account.id),
        this_session=_session_id(),
        single=bool(settings.current().oidc_issuer),
        connected=identities.has_identity(account.id),
        **context,
    )


def _new_factor(*, status: int = 200, secret: str | None = None, **context: object) -> Response:
    carried, shown = set_up_facts(g.actor.account_id, secret=secret)
    return staff_page(
        "staff/account_factor.html", status=status, token=tokens.seal(STEP, carried), **shown, **context
    )


def _session_id() -> int:
    found = current_session()
    assert found is not None, "the policy staff comes first"
    return found.session_id


def _done(what: str) -> AnyResponse:
    return redirect(url_for(".show", done=what), 303)
