"""The worklist: which cases wait, how urgently, until when."""

from flask import Response, g, request

from helpbutton import clock
from helpbutton.cases import worklist as cases
from helpbutton.directory import queries as directory
from helpbutton.web.policy import policy
from helpbutton.web.staff.frame import staff_blueprint, staff_language, staff_page
from helpbutton.web.staff.promise_clock import PromiseClock, promise_clock
from helpbutton.web.vocabulary import municipality_name

bp = staff_blueprint("worklist", __name__)


@bp.get("/")
@policy("staff")
def show() -> Response:
    """One view of the worklist, or an honest word to a role that sees no cases."""
    if not g.actor.services:
        return staff_page("staff/no_cases.html")
    language = staff_language()
    view = request.args.get("view", "services")
    view = view if view in cases.VIEWS else "services"
    rows = cases.worklist(actor=g.actor, view=view)
    return staff_page(
        "staff/worklist.html",
        view=view,
        rows=rows,
        counts=cases.counts(actor=g.actor),
        count_limit=cases.COUNT_LIMIT,
        page_size=cases.PAGE,
        topics={topic.id: topic.names for topic in directory.topics()},
        places={code: municipality_name(code, language) for code in {row.municipality for row in rows}},
        clock_of=_clock_of,
        done=request.args.get("done"),
    )


def _clock_of(row: cases.WorklistRow) -> PromiseClock:
    return promise_clock(
        respond_by=row.respond_by, answered=row.answered, now=clock.now(), language=staff_language()
    )
