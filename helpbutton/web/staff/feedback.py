"""Feedback on accessibility, for administrators: what was told, by when it is answered, and that it was."""

from flask import Response, abort, g, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton import clock
from helpbutton.feedback import operations as feedback
from helpbutton.feedback.operations import FeedbackView
from helpbutton.web.policy import policy
from helpbutton.web.staff.frame import staff_blueprint, staff_language, staff_page
from helpbutton.web.staff.promise_clock import PromiseClock, promise_clock

bp = staff_blueprint("feedback", __name__)


@bp.get("/feedback")
@policy("staff")
def show() -> Response:
    """What waits comes first, each with its clock."""
    _administrators_only()
    return staff_page(
        "staff/feedback.html", feedback=feedback.read_feedback(actor=g.actor), clock_of=_clock_of
    )


@bp.post("/feedback/<int:feedback_id>")
@policy("staff")
def answered(feedback_id: int) -> AnyResponse:
    """Mark one as answered."""
    _administrators_only()
    feedback.mark_answered(actor=g.actor, feedback_id=feedback_id)
    return redirect(url_for(".show"), 303)


def _clock_of(view: FeedbackView) -> PromiseClock:
    return promise_clock(
        respond_by=view.respond_by,
        answered=view.answered_at is not None,
        now=clock.now(),
        language=staff_language(),
    )


def _administrators_only() -> None:
    if not feedback.administered(g.actor):
        abort(403)
