"""Health for supervisors and load balancers: the process answers; requests are kept and worked on."""

from flask import Blueprint, Response, jsonify

from helpbutton import heartbeat, outbox
from helpbutton.directory import queries as directory
from helpbutton.web.policy import policy

bp = Blueprint("health", __name__, url_prefix="/health")
TOO_LONG_DUE_S = 120


@bp.get("/live")
@policy("public")
def live() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok")


@bp.get("/ready")
@policy("public")
def ready() -> Response:
    """200 when the database answers, a sweeper is alive and no to-do has been due for two minutes; else 503."""
    directory.installation()
    waited = outbox.oldest_due().total_seconds()
    checks = {
        "database": True,
        "sweeper": heartbeat.alive("sweeper"),
        "todos_on_time": waited < TOO_LONG_DUE_S,
        "nothing_resting": not outbox.resting(),
    }
    response = jsonify(status="ok" if all(checks.values()) else "attention", checks=checks)
    response.status_code = 200 if checks["sweeper"] and checks["todos_on_time"] else 503
    return response
