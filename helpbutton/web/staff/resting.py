"""What waits for a human: alerts nobody has accepted, to-dos that rest, notifications held, refused or given up."""

from contextlib import suppress

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton.errors import Conflict
from helpbutton.escalation.queries import nobody_accepted
from helpbutton.notifications import queries as notification_queries
from helpbutton.notifications import settling, stops
from helpbutton.notifications.decisions import DECISIONS as NOT_SENT
from helpbutton.watching import resting
from helpbutton.web.policy import policy
from helpbutton.web.staff.frame import overseers_only, staff_blueprint, staff_page

bp = staff_blueprint("resting", __name__)

SETTLE = {"retry": settling.retry_held, "call": settling.call_instead, "drop": settling.drop_held}


@bp.get("/resting")
@policy("staff")
def show() -> Response:
    """The lists, without personal data."""
    overseers_only()
    return staff_page(
        "staff/resting.html",
        climbs=nobody_accepted(g.actor),
        to_dos=resting.waiting(g.actor),
        notifications=notification_queries.waiting_for_human(g.actor),
        in_quarantine=notification_queries.waiting_in_quarantine(g.actor),
        spent_budgets=notification_queries.spent_budgets(g.actor),
        because=NOT_SENT,
        stopped=notification_queries.stopped_channels(),
        may_open=bool(g.actor.organisations_as("administrator")),
    )


@bp.post("/resting/to-dos/<int:todo_id>")
@policy("staff")
def try_to_do_again(todo_id: int) -> AnyResponse:
    """Let a resting to-do be tried from the start."""
    overseers_only()
    resting.wake(actor=g.actor, todo_id=todo_id)
    return redirect(url_for(".show"), 303)


@bp.post("/resting/to-dos/<int:todo_id>/give-up")
@policy("staff")
def give_to_do_up(todo_id: int) -> AnyResponse:
    """An administrator leaves a resting to-do undone."""
    overseers_only()
    resting.give_up(actor=g.actor, todo_id=todo_id)
    return redirect(url_for(".show"), 303)


@bp.post("/resting/notifications/<int:notification_id>")
@policy("staff")
def settle_notification(notification_id: int) -> AnyResponse:
    """Send it once more, call instead, or give it up. Answers 400 to anything else."""
    overseers_only()
    settle = SETTLE.get(request.form.get("decision", ""))
    if settle is None:
        abort(400)
    with suppress(Conflict):
        settle(actor=g.actor, notification_id=notification_id)
    return redirect(url_for(".show"), 303)


@bp.post("/resting/channels/<channel>")
@policy("staff")
def open_channel(channel: str) -> AnyResponse:
    """An administrator has put the channel in order: everything that waits may leave."""
    overseers_only()
    stops.try_now(actor=g.actor, channel=channel)
    return redirect(url_for(".show"), 303)
