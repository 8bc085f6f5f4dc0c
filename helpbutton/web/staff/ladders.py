"""Ladders: who is told, and when, while nobody answers; each organisation and each desk may have its own."""

from typing import Any

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from helpbutton.errors import Conflict, FieldError, Invalid
from helpbutton.escalation.ladder import CHANNELS, MOST_STEPS, SUBJECTS, WHO
from helpbutton.escalation.ladder_list import Scope, held_ladders, scope_of, scopes
from helpbutton.escalation.ladders import set_ladder
from helpbutton.reasons import N_
from helpbutton.web.policy import policy
from helpbutton.web.staff import site_form
from helpbutton.web.staff.frame import staff_blueprint, staff_language, staff_page

bp = staff_blueprint("ladders", __name__)

SPARE_STEPS = 2
SUBJECT_WORDS = {
    "urgent": N_("An urgent case"),
    "first_contact": N_("The first answer is late"),
    "next_answer": N_("The answer to a message is late"),
    "acceptance": N_("Nobody has accepted an assigned case"),
    "hand_over": N_("Nobody has accepted a case that was handed over"),
    "statutory": N_("A date set by law is near or past"),
}
WHO_WORDS = {
    "assigned": N_("The person who has the case"),
    "duty": N_("Who is on duty"),
    "second": N_("One more colleague of the desk"),
    "desk": N_("The desk's duty number"),
    "lead": N_("The desk's leads"),
    "county_duty": N_("The desk that stands in at night"),
    "administrators": N_("The administrators"),
}
CHANNEL_WORDS = {"sms": N_("text message"), "email": N_("e-mail")}
ORIGIN_WORDS = {
    "own": N_("Its own"),
    "organisation": N_("As in the whole organisation"),
    "usual": N_("As it comes with the product"),
}


@bp.get("/ladders")
@policy("staff")
def index() -> Response:
    """Every ladder that holds at one desk or in one organisation."""
    found = scopes(g.actor)
    if not found:
        abort(403)
    scope = _scope() if "of" in request.args else found[0]
    return staff_page(
        "staff/ladders.html",
        scopes=found,
        scope=scope,
        address=_address(scope),
        address_of=_address,
        held=held_ladders(scope),
        done=request.args.get("done", ""),
        **_words(),
    )


@bp.get("/ladders/<subject>")
@policy("staff")
def show(subject: str) -> Response:
    """The form of one ladder."""
    return _form(subject)


@bp.post("/ladders/<subject>")
@policy("staff")
def save(subject: str) -> AnyResponse:
    """Give it a ladder of its own, or the one above again."""
    scope = _scope()
    try:
        set_ladder(
            actor=g.actor,
            subject=subject,
            organisation_id=scope.organisation_id,
            service_id=scope.service_id,
            ladder=None if "again" in request.form else _typed(request.form),
            edition=request.form.get("edition", ""),
        )
    except Invalid as refusal:
        return _form(subject, status=422, errors=refusal.errors, typed=_typed(request.form))
    except Conflict:
        return _form(subject, status=409, typed=_typed(request.form), stale=True)
    return redirect(url_for(".index", of=_address(scope), done=subject), 303)


def _form(
    subject: str,
    *,
    status: int = 200,
    errors: tuple[FieldError, ...] = (),
    typed: dict[str, Any] | None = None,
    stale: bool = False,
) -> Response:
    if subject not in SUBJECTS:
        abort(404)
    scope = _scope()
    held = next(row for row in held_ladders(scope) if row.subject == subject)
    shown = typed or held.ladder.as_json()
    spare = [{"after_min": "", "who": "", "channels": ()}] * min(
        SPARE_STEPS, MOST_STEPS - len(shown["steps"])
    )
    return staff_page(
        "staff/ladder.html",
        status=status,
        scope=scope,
        address=_address(scope),
        held=held,
        steps=[*shown["steps"], *spare],
        nag_min=shown["nag_min"],
        edition=request.form.get("edition", held.edition) if errors else held.edition,
        stale=stale,
        errors=site_form.in_words(errors, staff_language()),
        **_words(),
    )


def _typed(form: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed in the shape of config/escalation.json; a step without people is left out."""
    steps = [
        {
            "after_min": _minutes(form.get(f"after_min_{n}", "")),
            "who": form[f"who_{n}"],
            "channels": form.getlist(f"channels_{n}"),
        }
        for n in range(MOST_STEPS)
        if form.get(f"who_{n}")
    ]
    return {"nag_min": _minutes(form.get("nag_min", "")), "steps": steps}


def _minutes(typed: str) -> int | str:
    plain = typed.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 9 else typed


def _scope() -> Scope:
    organisation, _, desk = request.values.get("of", "").partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in (organisation, desk or "0")):
        abort(404)
    return scope_of(g.actor, int(organisation), int(desk) if desk else None)


def _address(scope: Scope) -> str:
    """How addresses name a scope: the organisation's id, for a desk with its own after it."""
    return f"{scope.organisation_id}-{scope.service_id}" if scope.service_id else str(scope.organisation_id)


def _words() -> dict[str, Any]:
    return {
        "subjects": SUBJECT_WORDS,
        "people": {who: WHO_WORDS[who] for who in WHO},
        "channels": {channel: CHANNEL_WORDS[channel] for channel in CHANNELS},
        "origins": ORIGIN_WORDS,
    }
