"""Organisations: created by an administrator, renamed, and, when one leaves, exported and then erased."""

from flask import Response, abort, g, redirect, request, stream_with_context, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton.directory.rows import ORGANISATION_KINDS
from helpbutton.errors import Conflict, FieldError, Invalid
from helpbutton.i18n import WRITTEN
from helpbutton.privacy import leaving
from helpbutton.reasons import N_
from helpbutton.routing.coverage import Gap
from helpbutton.routing.operations import LeavesGaps
from helpbutton.staff import organisations
from helpbutton.staff.organisations import KeptOrganisation
from helpbutton.web.policy import policy
from helpbutton.web.sign_in.step_up import fresh
from helpbutton.web.staff import site_form
from helpbutton.web.staff.frame import staff_blueprint, staff_language, staff_page
from helpbutton.web.staff.gap_words import gap_lines
from helpbutton.web.staff.service_form import text

bp = staff_blueprint("organisations", __name__)

KIND_WORDS = {
    "municipality": N_("municipality"),
    "county": N_("wellbeing services county"),
    "city": N_("city with the tasks of a county"),
    "parish": N_("parish"),
    "ngo": N_("association"),
}
LABELS = {
    "key": N_("Key"),
    "kind": N_("Kind"),
    "name_fi": N_("Name in Finnish"),
    "name_sv": N_("Name in Swedish"),
    "name_en": N_("Name in English"),
    "typed_key": N_("Key of the organisation"),
}


@bp.get("/organisations")
@policy("staff")
def index() -> Response:
    """The organisations that the actor administers."""
    _administrators_only()
    return staff_page(
        "staff/organisations.html",
        organisations=organisations.kept_organisations(g.actor),
        kinds=KIND_WORDS,
        done=request.args.get("done", ""),
    )


@bp.get("/new-organisation")
@policy("staff")
def new() -> Response:
    """An empty form."""
    _administrators_only()
    return _form(None)


@bp.post("/new-organisation")
@policy("staff")
@fresh
def create() -> AnyResponse:
    """A new organisation, whose first administrator is the actor."""
    _administrators_only()
    key = text(request.form, "key").strip()
    try:
        organisations.create_organisation(
            actor=g.actor, key=key, kind=text(request.form, "kind"), names=_names()
        )
    except Invalid as refusal:
        return _form(None, status=422, errors=refusal.errors)
    return redirect(url_for(".show", key=key, done="created"), 303)


@bp.get("/organisations/<key>")
@policy("staff")
def show(key: str) -> Response:
    """Its names, and what leaving asks for."""
    return _form(organisations.kept_organisation(g.actor, key))


@bp.post("/organisations/<key>")
@policy("staff")
def save(key: str) -> AnyResponse:
    """Other names."""
    found = organisations.kept_organisation(g.actor, key)
    version = site_form.version_from(request.form)
    try:
        organisations.change_organisation(actor=g.actor, key=key, version=version, names=_names())
    except Invalid as refusal:
        return _form(found, status=422, errors=refusal.errors)
    except Conflict:
        return _form(found, status=409, problem="stale")
    return redirect(url_for(".show", key=key, done="saved"), 303)


@bp.post("/organisations/<key>/export")
@policy("staff")
@fresh
def export(key: str) -> AnyResponse:
    """Everything that it keeps, as a file with a line of JSON for each case."""
    found = organisations.kept_organisation(g.actor, key)
    lines = leaving.export_all(actor=g.actor, organisation_id=found.id)
    answer = Response(stream_with_context(lines), mimetype="application/jsonl")
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.key}.jsonl"'
    return answer


@bp.post("/organisations/<key>/erase")
@policy("staff")
@fresh
def erase(key: str) -> AnyResponse:
    """The end: the keys of its cases are destroyed."""
    found = organisations.kept_organisation(g.actor, key)
    try:
        leaving.erase_all(actor=g.actor, organisation_id=found.id, typed_key=text(request.form, "typed_key"))
    except Invalid as refusal:
        return _form(found, status=422, errors=refusal.errors)
    except Conflict:
        return _form(found, status=409, problem="in_the_way")
    except LeavesGaps as refusal:
        return _form(found, status=409, gaps=refusal.gaps)
    return redirect(url_for("worklist.show"), 303)


def _form(
    found: KeptOrganisation | None,
    *,
    status: int = 200,
    errors: tuple[FieldError, ...] = (),
    gaps: tuple[Gap, ...] = (),
    problem: str = "",
) -> Response:
    language = staff_language()
    return staff_page(
        "staff/organisation.html",
        status=status,
        organisation=found,
        names=_names() if "name_fi" in request.form else None,
        typed=request.form,
        kinds={kind: KIND_WORDS[kind] for kind in ORGANISATION_KINDS},
        labels=LABELS,
        errors=site_form.in_words(errors, language),
        gaps=gap_lines(gaps, language),
        problem=problem,
        leaving=leaving.leaving(actor=g.actor, organisation_id=found.id) if found else None,
        done=request.args.get("done", ""),
    )


def _names() -> dict[str, str]:
    return {language: text(request.form, f"name_{language}") for language in WRITTEN}


def _administrators_only() -> None:
    if not g.actor.organisations_as("administrator"):
        abort(403)
