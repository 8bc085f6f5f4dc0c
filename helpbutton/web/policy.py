"""Deny by default: every route declares who may use it, and an application with an undeclared route does not start."""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, abort, current_app, g, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response

from helpbutton.directory import queries as directory
from helpbutton.web.carried import signed_out, vouches
from helpbutton.web.monitor import admits
from helpbutton.web.sessions import current_actor

POLICIES = ("public", "staff", "sign_in", "demo", "static", "hook", "monitor")
View = TypeVar("View", bound=Callable[..., object])


def policy(name: str) -> Callable[[View], View]:
    """Declare the policy of a view: public (anybody, no cookies), staff (signed in), sign_in, demo (demo mode only),
    hook (another system, by its signature; no cookies), monitor (who watches the installation: `monitor.admits`)."""
    if name not in POLICIES:
        raise ValueError(f"unknown policy {name!r}")

    def declare(view: View) -> View:
        view.policy = name  # type: ignore[attr-defined]
        return view

    return declare


def policy_of(app: Flask, endpoint: str) -> str | None:
    """The declared policy of an endpoint, or None."""
    if endpoint == "static":
        return "static"
    return getattr(app.view_functions[endpoint], "policy", None)


def install(app: Flask, csrf: CSRFProtect) -> None:
    """Refuse to start with an undeclared route, and guard every request. Raises RuntimeError."""
    undeclared = [rule.rule for rule in app.url_map.iter_rules() if policy_of(app, rule.endpoint) is None]
    if undeclared:
        raise RuntimeError(f"routes without a policy: {', '.join(sorted(undeclared))}")
    app.before_request(_guard)
    app.before_request(lambda: csrf.protect() if _needs_csrf(app) else None)


def _needs_csrf(app: Flask) -> bool:
    guarded = request.endpoint is not None and policy_of(app, request.endpoint) == "staff"
    return guarded and not (request.method == "POST" and vouches())


def _guard() -> Response | None:
    if request.endpoint is None:
        return None
    name = policy_of(current_app, request.endpoint)
    if name == "demo" and not directory.installation().demo:
        abort(404)
    if name == "monitor" and not admits(request):
        abort(403)
    if name == "staff":
        actor = current_actor()
        if actor is None:
            return signed_out()
        g.actor = actor
    return None
