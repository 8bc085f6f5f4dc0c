"""Staff sessions behind Flask's session interface: the cookie holds a random token, the rest is a row."""

import hmac

from flask import Flask, Request, Response, g, request
from flask.sessions import SessionInterface, SessionMixin

from helpbutton import settings
from helpbutton.staff import operations
from helpbutton.staff.actor import Actor
from helpbutton.staff.queries import ABSOLUTE_LIMIT, actor_of_session
from helpbutton.vault import keystore

CSRF_FIELD = "csrf_token"


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


def current_actor() -> Actor | None:
    """The staff member behind this request's cookie, looked up once for each request."""
    if "session_actor" not in g:
        token = request.cookies.get(cookie_name())
        g.session_actor = actor_of_session(token) if token else None
        if token and g.session_actor:
            operations.mark_seen(token=token)
    actor: Actor | None = g.session_actor
    return actor


def cookie_name() -> str:
    """`__Host-` binds the cookie to this host over https; plain in demo mode, which has only http."""
    return "__Host-staff" if _secure() else "staff"


def start_session(response: Response, token: str) -> None:
    """Give the browser its session cookie."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=int(ABSOLUTE_LIMIT.total_seconds()),
        httponly=True,
        secure=_secure(),
        samesite="Strict",
        path="/",
    )


def end_session(response: Response) -> None:
    """Revoke this request's session and clear what the browser keeps."""
    token = request.cookies.get(cookie_name())
    if token:
        operations.sign_out(token=token)
    response.delete_cookie(cookie_name(), secure=_secure(), samesite="Strict", httponly=True, path="/")
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'


def _secure() -> bool:
    return settings.current().public_url.startswith("https://")
