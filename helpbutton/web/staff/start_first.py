"""The set-up address of an empty installation: its organisation, its area and its first administrator in one form."""

import datetime as dt
from dataclasses import replace

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton.directory.rows import ORGANISATION_KINDS
from helpbutton.errors import FieldError, Invalid, NotFound
from helpbutton.i18n import WRITTEN
from helpbutton.readiness import first
from helpbutton.vault import tokens
from helpbutton.web.policy import policy
from helpbutton.web.sign_in.second import proceed
from helpbutton.web.staff import site_form, start_words
from helpbutton.web.staff.frame import staff_blueprint, staff_language, staff_page
from helpbutton.web.staff.organisations import KIND_WORDS
from helpbutton.web.staff.service_form import text

PURPOSE = "start"
VALID_FOR = dt.timedelta(hours=2)

FIELDS = {"name": "person"}
"""Fields of this form that are called otherwise where they are checked."""

bp = staff_blueprint("start_first", __name__)


@bp.get("/start/<token>")
@policy("sign_in")
def form(token: str) -> Response:
    """The form, as long as nobody is administrator here."""
    return _form(token) if first.opens(token) else _closed(404)


@bp.post("/start/<token>")
@policy("sign_in")
def begin(token: str) -> AnyResponse:
    """Stored at once; the second factor of the new administrator comes next."""
    try:
        tokens.unseal(PURPOSE, request.form.get("token", ""), valid_for=VALID_FOR)
    except (tokens.BadToken, tokens.ExpiredToken):
        return _form(token, status=400, problem="expired") if first.opens(token) else _closed(400)
    try:
        account_id = first.begin(token=token, beginning=_beginning())
    except NotFound:
        return _closed(404)
    except Invalid as refusal:
        return _form(token, status=422, errors=refusal.errors)
    return proceed(account_id, url_for("start.guide"))


def _beginning() -> first.Beginning:
    return first.Beginning(
        organisation=text(request.form, "organisation"),
        kind=text(request.form, "kind"),
        names={language: text(request.form, f"name_{language}") for language in WRITTEN},
        area=text(request.form, "area"),
        name=text(request.form, "person"),
        email=text(request.form, "email"),
        password=request.form.get("password", ""),
        language=staff_language(),
    )


def _form(
    token: str, *, status: int = 200, errors: tuple[FieldError, ...] = (), problem: str = ""
) -> Response:
    language = staff_language()
    of_person = tuple(replace(error, field=FIELDS.get(error.field, error.field)) for error in errors)
    return staff_page(
        "staff/start/first.html",
        status=status,
        address=url_for(".begin", token=token),
        token=tokens.seal(PURPOSE, {}),
        typed=request.form,
        errors=site_form.in_words(of_person, language),
        problem=problem,
        labels=start_words.LABELS,
        kinds={kind: KIND_WORDS[kind] for kind in ORGANISATION_KINDS},
        organisations=first.known_organisations(),
        counties=first.known_counties(),
        mainland=first.MAINLAND,
    )


def _closed(status: int) -> Response:
    return staff_page("staff/start/closed.html", status=status)
