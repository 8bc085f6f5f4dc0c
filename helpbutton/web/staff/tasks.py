"""Tasks of the desks that a person answers for: copies, erasures, withdrawn requests, each with its date."""

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton.cases import tasks
from helpbutton.web.policy import policy
from helpbutton.web.staff.frame import staff_blueprint, staff_page

bp = staff_blueprint("tasks", __name__)


@bp.get("/tasks")
@policy("staff")
def show() -> Response:
    """What is open, the most pressing first, without personal data."""
    if not tasks.answers_for(g.actor):
        abort(403)
    return staff_page("staff/tasks.html", rows=tasks.open_tasks(actor=g.actor))


@bp.post("/tasks/<int:task_id>/done")
@policy("staff")
def finish(task_id: int) -> AnyResponse:
    """The task is done; the sender sees it. Leads back to where the button was."""
    number = tasks.finish_task(actor=g.actor, task_id=task_id)
    if request.form.get("back") == "case":
        return redirect(url_for("case.show", number=number, _anchor="tasks"), 303)
    return redirect(url_for(".show"), 303)
