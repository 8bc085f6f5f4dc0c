"""The hand-over of a shift: what is open, urgent, overdue and promised today at each desk, and a note for the next."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton import clock
from helpbutton.cases import worklist as cases
from helpbutton.cases.views import Filters
from helpbutton.cases.worklist import WorklistRow
from helpbutton.directory import queries as directory
from helpbutton.directory.queries import Desk
from helpbutton.errors import FieldError, Invalid
from helpbutton.staff import duty_notes
from helpbutton.staff.duty_notes import NoteView
from helpbutton.web.policy import policy
from helpbutton.web.staff.case_page import token_of_form
from helpbutton.web.staff.duty import id_of
from helpbutton.web.staff.frame import staff_blueprint, staff_language, staff_page
from helpbutton.web.staff.promise_clock import promise_clock

bp = staff_blueprint("duty_handover", __name__)

PRESSING = ("urgent", "overdue", "due_today")
PRESSING_ELSEWHERE = ("urgent", "overdue")


@dataclass(frozen=True)
class DeskNow:
    """How a desk stands: how many cases each view holds, the pressing ones of each kind, and the last note."""

    desk: Desk
    counts: Mapping[str, int]
    pressing: Mapping[str, Sequence[WorklistRow]]
    note: NoteView | None


@bp.get("/duty/handover")
@policy("staff")
def show() -> Response:
    """Every desk of the reader."""
    return _page()


@bp.post("/duty/handover")
@policy("staff")
def leave_note() -> AnyResponse:
    """A note for the next shift of one desk."""
    service_id = id_of("desk") or 0
    try:
        duty_notes.write_note(
            actor=g.actor, service_id=service_id, words=request.form.get("words", ""), token=token_of_form()
        )
    except Invalid as refusal:
        return _page(status=422, failed=service_id, errors=refusal.errors)
    return redirect(url_for(".show", done=service_id, _anchor=f"desk-{service_id}"), 303)


def _page(*, status: int = 200, failed: int | None = None, errors: Sequence[FieldError] = ()) -> Response:
    if not g.actor.services:
        abort(403)
    language = staff_language()
    return staff_page(
        "staff/duty_handover.html",
        status=status,
        desks=_desks(),
        elsewhere=_elsewhere(),
        topics={topic.id: topic.names for topic in directory.topics()},
        count_limit=cases.COUNT_LIMIT,
        clock_of=lambda row: promise_clock(
            respond_by=row.respond_by, answered=row.answered, now=clock.now(), language=language
        ),
        form_token=uuid.uuid4(),
        words_limit=duty_notes.WORDS_LIMIT,
        failed=failed,
        errors=errors,
        typed=request.form,
        done=id_of("done"),
    )


def _desks() -> list[DeskNow]:
    notes = duty_notes.last_notes(g.actor)
    found = sorted(directory.desks(g.actor.services).values(), key=lambda desk: desk.id)
    return [_now(desk, notes.get(desk.id)) for desk in found]


def _elsewhere() -> dict[str, list[WorklistRow]] | None:
    """What presses at the closed desks for which the reader's are on duty now; None where there are none."""
    if not g.actor.stands_in:
        return None
    on_duty = replace(g.actor, services={})
    return {view: cases.worklist(actor=on_duty, view=view) for view in PRESSING_ELSEWHERE}


def _now(desk: Desk, note: NoteView | None) -> DeskNow:
    only = Filters(service=desk.id)
    pressing = {view: cases.worklist(actor=g.actor, view=view, filters=only) for view in PRESSING}
    return DeskNow(desk, cases.counts(actor=g.actor, filters=only), pressing, note)
