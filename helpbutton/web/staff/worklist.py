"""The worklist: which cases wait, how urgently, until when; what is new in it, and finding a case."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, g, jsonify, request

from helpbutton import clock, i18n
from helpbutton.cases import search as cases_found
from helpbutton.cases import worklist as cases
from helpbutton.cases.views import VIEWS, Filters, Place
from helpbutton.directory import queries as directory
from helpbutton.directory.queries import Desk, TopicView
from helpbutton.errors import Invalid
from helpbutton.staff.duty import on_duty_now
from helpbutton.web.numbers import row_id
from helpbutton.web.policy import policy
from helpbutton.web.staff.frame import staff_blueprint, staff_language, staff_page
from helpbutton.web.staff.promise_clock import PromiseClock, promise_clock
from helpbutton.web.vocabulary import municipality_name, municipality_names

bp = staff_blueprint("worklist", __name__)

MUNICIPALITY = re.compile("[0-9]{3}")


@dataclass(frozen=True)
class Choices:
    """What the reader may narrow a view to."""

    desks: Sequence[Desk]
    topics: Sequence[TopicView]
    languages: Sequence[str]
    municipalities: Mapping[str, str]


@bp.get("/")
@policy("staff")
def show() -> Response:
    """One page of a view of the worklist, or an honest word to a role that sees no cases."""
    if not g.actor.services:
        return staff_page("staff/no_cases.html")
    newest = cases.newest_line()
    view, filters = _asked()
    after = Place.parse(request.args.get("after", ""))
    return staff_page(
        "staff/worklist.html",
        view=view,
        choices=_choices(),
        filters=filters,
        address=_address(view, filters),
        later=after is not None,
        newest=newest,
        on_duty=on_duty_now(g.actor.services),
        counts=cases.counts(actor=g.actor, filters=filters),
        count_limit=cases.COUNT_LIMIT,
        done=request.args.get("done"),
        **_rows(cases.worklist(actor=g.actor, view=view, filters=filters, after=after)),
    )


@bp.get("/worklist/changes")
@policy("staff")
def changes() -> Response:
    """How many cases of the view have news since the page was made; asked again and again, mostly answered by 304."""
    newest = cases.newest_line()
    answer = Response(status=304)
    if not request.if_none_match.contains(str(newest)):
        view, filters = _asked()
        since = request.args.get("since", newest, type=row_id)
        new = cases.news(actor=g.actor, view=view, filters=filters, since=since)
        shown = f"{cases.COUNT_LIMIT}+" if new >= cases.COUNT_LIMIT else str(new)
        words = i18n.ngettext(staff_language(), "%(shown)s new", "%(shown)s new", new, shown=shown)
        answer = jsonify({"new": new, "shown": shown, "words": words})
    answer.set_etag(str(newest))
    return answer


@bp.route("/search", methods=["GET", "POST"])
@policy("staff")
def search() -> Response:
    """Cases found by what a person said on the phone; the words travel in a form, never in an address."""
    words = request.form.get("words", "")
    try:
        rows = cases_found.search(actor=g.actor, words=words) if request.method == "POST" else []
    except Invalid as refusal:
        return staff_page("staff/search.html", status=422, words=words, errors=refusal.errors, **_rows([]))
    return staff_page("staff/search.html", words=words, errors=(), **_rows(rows))


def _rows(rows: list[cases.WorklistRow]) -> dict[str, Any]:
    """Rows and what a template needs to put them into words."""
    language = staff_language()
    return {
        "rows": rows,
        "page_size": cases.PAGE,
        "topics": {topic.id: topic.names for topic in directory.topics()},
        "places": {code: municipality_name(code, language) for code in {row.municipality for row in rows}},
        "clock_of": lambda row: _clock_of(row, language),
    }


def _choices() -> Choices:
    served = set(directory.installation().counties)
    desks = directory.desks(g.actor.services).values()
    places = (place.code for place in directory.municipalities() if not served or place.county in served)
    return Choices(
        desks=sorted(desks, key=lambda desk: desk.id),
        topics=directory.topics(),
        languages=tuple(i18n.LANGUAGES),
        municipalities=municipality_names(places, staff_language()),
    )


def _asked() -> tuple[str, Filters]:
    """View and filters of the address; what nobody could choose is left out."""
    view, desk = request.args.get("view", "services"), request.args.get("desk")
    desks = directory.desks(g.actor.services).values() if desk else ()
    municipality = request.args.get("municipality", "")
    return view if view in VIEWS else "services", Filters(
        service=next((one.id for one in desks if one.key == desk), None),
        topic=_one_of("topic", [topic.id for topic in directory.topics()]),
        language=_one_of("language", i18n.LANGUAGES),
        municipality=municipality if MUNICIPALITY.fullmatch(municipality) else None,
    )


def _one_of(field: str, known: Collection[str]) -> str | None:
    asked = request.args.get(field)
    return asked if asked in known else None


def _address(view: str, filters: Filters) -> dict[str, str | None]:
    """What an address of this view with these filters says."""
    return {
        "view": view,
        "desk": request.args.get("desk") if filters.service is not None else None,
        "topic": filters.topic,
        "language": filters.language,
        "municipality": filters.municipality,
    }


def _clock_of(row: cases.WorklistRow, language: str) -> PromiseClock:
    return promise_clock(respond_by=row.respond_by, answered=row.answered, now=clock.now(), language=language)
