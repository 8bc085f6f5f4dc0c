"""Outside the button: calls and visits as cases, steps that the law demands elsewhere, recording a case onwards."""

import json
import uuid
from collections.abc import Mapping, Sequence
from functools import partial

from flask import Response, abort, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton.cases import onwards, registering, statutory
from helpbutton.cases.handovers import handovers
from helpbutton.cases.queries import CasePage, open_case
from helpbutton.cases.submission import AGE_GROUPS, KINDS, ROLES, WITH_CONSENT, parse
from helpbutton.conversation.queries import thread_for_staff
from helpbutton.directory import queries as directory
from helpbutton.directory.queries import in_language
from helpbutton.errors import AlreadyReceived, Conflict, FieldError, Invalid
from helpbutton.i18n import LANGUAGES
from helpbutton.web.numbers import row_id
from helpbutton.web.policy import policy
from helpbutton.web.promise_words import promise_words
from helpbutton.web.public import choices
from helpbutton.web.sign_in.step_up import fresh
from helpbutton.web.staff import safe_contact
from helpbutton.web.staff.case_export import as_data
from helpbutton.web.staff.case_page import case_blueprint, make_move, token_of_form
from helpbutton.web.staff.frame import staff_blueprint, staff_language, staff_page
from helpbutton.web.vocabulary import municipality_names, word

bp = case_blueprint("outside", __name__)
register_bp = staff_blueprint("register", __name__)

TYPED = (
    "text",
    "kind",
    "municipality",
    "topic",
    "language",
    "interpreter",
    "role",
    "child_age_group",
    "existing_worker",
)
FLAGS = ("may_forward", "do_not_tell_guardian", "secret_address")
CONTACT = ("name", "phone", "email", "not_before", "not_after")
CONTACT_FLAGS = ("safe_to_call", "safe_to_leave_message", "safe_to_text")


@register_bp.get("/register")
@policy("staff")
def form() -> Response:
    """An empty form for a call or a visit."""
    return _form({})


@register_bp.post("/register")
@policy("staff")
def register() -> Response:
    """Register it and show the receipt code, in this answer alone."""
    given = request.form
    service_id = given.get("desk", -1, type=row_id)
    try:
        site = registering.site_of_calls(actor=g.actor, service_id=service_id)
        receipt = registering.register(
            actor=g.actor,
            service_id=service_id,
            channel=given.get("channel", ""),
            submission=parse(_submission(given, site)),
            idempotency_key=token_of_form(),
        )
    except Invalid as refusal:
        return _form(given, status=422, errors=refusal.errors)
    except (AlreadyReceived, Conflict):
        return _form(given, status=409)
    return staff_page(
        "staff/registered.html",
        number=receipt.number,
        code=receipt.receipt_code,
        promise=promise_words(receipt.desk, receipt.respond_by, language=staff_language()),
    )


@bp.post("/cases/<number>/statutory")
@policy("staff")
def note_step(number: str) -> AnyResponse:
    """Note a step that was taken elsewhere."""
    given = request.form
    noted = partial(
        statutory.note_step,
        kind=given.get("step_kind", ""),
        ground=given.get("step_ground", ""),
        taken_on=given.get("taken_on", ""),
        by=given.get("step_by", ""),
        about=given.get("step_about", ""),
        token=token_of_form(),
    )
    return make_move("statutory", number, noted, anchor="statutory")


@bp.get("/cases/<number>/onwards")
@policy("staff")
def onward(number: str) -> Response:
    """The whole case on one page, to be copied or printed, and what has been recorded where."""
    onwards.put_on_record(actor=g.actor, number=number, way="print")
    return _onward(open_case(actor=g.actor, number=number))


@bp.post("/cases/<number>/export")
@policy("staff")
@fresh
def export(number: str) -> Response:
    """The whole case as a JSON file."""
    onwards.put_on_record(actor=g.actor, number=number, way="export")
    case = open_case(actor=g.actor, number=number)
    thread, handed = thread_for_staff(case_id=case.id), handovers(actor=g.actor, case_id=case.id)
    data = as_data(case, thread, handed)
    response = make_response(json.dumps(data, ensure_ascii=False, indent=1))
    response.headers["Content-Type"] = "application/json; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{number}.json"'
    return response


@bp.post("/cases/<number>/recorded")
@policy("staff")
def recorded(number: str) -> AnyResponse:
    """It stands in the client record system now."""
    try:
        onwards.mark_recorded(
            actor=g.actor, number=number, system=request.form.get("system", ""), token=token_of_form()
        )
    except Invalid as refusal:
        return _onward(open_case(actor=g.actor, number=number), status=422, errors=refusal.errors)
    return redirect(url_for("case.show", number=number, _anchor="recorded"), 303)


def _onward(case: CasePage, *, status: int = 200, errors: Sequence[FieldError] = ()) -> Response:
    return staff_page(
        "staff/onwards.html",
        status=status,
        case=case,
        cautions=safe_contact.cautions(case, staff_language()),
        thread=thread_for_staff(case_id=case.id),
        handed=handovers(actor=g.actor, case_id=case.id),
        errors=errors,
        typed=request.form,
        form_token=uuid.uuid4(),
    )


def _form(given: Mapping[str, str], *, status: int = 200, errors: Sequence[FieldError] = ()) -> Response:
    if not g.actor.services:
        abort(403)
    language = staff_language()
    return staff_page(
        "staff/register.html",
        status=status,
        typed=given,
        errors={error.field: error for error in errors},
        desks=[
            (key, in_language(desk.names, language))
            for key, desk in sorted(directory.desks(set(g.actor.services)).items())
        ],
        channels=registering.CHANNELS,
        places=municipality_names((place.code for place in directory.municipalities()), language).items(),
        topics=[(topic.id, in_language(topic.names, language)) for topic in directory.topics()],
        tongues=[(code, word("language", code, language)) for code in LANGUAGES],
        kinds=[(code, word("kind", code, language)) for code in KINDS if code != WITH_CONSENT],
        roles=[(code, word("role", code, language)) for code in ROLES],
        interpreters=list(choices.interpreters(language).items()),
        age_groups=[(code, word("age_group", code, language)) for code in AGE_GROUPS],
        form_token=given.get("token") if status == 422 else uuid.uuid4(),
    )


def _submission(given: Mapping[str, str], site: str) -> dict[str, object]:
    ticked = {name: given.get(name) == "1" for name in FLAGS}
    contact = {name: given.get(name, "").strip() or None for name in CONTACT}
    contact_flags = {name: given.get(name) == "1" for name in CONTACT_FLAGS}
    words = {name: given.get(name, "").strip() or None for name in TYPED}
    return {
        **{name: value for name, value in words.items() if value is not None},
        **ticked,
        "site": site,
        "text": given.get("text", ""),
        "contact": {**contact, **contact_flags, "preferred": "phone" if contact["phone"] else None},
    }
