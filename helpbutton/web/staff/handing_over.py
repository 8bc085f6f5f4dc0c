"""Offering a case to another desk: which desk, why, on what ground; and keeping it after all."""

import uuid
from collections.abc import Sequence
from functools import partial

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton import clock
from helpbutton.cases import transfer
from helpbutton.cases.handovers import handovers, targets
from helpbutton.cases.queries import CasePage, open_case
from helpbutton.directory import queries as directory
from helpbutton.directory.queries import Place
from helpbutton.errors import Conflict, FieldError, Invalid, NotFound
from helpbutton.routing.match import Facts, match
from helpbutton.web.numbers import row_id
from helpbutton.web.policy import policy
from helpbutton.web.staff.case_page import (
    case_blueprint,
    make_move,
    token_of_form,
    version_of_form,
)
from helpbutton.web.staff.frame import staff_language, staff_page
from helpbutton.web.vocabulary import municipality_names

bp = case_blueprint("handing_over", __name__)


@bp.get("/cases/<number>/hand-over")
@policy("staff")
def choose(number: str) -> Response:
    """The desks of the organisation, and those of the municipality that is asked for."""
    return _form(open_case(actor=g.actor, number=number))


@bp.post("/cases/<number>/hand-over")
@policy("staff")
def offer(number: str) -> AnyResponse:
    """Offer the case to the chosen desk."""
    given = transfer.Offer(
        to=request.form.get("to", -1, type=row_id),
        why=request.form.get("why", ""),
        ground=request.form.get("ground", ""),
        token=token_of_form(),
    )
    try:
        transfer.offer(actor=g.actor, number=number, version=version_of_form(), given=given)
    except Invalid as refusal:
        return _form(open_case(actor=g.actor, number=number), status=422, errors=refusal.errors)
    except Conflict:
        return _form(open_case(actor=g.actor, number=number), status=409)
    return redirect(url_for("case.show", number=number, _anchor="transfer"), 303)


@bp.post("/cases/<number>/take-back")
@policy("staff")
def take_back(number: str) -> AnyResponse:
    """The desk keeps the case after all."""
    return make_move(
        "transfer",
        number,
        partial(transfer.take_back, version=version_of_form()),
        anchor="transfer",
        reached=lambda case: handovers(actor=g.actor, case_id=case.id).offered is None,
    )


def _form(case: CasePage, *, status: int = 200, errors: Sequence[FieldError] = ()) -> Response:
    place = _place(request.values.get("municipality", ""), case)
    proposed = {case.proposal.service_id} if case.proposal else set()
    spent = any(error.code == "sent_already" for error in errors)
    found, fits = targets(case_id=case.id, routed=_routed(place) | proposed), _fitting(case, place)
    return staff_page(
        "staff/hand_over.html",
        status=status,
        case=case,
        place=place,
        municipalities=municipality_names(
            (known.code for known in directory.municipalities()), staff_language()
        ),
        targets=sorted(found, key=lambda desk: desk.id != fits),
        fits=fits,
        chosen=request.values.get("to", ""),
        grounds=next((desk.grounds for desk in found if not desk.same_organisation), ()),
        errors={error.field: error for error in errors},
        changed=status == 409,
        token=("" if spent else request.form.get("token", "")) or uuid.uuid4(),
        typed=request.form,
    )


def _place(code: str, case: CasePage) -> Place:
    """The municipality that is asked for, else the sender's own."""
    try:
        return directory.municipality(code or case.municipality)
    except NotFound:
        return directory.municipality(case.municipality)


def _routed(place: Place) -> frozenset[int]:
    """The desks to which the directory leads from a municipality."""
    today = clock.today()
    return frozenset(route.desk for route in directory.routes_of(place) if route.valid_on(today))


def _fitting(case: CasePage, place: Place) -> int | None:
    """The desk to which a request like this one would go from the municipality."""
    facts = Facts(
        municipality=place.code,
        county=place.county,
        topic=case.topic,
        kind=case.kind,
        language=case.language,
        age_group=case.age_group,
        role=case.role,
        areas=directory.areas_of(place.code),
    )
    found = match(facts, directory.routes_of(place), on=clock.today())
    return found.desk if found else None
