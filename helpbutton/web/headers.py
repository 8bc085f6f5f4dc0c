"""Security headers on every answer, errors included."""

from flask import Flask, Response, g, request

from helpbutton import settings

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors "
)


def install(app: Flask) -> None:
    """Add the headers to every response; a view may widen framing with `g.frame_ancestors` or the demo's `g.csp`."""
    app.after_request(_add)


def _add(response: Response) -> Response:
    for name, value in FIXED.items():
        response.headers.setdefault(name, value)
    if "frame_ancestors" not in g or not g.frame_ancestors:
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    ancestors = " ".join(g.get("frame_ancestors") or ()) or "'none'"
    response.headers.setdefault("Content-Security-Policy", g.get("csp") or CSP + ancestors)
    if settings.current().public_url.startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
