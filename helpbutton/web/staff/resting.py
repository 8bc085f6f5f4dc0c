"""What waits for a human: to-dos that rest after their last try, notifications held or refused."""

from contextlib import suppress

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton import outbox
from helpbutton.errors import Conflict
from helpbutton.notifications import operations as notifications
from helpbutton.notifications import queries as notification_queries
from helpbutton.web.policy import policy
from helpbutton.web.staff.frame import overseers_only, staff_blueprint, staff_page

bp = staff_blueprint("resting", __name__)


@bp.get("/resting")
@policy("staff")
def show() -> Response:
    """Both lists, without personal data."""
    overseers_only()
    return staff_page(
        "staff/resting.html",
        to_dos=outbox.resting(),
        notifications=notification_queries.waiting_for_human(g.actor),
        in_quarantine=notification_queries.waiting_in_quarantine(g.actor),
        spent_budgets=notification_queries.spent_budgets(g.actor),
    )


@bp.post("/resting/to-dos/<int(max=9223372036854775807):todo_id>")
@policy("staff")
def try_to_do_again(todo_id: int) -> AnyResponse:
    """Let a resting to-do be tried from the start."""
    overseers_only()
    outbox.wake(todo_id=todo_id)
    return redirect(url_for(".show"), 303)


@bp.post("/resting/notifications/<int(max=9223372036854775807):notification_id>")
@policy("staff")
def settle_notification(notification_id: int) -> AnyResponse:
    """Send a held or refused notification once more, or leave it because it was settled in another way."""
    overseers_only()
    settle = notifications.drop_held if request.form.get("decision") == "drop" else notifications.retry_held
    with suppress(Conflict):
        settle(actor=g.actor, notification_id=notification_id)
    return redirect(url_for(".show"), 303)
