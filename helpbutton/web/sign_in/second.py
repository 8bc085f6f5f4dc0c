"""After the password: the second factor, or setting one up before anything else opens."""

import base64
import io

import qrcode
from flask import Response, g, make_response, request
from qrcode.image.svg import SvgPathImage
from werkzeug.wrappers import Response as AnyResponse

from helpbutton import i18n
from helpbutton.db import reading
from helpbutton.errors import Invalid
from helpbutton.staff import passkeys, second_factor
from helpbutton.staff import sign_in as staff
from helpbutton.staff.models import Account
from helpbutton.staff.throttling import TooManyAttempts
from helpbutton.vault import tokens
from helpbutton.web.policy import policy
from helpbutton.web.sessions import start_session
from helpbutton.web.sign_in.steps import STEP, arrive, begin_again, browser_name, posted
from helpbutton.web.staff.frame import staff_blueprint, staff_language, staff_page

OF_SIGN_IN = frozenset({"account", "next"})
"""What a step of ours carries; sealed steps of the other forms lack it."""

bp = staff_blueprint("second_factor", __name__)


def proceed(account_id: int, target: str) -> AnyResponse:
    """What follows a right password."""
    step = staff.next_step(account_id)
    if step == staff.DONE:
        token = staff.sign_in_with_password_alone(account_id=account_id, browser=browser_name())
        return arrive(account_id, token, target)
    return _ask(account_id, target) if step == staff.SECOND_FACTOR else _set_up(account_id, target)


@bp.post("/sign-in/second-factor")
@policy("sign_in")
def check() -> AnyResponse:
    """A right code or passkey signs in."""
    step = posted(STEP)
    if step is None or not step.keys() >= OF_SIGN_IN:
        return begin_again()
    account_id, target, browser = int(step["account"]), step["next"], browser_name()
    if answer := request.form.get("answer"):
        proof = staff.PasskeyAnswer(step["challenge"], answer)
        found = staff.sign_in_with_passkey(answer=proof, browser=browser, account_id=account_id)
        return arrive(*found, target) if found else _ask(account_id, target, problem="passkey", status=403)
    try:
        code = staff.Code(request.form.get("code", ""))
        token = staff.sign_in_with_code(account_id=account_id, code=code, browser=browser)
    except TooManyAttempts as limit:
        return _ask(account_id, target, problem="wait", again_at=limit.again_at, status=429)
    return (
        arrive(account_id, token, target) if token else _ask(account_id, target, problem="code", status=403)
    )


@bp.post("/sign-in/set-up")
@policy("sign_in")
def set_up() -> AnyResponse:
    """The first second factor works: signed in, and the recovery codes are shown this once."""
    step = posted(STEP)
    if step is None or not step.keys() >= OF_SIGN_IN or staff.next_step(int(step["account"])) != staff.SET_UP:
        return begin_again()
    account_id, target = int(step["account"]), step["next"]
    try:
        how, codes = store_factor(account_id, step)
    except Invalid as error:
        return _set_up(account_id, target, secret=step["secret"], errors=error.errors, status=422)
    token = staff.sign_in_after_set_up(account_id=account_id, how=how, browser=browser_name())
    response = make_response(recovery_page(codes, target))
    start_session(response, token, account_id)
    return response


def store_factor(account_id: int, carried: dict[str, str]) -> tuple[str, list[str]]:
    """Store the passkey or the app that the posted form proves: how it is called, and new recovery codes.

    Raises Invalid.
    """
    if answer := request.form.get("answer"):
        name = request.form.get("name", "") or browser_name()
        codes = passkeys.add_passkey(
            account_id=account_id, challenge=carried["challenge"], answer=answer, name=name
        )
        return "passkey", codes
    code = request.form.get("code", "")
    return "totp", second_factor.start_codes(account_id=account_id, secret=carried["secret"], code=code)


def set_up_facts(account_id: int, *, secret: str | None = None) -> tuple[dict[str, str], dict[str, object]]:
    """What a form that sets up a factor carries sealed, and what it shows."""
    account = reading().get_one(Account, account_id)
    secret, challenge = secret or second_factor.new_secret(), passkeys.new_challenge()
    product = i18n.gettext(staff_language(), "Ask for help")
    options = passkeys.registration_options(
        account_id=account.id, email=account.email, name=account.name, challenge=challenge, product=product
    )
    address = second_factor.address_for_app(secret, email=account.email, issuer=product)
    shown: dict[str, object] = {
        "options": options,
        "picture": picture(address),
        "secret_words": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
    }
    return {"account": str(account.id), "secret": secret, "challenge": challenge}, shown


def recovery_page(codes: list[str], target: str) -> Response:
    """The recovery codes, this once."""
    return staff_page("staff/sign_in/recovery_codes.html", codes=codes, target=target)


def picture(text: str) -> str:
    """`text` as a QR code, in an address for an image."""
    with io.BytesIO() as file:
        qrcode.make(text, image_factory=SvgPathImage, border=2).save(file)
        return "data:image/svg+xml;base64," + base64.b64encode(file.getvalue()).decode()


def _ask(account_id: int, target: str, *, status: int = 200, **context: object) -> Response:
    challenge = passkeys.new_challenge()
    factors = second_factor.factors_of(account_id)
    return staff_page(
        "staff/sign_in/second_factor.html",
        status=status,
        token=tokens.seal(STEP, {"account": str(account_id), "next": target, "challenge": challenge}),
        factors=factors,
        options=passkeys.answer_options(challenge=challenge, account_id=account_id)
        if factors.passkeys
        else None,
        **context,
    )


def _set_up(
    account_id: int, target: str, *, secret: str | None = None, status: int = 200, **context: object
) -> Response:
    carried, shown = set_up_facts(account_id, secret=secret)
    g.pop("actor", None)
    return staff_page(
        "staff/sign_in/set_up.html",
        status=status,
        token=tokens.seal(STEP, carried | {"next": target}),
        **shown,
        **context,
    )
