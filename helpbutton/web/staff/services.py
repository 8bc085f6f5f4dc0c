"""Desks: names, hours, closures, promise and duty, kept by their leads and administrators."""

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton import clock
from helpbutton.cases import promise as promises
from helpbutton.cases.submission import KINDS
from helpbutton.directory import queries as directory
from helpbutton.directory import services
from helpbutton.directory.service_rules import Draft
from helpbutton.directory.services import KeptService
from helpbutton.errors import Conflict, FieldError, Invalid
from helpbutton.i18n import LANGUAGES
from helpbutton.routing.coverage import Gap
from helpbutton.routing.operations import LeavesGaps, without_new_gaps
from helpbutton.web.dates import short_weekdays
from helpbutton.web.policy import policy
from helpbutton.web.staff import service_form as words
from helpbutton.web.staff import site_form
from helpbutton.web.staff.frame import overseers_only, staff_blueprint, staff_language, staff_page
from helpbutton.web.staff.gap_words import gap_lines

bp = staff_blueprint("services", __name__)


@bp.get("/services")
@policy("staff")
def index() -> Response:
    """Every desk that the actor keeps."""
    overseers_only()
    return staff_page(
        "staff/services.html",
        services=services.kept_services(g.actor),
        may_add=bool(services.owners(g.actor)),
        weekdays=dict(zip(words.WEEKDAY_WORDS, short_weekdays(staff_language()), strict=True)),
    )


@bp.route("/new-service", methods=["GET", "POST"])
@policy("staff")
def new() -> AnyResponse:
    """An empty form; sending it creates a desk."""
    if not services.owners(g.actor):
        abort(403)
    if request.method == "GET":
        return _form(None, words.NEW)
    draft, key = words.draft_from(request.form), words.text(request.form, "key").strip()
    try:
        services.create_service(
            actor=g.actor, key=key, organisation_id=site_form.organisation_from(request.form), draft=draft
        )
    except Invalid as error:
        return _form(None, draft, key=key, status=422, errors=error.errors)
    return redirect(url_for(".show", desk=key, done="created"), 303)


@bp.get("/services/<desk>")
@policy("staff")
def show(desk: str) -> Response:
    """One desk as it stands."""
    return _form(*services.kept_service(g.actor, desk))


@bp.post("/services/<desk>")
@policy("staff")
def save(desk: str) -> AnyResponse:
    """Store the changed form, unless it is stale or would leave requests without a desk."""
    found, _ = services.kept_service(g.actor, desk)
    draft, version = words.draft_from(request.form), site_form.version_from(request.form)
    try:
        services.change_service(actor=g.actor, key=desk, version=version, draft=draft, proof=without_new_gaps)
    except Invalid as error:
        return _form(found, draft, status=422, errors=error.errors, version=version)
    except Conflict:
        return _form(found, draft, status=409, stale=True)
    except LeavesGaps as refusal:
        return _form(found, draft, status=409, gaps=refusal.gaps, version=version)
    return redirect(url_for(".show", desk=desk, done="saved"), 303)


def _form(
    service: KeptService | None,
    draft: Draft,
    *,
    key: str = "",
    status: int = 200,
    errors: tuple[FieldError, ...] = (),
    stale: bool = False,
    gaps: tuple[Gap, ...] = (),
    version: int | None = None,
) -> Response:
    language = staff_language()
    return staff_page(
        "staff/service.html",
        status=status,
        service=service,
        draft=draft,
        key=key,
        version=version if version is not None or service is None else service.version,
        errors=site_form.in_words(errors, language),
        stale=stale,
        gaps=gap_lines(gaps, language),
        done=request.args.get("done", ""),
        owners=services.owners(g.actor),
        owner=site_form.organisation_from(request.form),
        others=[other for other in services.kept_services(g.actor) if other.key != (service and service.key)],
        service_kinds=services.service_kinds(),
        labels=words.LABELS,
        weekdays=words.WEEKDAY_WORDS,
        channels=words.CHANNEL_WORDS,
        nights=words.NIGHT_WORDS,
        all_languages=LANGUAGES,
        kinds=KINDS,
        example=_example(service) if service else None,
    )


def _example(service: KeptService) -> promises.Promise | None:
    """What somebody who sent a request to this desk now would be promised."""
    desk = directory.desk(service.id)
    try:
        return promises.promise(desk.hours, received=clock.now(), working_days=desk.promise_days)
    except promises.NeverOpen:
        return None
