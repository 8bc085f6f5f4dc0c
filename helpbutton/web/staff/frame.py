"""What all staff pages share: their language, their frame, and the pages that refuse."""

from typing import Any

from flask import Blueprint, Response, abort, g, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from helpbutton import clock, i18n
from helpbutton.cases.handovers import count_offered
from helpbutton.cases.tasks import answers_for
from helpbutton.errors import NotFound
from helpbutton.feedback.operations import administered, waiting
from helpbutton.figures.queries import may_see
from helpbutton.web import carried
from helpbutton.web.dates import full_date
from helpbutton.web.pages import choose_language, page
from helpbutton.web.staff import words
from helpbutton.web.staff.promise_clock import short_moment

OVERSEERS = frozenset({"lead", "administrator"})
"""Roles that see what waits for a human."""
KEEPERS = OVERSEERS | {"site_editor"}
"""Roles with something on the page `manage`."""


FORM_LIMIT = 256 * 1024
"""Bytes of a form: the longest text that may be written, as an address encodes it, and what stands around it."""


def staff_blueprint(name: str, module: str) -> Blueprint:
    """A blueprint under /staff; links keep the language of the request, refusals are pages in words."""
    bp = Blueprint(name, module, url_prefix="/staff")
    bp.url_defaults(_keep_language)
    bp.url_value_preprocessor(_take_long_texts)
    bp.register_error_handler(NotFound, _refuse)
    bp.register_error_handler(HTTPException, _refuse)
    bp.register_error_handler(CSRFError, _refuse)
    return bp


def staff_page(template: str, /, *, status: int = 200, **context: Any) -> Response:
    """A page for the signed-in actor, or for somebody who is about to sign in."""
    actor, language = g.get("actor"), staff_language()
    return page(
        template,
        language=language,
        status=status,
        now=clock.now(),
        today=clock.today(),
        when=lambda moment: short_moment(moment, language),
        full_date=lambda day: full_date(day, language),
        actor=actor,
        oversees=actor is not None and bool(actor.roles & OVERSEERS),
        answers_tasks=actor is not None and bool(answers_for(actor)),
        manages=actor is not None and bool(actor.roles & KEEPERS),
        offered_here=count_offered(actor) if actor is not None and actor.services else 0,
        sees_figures=actor is not None and may_see(actor),
        feedback_waiting=waiting(actor) if actor is not None and administered(actor) else None,
        w=words,
        languages=i18n.WRITTEN,
        **context,
    )


def staff_language() -> str:
    """`lang` of the address, else the account's language; before sign-in the browser's wish."""
    actor = g.get("actor")
    if actor is None:
        return choose_language(request, "fi")
    return _asked_language() or i18n.reading_language(actor.language)


def overseers_only() -> None:
    """Refuse everybody else with a page of their own."""
    if not g.actor.roles & OVERSEERS:
        abort(403)


def _take_long_texts(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before the form is read, which the check of its token does."""
    request.max_content_length = request.max_form_memory_size = FORM_LIMIT


def _asked_language() -> str | None:
    asked = request.args.get("lang")
    return asked if asked in i18n.WRITTEN else None


def _keep_language(_endpoint: str, values: dict[str, Any]) -> None:
    if asked := _asked_language():
        values.setdefault("lang", asked)


def _refuse(error: Exception) -> AnyResponse:
    if isinstance(error, CSRFError) and "actor" in g:
        if carried.wants_json():
            return carried.outlived()
        if carried.is_genuine():
            return staff_page("staff/kept_form.html", status=400, **carried.kept())
    status = error.code if isinstance(error, HTTPException) and error.code else 404
    return staff_page("staff/refused.html", status=status, code=status, written=_lost_otherwise(status))


def _lost_otherwise(status: int) -> list[str]:
    """What was typed about something that is out of sight meanwhile, such as a case that another desk has now."""
    lost = status == 404 and "actor" in g and request.method == "POST" and carried.is_genuine()
    return carried.written() if lost else []
