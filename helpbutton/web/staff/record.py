"""The audit record of an organisation, for its auditor: filtered, verified, and one case at a time for the family."""

import datetime as dt

from flask import Response, abort, g, request

from helpbutton import clock
from helpbutton.audit.operations import Verdict
from helpbutton.cases import record
from helpbutton.cases.record import Question
from helpbutton.web.dates import full_date, hour_words
from helpbutton.web.numbers import LARGEST_ID
from helpbutton.web.policy import policy
from helpbutton.web.staff.frame import staff_blueprint, staff_language, staff_page
from helpbutton.web.staff.record_words import ACTIONS, GROUNDS

bp = staff_blueprint("record", __name__)


@bp.get("/audit")
@policy("staff")
def show() -> Response:
    """One page of the record, newest first."""
    return _show()


@bp.post("/audit/verify")
@policy("staff")
def verify() -> Response:
    """Recompute every seal and say whether the record is whole."""
    organisation_id = _organisation()
    return _show(verdict=record.verify_record(actor=g.actor, organisation_id=organisation_id))


@bp.get("/audit/cases/<number>")
@policy("staff")
def report(number: str) -> Response:
    """Who has looked at a case, to print for the family."""
    organisation_id = _organisation()
    lines = record.log_report(actor=g.actor, organisation_id=organisation_id, number=number)
    if not lines:
        abort(404)
    return staff_page(
        "staff/log_report.html",
        lines=lines,
        number=number,
        organisation=record.audited(g.actor)[organisation_id],
        organisation_id=organisation_id,
        actions=ACTIONS,
        grounds=GROUNDS,
        exactly=lambda moment: _exactly(moment, staff_language()),
    )


def _show(*, verdict: Verdict | None = None) -> Response:
    organisation_id, asked = _organisation(), request.values
    question = Question(
        first=_day("first"),
        last=_day("last"),
        person=_id("person"),
        number=asked.get("number", "").strip().upper()[:12],
        before=_id("before"),
    )
    return staff_page(
        "staff/record.html",
        page=record.read_record(actor=g.actor, organisation_id=organisation_id, question=question),
        question=question,
        organisations=record.audited(g.actor),
        organisation_id=organisation_id,
        people=record.people_of(organisation_id),
        filters=_filters(question, organisation_id),
        verdict=verdict,
        actions=ACTIONS,
        grounds=GROUNDS,
        exactly=lambda moment: _exactly(moment, staff_language()),
    )


def _organisation() -> int:
    """The chosen organisation, or the first; answers 403 to whoever audits none, 404 for somebody else's."""
    known = g.actor.organisations_as(record.READS)
    if not known:
        abort(403)
    chosen = _id("organisation") or min(known)
    return chosen if chosen in known else abort(404)


def _filters(question: Question, organisation_id: int) -> dict[str, object]:
    """The address of this view without its page."""
    asked = {
        "first": question.first,
        "last": question.last,
        "person": question.person,
        "number": question.number,
        "organisation": organisation_id,
    }
    return {name: value for name, value in asked.items() if value}


def _exactly(moment: dt.datetime, language: str) -> str:
    """With year and seconds, in Helsinki time: "22.11.2026 9.16.05"."""
    local = clock.local(moment)
    time = hour_words(f"{local:%H:%M:%S}", language)
    return f"{full_date(local.date(), language)} {time}"


def _day(name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(request.values.get(name, ""))
    except ValueError:
        return None


def _id(name: str) -> int | None:
    given = request.values.get(name, "")
    found = int(given) if given.isascii() and given.isdigit() and len(given) < 20 else 0
    return found if 0 < found <= LARGEST_ID else None
