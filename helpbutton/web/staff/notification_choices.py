"""A staff member's own choices: where alerts reach them, and what they want to be told of at which desk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response, g, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from helpbutton import clock
from helpbutton.db import reading
from helpbutton.directory import queries as directory
from helpbutton.directory.queries import Names
from helpbutton.errors import FieldError, Invalid
from helpbutton.staff import reach
from helpbutton.staff.choices import NEWS, PURPOSES, REMINDERS, SMS, URGENT, Choice
from helpbutton.staff.duty import on_duty
from helpbutton.web import field_messages
from helpbutton.web.policy import policy
from helpbutton.web.staff.frame import staff_blueprint, staff_language, staff_page

bp = staff_blueprint("notification_choices", __name__)

ALL_DESKS = ""
"""In the place of a desk's id in the names of fields."""


@dataclass(frozen=True)
class Place:
    """Where choices hold: at one desk, or (`service_id` None) at all of them. `fields` maps a purpose to its choice."""

    service_id: int | None
    names: Names | None
    chosen: Mapping[str, Choice]
    on_duty: bool


@bp.get("/notifications")
@policy("staff")
def show() -> Response:
    """What holds now."""
    now, choices = reach.own_reach(g.actor)
    return _page(now.phone or "", choices)


@bp.post("/notifications")
@policy("staff")
def save() -> AnyResponse:
    """Keep the choices; what is wrong is said beside what was typed."""
    phone, choices = request.form.get("phone", ""), _choices(request.form)
    try:
        reach.choose(actor=g.actor, phone=phone, choices=choices)
    except Invalid as refusal:
        return _page(phone, choices, status=422, errors=refusal.errors)
    return redirect(url_for(".show", saved=1), 303)


def _page(
    phone: str, choices: Sequence[Choice], *, status: int = 200, errors: Sequence[FieldError] = ()
) -> Response:
    language = staff_language()
    return staff_page(
        "staff/notification_choices.html",
        status=status,
        phone=phone,
        email=reach.own_reach(g.actor)[0].email,
        places=_places(choices),
        purposes=PURPOSES,
        urgent=URGENT,
        news=NEWS,
        errors={error.field: field_messages.in_words(error, language) for error in errors},
        saved="saved" in request.args,
    )


def _places(choices: Sequence[Choice]) -> list[Place]:
    """All desks first; the desks one by one only for those who have several."""
    desks = directory.desks(set(g.actor.services)) if len(g.actor.services) > 1 else {}
    now = clock.now()
    places = [Place(None, None, _chosen(choices, None), on_duty=False)]
    for service_id, desk in sorted(
        desks.items(), key=lambda item: directory.finnish_order(item[1].names["fi"])
    ):
        duty = g.actor.account_id in on_duty(reading(), service_id, now)
        places.append(Place(service_id, desk.names, _chosen(choices, service_id), duty))
    return places


def _chosen(choices: Sequence[Choice], service_id: int | None) -> Mapping[str, Choice]:
    return {choice.purpose: choice for choice in choices if choice.service_id == service_id}


def _choices(form: MultiDict[str, str]) -> list[Choice]:
    """What was chosen; an empty channel is no choice of one's own, and to gather something is none without a channel.
    Reminders at all desks that are only gathered come by SMS."""
    found = []
    for service_id in (None, *g.actor.services):
        place = ALL_DESKS if service_id is None else str(service_id)
        for purpose in PURPOSES:
            channel, digest = form.get(f"{purpose}_{place}", ""), f"digest_{purpose}_{place}" in form
            if digest and purpose == REMINDERS and service_id is None:
                channel = channel or SMS
            if channel or digest:
                found.append(Choice(purpose, channel, service_id, digest))
    return found
