"""Languages for families: how far each translation is, whether it has been checked, whether pages offer it."""

from contextlib import suppress

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton.directory.languages import CHANGEABLE, set_language, statuses
from helpbutton.errors import Invalid
from helpbutton.i18n import coverage
from helpbutton.web.policy import policy
from helpbutton.web.public.choices import AUTONYMS
from helpbutton.web.staff.frame import staff_blueprint, staff_page

bp = staff_blueprint("languages", __name__)


@bp.get("/languages")
@policy("staff")
def show() -> Response:
    """Every language with its status and the count of its messages."""
    _administrators_only()
    return staff_page(
        "staff/languages.html",
        statuses=statuses(),
        changeable=CHANGEABLE,
        coverage={language: coverage(language) for language in CHANGEABLE},
        autonyms=AUTONYMS,
        changed=request.args.get("changed", ""),
    )


@bp.post("/languages/<language>")
@policy("staff")
def change(language: str) -> AnyResponse:
    """Say whether the translation has been checked and whether pages offer it."""
    _administrators_only()
    with suppress(Invalid):
        set_language(
            actor=g.actor,
            language=language,
            status=request.form.get("status", ""),
            on="on" in request.form,
        )
    return redirect(url_for(".show", changed=language), 303)


def _administrators_only() -> None:
    if "administrator" not in g.actor.organisations.values():
        abort(403)
