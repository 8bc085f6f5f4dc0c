"""Errors in words: a page for people, a problem document for programs, never a trace."""

from flask import Response, request

from helpbutton.directory.languages import offered
from helpbutton.directory.queries import EMERGENCY_NUMBER, HelpLineView, help_lines
from helpbutton.i18n import WRITTEN
from helpbutton.reasons import N_
from helpbutton.web.api import TITLES, problem
from helpbutton.web.pages import choose_language, page

ADVICE = {
    400: N_("Please go back and try once more."),
    403: N_("Your role does not include this page."),
    404: N_("Check the address, or go back to the page where you found the button."),
    413: N_("Please shorten your message and send it again."),
    503: N_(
        "What you wrote is still in the form if you go back. If it is urgent, call one of these numbers."
    ),
}
CSRF_ADVICE = N_(
    "The page had been open for too long or you signed in again. Go back, copy your text, reload and send."
)


def answer_error(status: int, *, reason: str = "") -> Response:
    """The answer for this request when it failed with `status`."""
    if request.path.startswith("/api/"):
        return problem(status if status in TITLES else 400)
    language = choose_language(request, "fi", _languages())
    title = TITLES.get(status, TITLES[400] if status < 500 else TITLES[500])
    if status == 403:
        title = N_("You do not have access to this page.")
    advice = CSRF_ADVICE if reason == "csrf" else ADVICE.get(status, "")
    return page(
        "error.html",
        language=language,
        status=status,
        title=title,
        advice=advice,
        help_lines=_lines(language),
    )


def _languages() -> tuple[str, ...]:
    """Those of this installation for families, the written ones for staff and while the database is away."""
    if request.path.startswith("/staff/"):
        return WRITTEN
    try:
        return offered()
    except Exception:
        return WRITTEN


def _lines(language: str) -> list[HelpLineView]:
    """Help lines even when the database is away: then 112 alone, which needs no table."""
    try:
        return help_lines(language=language)
    except Exception:
        always = {"fi": "Hätänumero", "sv": "Nödnumret", "en": "Emergency number"}
        return [HelpLineView("emergency_112", always, EMERGENCY_NUMBER, {"fi": "24/7"}, True)]
