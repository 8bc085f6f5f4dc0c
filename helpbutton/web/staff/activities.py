"""Open help as administrators and site editors keep it: a list, a form, confirming and ending."""

import uuid

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from helpbutton.activities import editing
from helpbutton.activities.draft import EVERY, TRANSLATED, Draft, Times
from helpbutton.activities.recurrence import WEEKDAYS
from helpbutton.activities.rows import KINDS, OWNER_KINDS
from helpbutton.cases.submission import ROLES
from helpbutton.directory import queries as directory
from helpbutton.directory import sites
from helpbutton.errors import Conflict, FieldError, Invalid
from helpbutton.i18n import LANGUAGES, WRITTEN
from helpbutton.reasons import N_
from helpbutton.web.age_names import NAMES as AGES
from helpbutton.web.open_help_words import KINDS as KIND_WORDS
from helpbutton.web.open_help_words import WEEKDAYS as WEEKDAY_WORDS
from helpbutton.web.policy import policy
from helpbutton.web.public import choices
from helpbutton.web.staff import site_form
from helpbutton.web.staff.case_page import token_of_form
from helpbutton.web.staff.frame import staff_blueprint, staff_language, staff_page
from helpbutton.web.vocabulary import municipality_names

bp = staff_blueprint("activities", __name__)

LINES = 4
"""Lines of times on the form; one that is empty is left out."""
OWNER_WORDS = {
    "municipality": N_("Municipality"),
    "county": N_("Wellbeing services county"),
    "parish": N_("Parish"),
    "ngo": N_("Association"),
}
EVERY_WORDS = {
    "week": N_("every week"),
    "two_weeks": N_("every other week"),
    "other": N_("by the rule next to it"),
}
assert set(OWNER_WORDS) == set(OWNER_KINDS)
assert set(EVERY_WORDS) == set(EVERY)


@bp.get("/open-help")
@policy("staff")
def index() -> Response:
    """What the actor keeps; what families no longer see comes first."""
    _keepers_only()
    chosen = request.args.get("municipality", "")
    return staff_page(
        "staff/activities.html",
        kept=editing.kept(g.actor, municipality=chosen),
        places=municipality_names(editing.keeps_in(g.actor), staff_language()),
        chosen=chosen,
        kinds=KIND_WORDS,
        done=request.args.get("done", ""),
    )


@bp.route("/new-open-help", methods=["GET", "POST"])
@policy("staff")
def new() -> AnyResponse:
    """An empty form; sending it adds open help."""
    _keepers_only()
    if request.method == "GET":
        return _form(None, Draft())
    draft = _draft(request.form)
    try:
        key = editing.add(
            actor=g.actor,
            organisation_id=site_form.organisation_from(request.form),
            draft=draft,
            token=token_of_form(),
        )
    except Invalid as error:
        return _form(None, draft, status=422, errors=error.errors)
    return redirect(url_for(".show", key=key, done="added"), 303)


@bp.get("/open-help/<key>")
@policy("staff")
def show(key: str) -> Response:
    """One of them, to change."""
    draft, version = editing.draft_to_change(g.actor, key)
    return _form(key, draft, version=version)


@bp.post("/open-help/<key>")
@policy("staff")
def save(key: str) -> AnyResponse:
    """Store the changed form; what was typed from an older state is shown again and stored by nobody."""
    editing.draft_to_change(g.actor, key)
    draft, version = _draft(request.form), site_form.version_from(request.form)
    try:
        editing.change(actor=g.actor, key=key, version=version, draft=draft)
    except Invalid as error:
        return _form(key, draft, version=version, status=422, errors=error.errors)
    except Conflict:
        return _form(key, draft, version=version, status=409, stale=True)
    return redirect(url_for(".show", key=key, done="saved"), 303)


@bp.post("/open-help/<key>/confirm")
@policy("staff")
def confirm(key: str) -> AnyResponse:
    """It is as written."""
    editing.confirm_today(actor=g.actor, key=key)
    return redirect(url_for(".index", done="confirmed", municipality=request.form.get("municipality")), 303)


@bp.post("/open-help/<key>/end")
@policy("staff")
def end(key: str) -> AnyResponse:
    """It takes place no more."""
    editing.end(actor=g.actor, key=key)
    return redirect(url_for(".index", done="ended"), 303)


def _form(
    key: str | None,
    draft: Draft,
    *,
    version: int | None = None,
    status: int = 200,
    errors: tuple[FieldError, ...] = (),
    stale: bool = False,
) -> Response:
    return staff_page(
        "staff/activity.html",
        status=status,
        key=key,
        draft=draft,
        version=version,
        lines=[*draft.times, *(Times() for _ in range(max(1, LINES - len(draft.times))))],
        errors=site_form.in_words(errors, staff_language()),
        stale=stale,
        form_token=request.form.get("token") or uuid.uuid4(),
        done=request.args.get("done", ""),
        owners=sites.owners(g.actor),
        owner=site_form.organisation_from(request.form),
        places=municipality_names((place.code for place in directory.municipalities()), staff_language()),
        kinds={kind: KIND_WORDS[kind] for kind in KINDS},
        owner_kinds=OWNER_WORDS,
        every=EVERY_WORDS,
        weekdays=dict(zip(WEEKDAYS, WEEKDAY_WORDS, strict=True)),
        age_groups=choices.in_words(AGES, staff_language()),
        roles=ROLES,
        all_languages=LANGUAGES,
    )


def _draft(form: MultiDict[str, str]) -> Draft:
    """What was typed, as it is; lines of times without hours and days are left out."""
    return Draft(
        texts={
            name: {tongue: form.get(f"{name}_{tongue}", "").replace("\x00", "") for tongue in WRITTEN}
            for name in TRANSLATED
        },
        kind=form.get("kind", ""),
        owner_kind=form.get("owner_kind", ""),
        municipality=form.get("municipality", ""),
        phone=form.get("phone", ""),
        url=form.get("url", ""),
        source=form.get("source", ""),
        age_groups=tuple(form.getlist("age_groups")),
        roles=tuple(form.getlist("roles")),
        languages=tuple(form.getlist("languages")),
        drop_in="drop_in" in form,
        times=tuple(filter(_says_something, (_times(form, n) for n in range(_lines(form))))),
        on_holidays="on_holidays" in form,
        pauses=form.get("pauses", "")[:2000],
        valid_from=form.get("valid_from", ""),
        valid_to=form.get("valid_to", ""),
    )


def _lines(form: MultiDict[str, str]) -> int:
    return sum(1 for n in range(20) if f"begins_{n}" in form)


def _times(form: MultiDict[str, str], n: int) -> Times:
    return Times(
        every=form.get(f"every_{n}", ""),
        days=tuple(form.getlist(f"days_{n}")),
        rule=form.get(f"rule_{n}", ""),
        begins=form.get(f"begins_{n}", "").strip(),
        ends=form.get(f"ends_{n}", "").strip(),
    )


def _says_something(times: Times) -> bool:
    return bool(times.days or times.begins or times.ends or times.rule)


def _keepers_only() -> None:
    if not editing.may_keep(g.actor):
        abort(403)
