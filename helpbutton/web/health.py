"""Health for supervisors and load balancers: the process answers; requests are kept and worked on."""

from flask import Blueprint, Response, jsonify

from helpbutton.directory import queries as directory
from helpbutton.watching import queries as watching
from helpbutton.watching.checks import CHECKS, failing
from helpbutton.web.policy import policy

bp = Blueprint("health", __name__, url_prefix="/health")


@bp.get("/live")
@policy("public")
def live() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok")


@bp.get("/ready")
@policy("public")
def ready() -> Response:
    """200 when the database answers, a sweeper is alive and no to-do has been due for two minutes; else 503.

    Whatever else is wrong makes the status "attention": requests are kept and worked on all the same.
    """
    directory.installation()
    facts = watching.facts()
    checks = {"database": True} | {check.name: check.holds(facts) for check in CHECKS}
    response = jsonify(status="ok" if all(checks.values()) else "attention", checks=checks)
    response.status_code = 503 if failing(facts, "down") else 200
    return response
