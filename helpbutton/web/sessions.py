"""Staff sessions behind Flask's session interface: the cookie holds a random token, the rest is a row."""

import datetime as dt
import hmac
import secrets

from flask import Flask, Request, Response, g, request
from flask.sessions import SessionInterface, SessionMixin

from helpbutton import settings
from helpbutton.staff import sessions
from helpbutton.staff.actor import Actor
from helpbutton.staff.sessions import ABSOLUTE_LIMIT, SignedIn
from helpbutton.staff.sign_in import KnownBrowser
from helpbutton.vault import keystore, tokens

CSRF_FIELD = "csrf_token"
KNOWN_FOR = dt.timedelta(days=180)
KNOWN_PURPOSE = "known-browser"
UNATTENDED = frozenset({"worklist.changes", "work.beside"})
"""What pages ask by themselves: it does not keep a session from idling out."""


class StaffCookie(dict[str, object], SessionMixin):
    """What Flask-WTF sees: the CSRF secret of this session, derived from its token and never changed."""

    def __init__(self, token: str | None) -> None:
        super().__init__()
        self.token = token
        if token:
            key = keystore.current().derive("csrf")
            self[CSRF_FIELD] = hmac.digest(key, token.encode(), "sha256").hex()


class StaffSessions(SessionInterface):
    """Opens sessions of ours; saving does nothing because the row is written by operations."""

    def open_session(self, app: Flask, request: Request) -> StaffCookie:
        return StaffCookie(request.cookies.get(cookie_name()) if request.path.startswith("/staff") else None)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        return None


def current_session() -> SignedIn | None:
    """The session behind this request's cookie, looked up once for each request."""
    if "signed_in" not in g:
        token = request.cookies.get(cookie_name())
        g.signed_in = sessions.signed_in(token) if token else None
        if token and g.signed_in and request.endpoint not in UNATTENDED:
            sessions.mark_seen(token=token)
    found: SignedIn | None = g.signed_in
    return found


def current_actor() -> Actor | None:
    """The staff member behind this request's cookie."""
    found = current_session()
    return found.actor if found else None


def cookie_name(name: str = "staff") -> str:
    """`__Host-` binds the cookie to this host over https; plain in demo mode, which has only http."""
    return f"__Host-{name}" if _secure() else name


def start_session(response: Response, token: str, account_id: int) -> None:
    """Give the browser its session cookie, and one by which it is known when it comes back for the same account."""
    set_cookie(response, "staff", token, lasts=ABSOLUTE_LIMIT)
    mark = {"account": str(account_id), "mark": secrets.token_hex(16)}
    set_cookie(response, "known", tokens.seal(KNOWN_PURPOSE, mark), lasts=KNOWN_FOR)


def known_browser() -> KnownBrowser | None:
    """Who signed in with this browser before, if somebody did."""
    try:
        known = tokens.unseal(
            KNOWN_PURPOSE, request.cookies.get(cookie_name("known"), ""), valid_for=KNOWN_FOR
        )
    except (tokens.BadToken, tokens.ExpiredToken):
        return None
    return KnownBrowser(int(known["account"]), known["mark"])


def end_session(response: Response) -> None:
    """Revoke this request's session and clear what the browser keeps."""
    token = request.cookies.get(cookie_name())
    if token:
        sessions.sign_out(token=token)
    forget_cookie(response, "staff")
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'


def set_cookie(
    response: Response, name: str, value: str, *, lasts: dt.timedelta, samesite: str = "Strict"
) -> None:
    """A cookie for the staff pages that no script reads."""
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=int(lasts.total_seconds()),
        httponly=True,
        secure=_secure(),
        samesite=samesite,
        path="/",
    )


def forget_cookie(response: Response, name: str, *, samesite: str = "Strict") -> None:
    """Take a cookie back."""
    response.delete_cookie(cookie_name(name), secure=_secure(), samesite=samesite, httponly=True, path="/")


def _secure() -> bool:
    return settings.current().public_url.startswith("https://")
