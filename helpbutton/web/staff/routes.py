"""Routes: where requests go, changed only after a look at what the change would have done and at its proof."""

import datetime as dt
from collections.abc import Mapping

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton import clock
from helpbutton.directory import queries as directory
from helpbutton.errors import FieldError, Invalid, NotFound
from helpbutton.routing import queries
from helpbutton.routing.coverage import Gap
from helpbutton.routing.new_routes import CONDITIONS
from helpbutton.routing.operations import LeavesGaps, change_routes, new_gaps
from helpbutton.routing.route_list import names_of, places, routed_desks, routes_to
from helpbutton.routing.trial import RouteChange, Trial, in_range, what_if
from helpbutton.web.policy import policy
from helpbutton.web.sessions import CSRF_FIELD
from helpbutton.web.staff import route_form, site_form
from helpbutton.web.staff.frame import staff_blueprint, staff_language, staff_page
from helpbutton.web.staff.gap_words import gap_lines
from helpbutton.web.vocabulary import municipality_names

bp = staff_blueprint("routes", __name__)

LOOKED_BACK = dt.timedelta(days=365)


@bp.get("/routes")
@policy("staff")
def index() -> Response:
    """The routes to one desk or all of the actor's, with the form for a change."""
    return _page()


@bp.post("/routes/trial")
@policy("staff")
def trial() -> AnyResponse:
    """What the change would have done to the cases of a year, and its proof; nothing is stored."""
    try:
        change = _change()
        found = what_if(
            change=change,
            since=clock.today() - LOOKED_BACK,
            organisations=g.actor.organisations_as("administrator"),
        )
    except Invalid as refusal:
        return _page(status=422, errors=refusal.errors)
    return _trial(change, found)


@bp.post("/routes")
@policy("staff")
def save() -> AnyResponse:
    """The change as it was tried, proved once more while it is stored."""
    try:
        change_routes(actor=g.actor, change=_change())
    except Invalid as refusal:
        return _page(status=422, errors=refusal.errors)
    except LeavesGaps as refusal:
        return _page(status=409, gaps=refusal.gaps)
    return redirect(url_for(".index", desk=request.form.get("service") or None, done="saved"), 303)


def _change() -> RouteChange:
    desks = _desks()
    change = route_form.change_from(request.form, desks=desks, places=places())
    if set(change.end) - {route.id for route in routes_to(desks, ids=change.end)}:
        raise NotFound("route")
    return change


def _trial(change: RouteChange, found: Trial) -> Response:
    language = staff_language()
    keys = {key for move in found.moves for key in (move.old, move.new) if key}
    return staff_page(
        "staff/route_trial.html",
        change=change,
        ended=routes_to(_desks(), ids=change.end),
        trial=found,
        in_range=in_range,
        moves=sorted(
            found.moves,
            key=lambda move: (-in_range(move.cases)[0], move.old or "", move.new or ""),
        ),
        names=names_of(keys | {row.service for row in change.add}),
        worse=not found.coverage.complete and new_gaps(queries.check(), found.coverage) is not None,
        gaps=gap_lines(found.coverage.gaps, language),
        places=places(),
        carried=[(name, value) for name, value in request.form.items(multi=True) if name != CSRF_FIELD],
    )


def _page(*, status: int = 200, errors: tuple[FieldError, ...] = (), gaps: tuple[Gap, ...] = ()) -> Response:
    desks, language = _desks(), staff_language()
    of, topic = request.args.get("desk", ""), request.args.get("topic", "")
    if not of and not topic:
        of = request.form.get("service") or next(iter(desks), "")
    return staff_page(
        "staff/routes.html",
        status=status,
        desks=desks,
        of=of,
        topic=topic,
        topics=directory.topics(),
        routes=routes_to([of] if of in desks else desks, topic=topic or None),
        places=_named_places(language),
        labels=route_form.LABELS,
        conditions=CONDITIONS,
        any_topic=route_form.ANY_TOPIC,
        typed=request.form,
        errors=site_form.in_words(errors, language),
        gaps=gap_lines(gaps, language),
        done=request.args.get("done", ""),
    )


def _named_places(language: str) -> dict[str, dict[str, str]]:
    """Names by code of the places where a route may lie, by their level."""
    known = places()
    return {
        "county": _named(known.counties, language),
        "area": _named(known.areas, language),
        "municipality": municipality_names(known.municipalities, language),
    }


def _named(names: Mapping[str, directory.Names], language: str) -> dict[str, str]:
    return {code: directory.in_language(each, language) for code, each in names.items()}


def _desks() -> dict[str, directory.Names]:
    if not g.actor.organisations_as("administrator"):
        abort(403)
    return routed_desks(g.actor)
