"""The health of the installation in words, for administrators: what holds, what does not, and what to do then."""

from flask import Response, abort, g

from helpbutton.routing.coverage import Gap
from helpbutton.watching import queries as watching
from helpbutton.watching.checks import CHECKS, Facts, Level, failing
from helpbutton.web.policy import policy
from helpbutton.web.staff import health_words as words
from helpbutton.web.staff.frame import staff_blueprint, staff_language, staff_page
from helpbutton.web.staff.gap_words import GapLine, gap_lines

bp = staff_blueprint("health_page", __name__)

OF_THE_PROOF = ("routes_lead_to_desks", "routes_proved")
"""Checks that say nothing before the first proof."""


@bp.get("/health")
@policy("staff")
def show() -> Response:
    """Every check, the worst first; the same facts as `/metrics` and `/health/ready`."""
    if "administrator" not in g.actor.organisations.values():
        abort(403)
    facts = watching.facts()
    judged = (check for check in CHECKS if facts.proof or check.name not in OF_THE_PROOF)
    order = sorted(judged, key=lambda check: check.holds(facts))
    return staff_page(
        "staff/health.html",
        lines=[words.line(check, facts, staff_language()) for check in order],
        worst=_worst(facts),
        facts=facts,
        stages=words.STAGES,
        outcomes=_outcomes(facts),
        first_gaps=_first_gaps(facts),
    )


def _worst(facts: Facts) -> str:
    levels: tuple[Level, ...] = ("down", "alarm", "attention")
    return next((level for level in levels if failing(facts, level)), "ok")


def _first_gaps(facts: Facts) -> list[GapLine]:
    """One gap of each reason that the last proof of the routes found."""
    first = facts.proof.first if facts.proof else ()
    return gap_lines((Gap(code, topic, why, combinations=1) for code, topic, why in first), staff_language())


def _outcomes(facts: Facts) -> list[tuple[str, dict[str, int]]]:
    """Each channel with what its attempts of the last quarter of an hour came to."""
    channels = sorted({channel for channel, _ in facts.outcomes}, reverse=True)
    return [
        (channel, {outcome: n for (of, outcome), n in facts.outcomes.items() if of == channel})
        for channel in channels
    ]
