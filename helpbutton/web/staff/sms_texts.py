"""The messages to families in an organisation's own words, with what a phone would show and how long it is."""

from collections.abc import Mapping, Sequence

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton.errors import Conflict, FieldError, Invalid
from helpbutton.i18n import LANGUAGES
from helpbutton.notifications import own_texts, texts, wording
from helpbutton.reasons import N_
from helpbutton.web.numbers import row_id
from helpbutton.web.policy import policy
from helpbutton.web.public.choices import AUTONYMS
from helpbutton.web.staff.frame import staff_blueprint, staff_language, staff_page

bp = staff_blueprint("sms_texts", __name__)

PURPOSES = {
    "confirmation": N_("When a request has arrived"),
    "nudge": N_("When there is a message to read"),
    "slipped": N_("When a promised date has passed"),
}
WORDINGS = {
    "neutral": N_("Neutral: for everybody"),
    "named": N_("For those who allowed the service to be named"),
}


@bp.get("/texts")
@policy("staff")
def show() -> Response:
    """Every text of one organisation in one language."""
    return _page()


@bp.post("/texts")
@policy("staff")
def save() -> AnyResponse:
    """Store one text, or show it again with what is wrong and what a phone would show."""
    organisation_id, tongue = _organisation(), _tongue()
    purpose, kind = request.form.get("purpose", ""), request.form.get("wording", "")
    try:
        own_texts.change(
            actor=g.actor,
            organisation_id=organisation_id,
            purpose=purpose,
            kind=kind,
            language=tongue,
            text=request.form.get("text", ""),
            version=request.form.get("version", -1, type=row_id),
        )
    except Invalid as refusal:
        return _page(status=422, failed=(purpose, kind), errors=refusal.errors, typed=request.form)
    except Conflict:
        return _page(status=409, failed=(purpose, kind), typed=request.form)
    return redirect(url_for(".show", of=organisation_id, tongue=tongue, done=f"{purpose}-{kind}"), 303)


def _page(
    *,
    status: int = 200,
    failed: tuple[str, str] | None = None,
    errors: Sequence[FieldError] = (),
    typed: Mapping[str, str] | None = None,
) -> Response:
    organisation_id, tongue = _organisation(), _tongue()
    desk = own_texts.longest_name(organisation_id, tongue)
    return staff_page(
        "staff/sms_texts.html",
        status=status,
        organisations=own_texts.organisations_of(g.actor),
        organisation_id=organisation_id,
        tongue=tongue,
        tongues=[(code, AUTONYMS[code]) for code in LANGUAGES],
        rows=own_texts.texts_of(actor=g.actor, organisation_id=organisation_id, language=tongue),
        purposes=PURPOSES,
        wordings=WORDINGS,
        phone=lambda text: wording.filled(text, reference=wording.SAMPLE_REFERENCE, desk=desk),
        segments=texts.segments,
        failed=failed,
        errors=errors,
        typed=typed or {},
        done=request.args.get("done"),
        desk=desk,
    )


def _organisation() -> int:
    mine = own_texts.may_edit(g.actor)
    if not mine:
        abort(403)
    asked = request.values.get("of", type=row_id)
    if asked is not None and asked not in mine:
        abort(404)
    return asked or min(mine)


def _tongue() -> str:
    asked = request.values.get("tongue", staff_language())
    return asked if asked in LANGUAGES else staff_language()
