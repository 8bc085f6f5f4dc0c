"""A form that was sent when the session had ended: what was typed stays on a page, and goes on after signing in.

It never rests on the server. Taken up are only forms that we once gave out ourselves (their CSRF token has our
signature) and that hold no password or code.
"""

import datetime as dt

from flask import current_app, g, jsonify, make_response, redirect, request, url_for
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from helpbutton.vault import tokens
from helpbutton.web.pages import choose_language, page
from helpbutton.web.sessions import CSRF_FIELD, known_browser

FIELD = PURPOSE = "carried"
VALID_FOR = dt.timedelta(hours=12)
BACK = "/staff/signed-in"
"""Where somebody lands who signs in beside a page that holds text: it says to go back to that page."""
TYPED = frozenset({"body", "text", "why", "name", "phone", "email"})
"""Fields that people type into; of the others, only what holds a space was surely typed."""
SIGNATURE = "wtf-csrf-token"
"""What Flask-WTF salts its tokens with."""


def signed_out() -> Response:
    """The answer to a request for staff without a session.

    A script hears 401 as JSON. A form is shown again with what was typed and a link to sign in beside it; when the
    account that last signed in with this browser signs in again, the form can be sent as it is. Everything else leads
    to the sign-in page.
    """
    if wants_json():
        return make_response(jsonify(sign_in=_door(), carried=_word_for(_last_here())), 401)
    if request.method == "POST" and is_genuine():
        language = choose_language(request, "fi", ("fi", "sv", "en"))
        return page("staff/kept_form.html", language=language, status=401, **kept(_last_here()))
    return redirect(url_for("sign_in.form", next=request.path if request.method == "GET" else None), 303)


def outlived() -> Response:
    """The answer to a script whose page is older than the session of the person who is signed in."""
    word = _word_for(g.actor.account_id) if _is_signed(request.form.get(CSRF_FIELD, "")) else ""
    return make_response(jsonify(carried=word), 400)


def kept(account_id: int | None = None) -> dict[str, object]:
    """What `staff/kept_form.html` needs to show the posted form again."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != FIELD]
    return {
        "action": request.full_path.rstrip("?"),
        "door": _door(),
        "fields": fields,
        "carried": _word_for(account_id),
        "written": written(),
    }


def written() -> list[str]:
    """What somebody typed into the posted form, without what they chose and what the form carries along."""
    filled = ((name, value.strip()) for name, value in request.form.items(multi=True) if name != FIELD)
    return [value for name, value in filled if value and (name in TYPED or any(map(str.isspace, value)))]


def is_genuine() -> bool:
    """Whether the posted form is one of ours, from whatever session, and may be shown again."""
    secret = any("password" in name or name.endswith("code") for name in request.form)
    return not secret and _is_signed(request.form.get(CSRF_FIELD, ""))


def vouches() -> bool:
    """Whether the form carries our word that it was on a page of the account that is signed in now."""
    try:
        word = tokens.unseal(PURPOSE, request.form.get(FIELD, ""), valid_for=VALID_FOR)
    except (tokens.BadToken, tokens.ExpiredToken):
        return False
    return "actor" in g and word["account"] == str(g.actor.account_id)


def wants_json() -> bool:
    """Whether a script of ours asks."""
    return request.accept_mimetypes.best == "application/json"


def _last_here() -> int | None:
    """The account that last signed in with this browser; nobody where another site sends the form (SameSite)."""
    known = known_browser()
    return known.account_id if known else None


def _word_for(account_id: int | None) -> str:
    return tokens.seal(PURPOSE, {"account": str(account_id)}) if account_id is not None else ""


def _is_signed(token: str) -> bool:
    try:
        URLSafeTimedSerializer(current_app.secret_key or "", salt=SIGNATURE).loads(token)
    except BadData:
        return False
    return True


def _door() -> str:
    return url_for("sign_in.form", next=BACK)
