"""Cases that are being handed over: what other desks offer to the actor's, and what waits for other desks' word."""

from collections.abc import Sequence

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton.cases import handover_rules, handovers, transfer
from helpbutton.errors import FieldError, Invalid, NotFound
from helpbutton.web.policy import policy
from helpbutton.web.staff.case_page import NUMBER
from helpbutton.web.staff.frame import staff_blueprint, staff_page

bp = staff_blueprint("offers", __name__)


@bp.get("/offers")
@policy("staff")
def index() -> Response:
    """What waits for whose word, without personal data."""
    if not g.actor.services:
        abort(403)
    incoming, outgoing = handovers.open_offers(actor=g.actor)
    return staff_page(
        "staff/offers.html", incoming=incoming, outgoing=outgoing, done=request.args.get("done")
    )


@bp.get("/offers/<number>")
@policy("staff")
def show(number: str) -> AnyResponse:
    """What is offered, to be accepted or returned; the look is on record."""
    try:
        return _page(_known(number))
    except NotFound:
        return _decided(number)


@bp.post("/offers/<number>/accept")
@policy("staff")
def accept(number: str) -> AnyResponse:
    """The actor's desk takes the case over."""
    try:
        transfer.accept(actor=g.actor, number=_known(number))
    except NotFound:
        return _decided(number)
    return redirect(url_for("case.show", number=number), 303)


@bp.post("/offers/<number>/return")
@policy("staff")
def give_back(number: str) -> AnyResponse:
    """It is not for the actor's desk."""
    reason, words = request.form.get("return_reason", ""), request.form.get("return_words", "")
    try:
        return _give_back(_known(number), reason, words)
    except NotFound:
        return _decided(number)


def _give_back(number: str, reason: str, words: str) -> AnyResponse:
    try:
        transfer.give_back(actor=g.actor, number=number, reason=reason, words=words)
    except Invalid as refusal:
        return _page(number, status=422, errors=refusal.errors)
    return redirect(url_for(".index", done="returned"), 303)


def _page(number: str, *, status: int = 200, errors: Sequence[FieldError] = ()) -> Response:
    return staff_page(
        "staff/offer.html",
        status=status,
        offer=handovers.open_offer_page(actor=g.actor, number=number),
        return_reasons=handover_rules.RETURN_REASONS,
        errors={error.field: error for error in errors},
        typed=request.form,
    )


def _decided(number: str) -> AnyResponse:
    """Where an offer leads that somebody has decided meanwhile. Raises NotFound for one that never was."""
    status = handovers.last_status(actor=g.actor, number=number)
    if status is None:
        raise NotFound("offer")
    if status == "accepted":
        return redirect(url_for("case.show", number=number), 303)
    return redirect(url_for(".index", done=status), 303)


def _known(number: str) -> str:
    if not NUMBER.fullmatch(number):
        abort(404)
    return number
