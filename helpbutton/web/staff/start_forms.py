"""The small forms of the guided page: each does one step through the operation that the longer pages use, too."""

import uuid
from dataclasses import replace

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton.cases.address import OutsideArea
from helpbutton.cases.promise import WEEKDAYS
from helpbutton.directory import services, sites
from helpbutton.directory.queries import Names
from helpbutton.errors import FieldError, Invalid, NotFound
from helpbutton.i18n import WRITTEN
from helpbutton.readiness import operations as readiness
from helpbutton.readiness.keys import key_from
from helpbutton.routing.operations import LeavesGaps
from helpbutton.staff import members
from helpbutton.staff.members import Place
from helpbutton.staff.organisations import kept_organisations
from helpbutton.web.numbers import row_id
from helpbutton.web.policy import policy
from helpbutton.web.sign_in.step_up import fresh
from helpbutton.web.staff import service_form, site_form
from helpbutton.web.staff.frame import staff_blueprint
from helpbutton.web.staff.members import hand_over
from helpbutton.web.staff.service_form import text
from helpbutton.web.staff.start import administrators_only, guide_page

bp = staff_blueprint("start_forms", __name__)


@bp.post("/start/steps/area")
@policy("staff")
def area() -> AnyResponse:
    """Serve one area more, or it alone."""
    administrators_only()
    try:
        readiness.serve(actor=g.actor, area=text(request.form, "area"), too=request.form.get("how") == "too")
    except Invalid as refusal:
        return guide_page("organisation", status=422, errors=refusal.errors)
    return redirect(url_for("start.guide", step="organisation", done="area"), 303)


@bp.post("/start/steps/desk")
@policy("staff")
def desk() -> AnyResponse:
    """A new desk with its hours and its number."""
    administrators_only()
    draft = replace(
        service_form.NEW,
        names=_names(),
        kind=text(request.form, "service_kind"),
        hours=dict.fromkeys(WEEKDAYS[:5], text(request.form, "hours")),
        duty_number=text(request.form, "duty_number"),
    )
    owner, key = _owner_and_key()
    if any(one.key == key and one.names == draft.names for one in services.kept_services(g.actor)):
        return _on("desk")
    try:
        services.create_service(actor=g.actor, key=key, organisation_id=owner, draft=draft)
    except Invalid as refusal:
        return guide_page("desk", status=422, errors=_of_the_form(refusal.errors))
    return _on("desk")


@bp.post("/start/steps/member")
@policy("staff")
@fresh
def member() -> AnyResponse:
    """A new account at a desk, and its invitation, which is shown this once."""
    administrators_only()
    try:
        account_id, secret = members.invite(
            actor=g.actor,
            email=text(request.form, "email"),
            name=text(request.form, "full_name"),
            language=request.form.get("language", ""),
            role=request.form.get("role", ""),
            place=Place(request.form.get("desk", type=row_id), None),
        )
    except Invalid as refusal:
        return guide_page("member", status=422, errors=_of_the_form(refusal.errors))
    return (
        _on("had_account") if secret is None else hand_over(account_id, secret, back=url_for("start.guide"))
    )


@bp.post("/start/steps/site")
@policy("staff")
def site() -> AnyResponse:
    """A page that gets the button."""
    administrators_only()
    draft = replace(
        site_form.NEW,
        names=_names(),
        municipality=text(request.form, "municipality"),
        origins=tuple(text(request.form, "origins").split()),
    )
    owner, key = _owner_and_key()
    if any(one.key == key and one.names == draft.names for one in sites.edited_sites(g.actor)):
        return _on("site")
    try:
        sites.create_site(actor=g.actor, key=key, organisation_id=owner, draft=draft)
    except Invalid as refusal:
        return guide_page("site", status=422, errors=_of_the_form(refusal.errors))
    return _on("site")


@bp.post("/start/steps/routes")
@policy("staff")
def routes() -> AnyResponse:
    """Everything without a route to one desk, proved while it is stored."""
    administrators_only()
    try:
        readiness.route_everything(actor=g.actor, desk=text(request.form, "desk"))
    except NotFound:
        return guide_page("routes", status=422, errors=(FieldError("desk", "unknown_value"),))
    except Invalid as refusal:
        return guide_page(
            "routes", status=422, errors=tuple(replace(e, field="desk") for e in refusal.errors)
        )
    except LeavesGaps as refusal:
        return guide_page("routes", status=409, gaps=refusal.gaps)
    return redirect(url_for("start.guide", step="routes", done="routes"), 303)


@bp.post("/start/steps/test")
@policy("staff")
def test() -> Response:
    """A request marked as a test; its code stands on the page that answers, and nowhere else."""
    administrators_only()
    try:
        key = str(uuid.UUID(request.form.get("key", "")))
        receipt = readiness.send_test(actor=g.actor, site=text(request.form, "site"), key=key)
    except ValueError:
        return guide_page("test", status=400, problem="stale")
    except (NotFound, Invalid, OutsideArea):
        return guide_page("test", status=409, problem="no_desk")
    return guide_page("test", receipt=receipt)


def _names() -> Names:
    return {language: text(request.form, f"name_{language}") for language in WRITTEN}


def _owner_and_key() -> tuple[int, str]:
    """The chosen organisation, the only one when nothing was to be chosen, and a key made of both names."""
    own = {one.id: one.key for one in kept_organisations(g.actor)}
    chosen = site_form.organisation_from(request.form)
    owner = next(iter(own)) if len(own) == 1 else chosen
    return owner, key_from(own.get(owner, ""), _names()["fi"])


def _of_the_form(errors: tuple[FieldError, ...]) -> tuple[FieldError, ...]:
    """The errors by the fields that this form has; the five working days are one."""
    fields = {
        "key": "name_fi",
        "kind": "service_kind",
        "name": "full_name",
        **{f"hours_{day}": "hours" for day in WEEKDAYS},
    }
    named = [replace(error, field=fields.get(error.field, error.field)) for error in errors]
    return tuple({(error.field, error.code): error for error in named}.values())


def _on(done: str) -> AnyResponse:
    return redirect(url_for("start.guide", done=done), 303)
