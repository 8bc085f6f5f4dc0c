"""Counting cases as they were received and handed over; what comes out is not yet fit to be shown."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from helpbutton import clock
from helpbutton.cases.models import AfterClosing, Case, CaseEvent
from helpbutton.db import reading
from helpbutton.figures.periods import Span
from helpbutton.figures.suppress import SUM, Cell

STATES = ("on_time", "late", "waiting", "overdue", "unanswered")
"""What became of each received case, exactly one of these: answered within the promise, answered after it, still
waiting inside the promise, still waiting after it, closed without an answer here."""
BESIDE = ("taken", "came", "handed_over")
HAND_OVERS = ("moved", "forwarded", "transferred")
"""Logbook lines that say a case came to a desk from another one, with that desk's id as `service`: by a person, or by
triage, which moves before anybody has read and hands nothing over."""
PARTS = ("desks", "topics", "languages", "helped", "told")

Counts = Counter[tuple[str, Cell]]
"""Counts by the part of the figures and the cell in it: desk (or SUM) and column, or SUM and a value."""


def counted(service_ids: Sequence[int], span: Span) -> Counts:
    """The counts of these desks: cases received within the span at the desk that first got them, whoever has them
    now; hand-overs made within it."""
    received = (
        ~Case.canary,
        Case.received_at >= span[0],
        Case.received_at < span[1],
        _first_desk().in_(service_ids),
    )
    found = _received(received) + _handed(service_ids, span)
    for (_, (_, column)), count in list(found.items()):
        found["desks", (SUM, column)] += count
    found += _split("topics", Case.topic, received) + _split("languages", Case.language, received)
    return found + _afterwards(received)


def _first_desk() -> ColumnElement[int]:
    """The desk that people first had the case at: where triage put it, else the one it was sent to."""
    put = (
        select(CaseEvent.params["service"].as_integer())
        .where(CaseEvent.case_id == Case.id, CaseEvent.verb.in_(HAND_OVERS), CaseEvent.actor == "system")
        .order_by(CaseEvent.id)
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )
    return func.coalesce(put, Case.addressed_service_id)


def _received(received: Sequence[ColumnElement[bool]]) -> Counts:
    answered, due = Case.answered_at.is_not(None), Case.respond_by
    closed = Case.closed_at.is_not(None)
    conditions = {
        "on_time": answered & (Case.answered_at <= due),
        "late": answered & (Case.answered_at > due),
        "waiting": ~answered & ~closed & (due >= clock.now()),
        "overdue": ~answered & ~closed & (due < clock.now()),
        "unanswered": ~answered & closed,
        "taken": Case.assigned_to.is_not(None) | answered,
    }
    each = select(
        _first_desk().label("desk"),
        *(case((condition, 1), else_=0).label(name) for name, condition in conditions.items()),
    )
    cases = each.where(*received).subquery()
    sums = [func.sum(cases.c[name]).cast(Integer) for name in conditions]
    rows = reading().execute(select(cases.c.desk, func.count(), *sums).group_by(cases.c.desk))
    found: Counts = Counter()
    for desk, *counts in rows:
        for column, count in zip(("received", *conditions), counts, strict=True):
            found["desks", (str(desk), column)] = int(count)
    return found


def _handed(service_ids: Sequence[int], span: Span) -> Counts:
    """Hand-overs by a person, at the desk that got the case and at the one that it had been at."""
    before = aliased(CaseEvent)
    was_at = (
        select(before.params["service"].as_integer())
        .where(before.case_id == CaseEvent.case_id, before.verb.in_(HAND_OVERS), before.id < CaseEvent.id)
        .order_by(before.id.desc())
        .limit(1)
        .correlate(CaseEvent)
        .scalar_subquery()
    )
    made = (
        select(
            CaseEvent.params["service"].as_integer().label("came"),
            func.coalesce(was_at, Case.addressed_service_id).label("handed_over"),
        )
        .join(Case, Case.id == CaseEvent.case_id)
        .where(
            ~Case.canary,
            CaseEvent.verb.in_(HAND_OVERS),
            CaseEvent.actor == "staff",
            CaseEvent.at >= span[0],
            CaseEvent.at < span[1],
        )
        .subquery()
    )
    found: Counts = Counter()
    for column in ("came", "handed_over"):
        desk = made.c[column]
        rows = select(desk, func.count()).where(desk.in_(service_ids)).group_by(desk)
        for service_id, count in reading().execute(rows):
            found["desks", (str(service_id), column)] = count
    return found


def _split(part: str, column: InstrumentedAttribute[Any], received: Sequence[ColumnElement[bool]]) -> Counts:
    rows = select(func.coalesce(column, ""), func.count()).where(*received).group_by(column)
    return Counter({(part, (SUM, str(value))): count for value, count in reading().execute(rows)})


def _afterwards(received: Sequence[ColumnElement[bool]]) -> Counts:
    answers = {
        ("helped", "helped"): AfterClosing.helped,
        ("helped", "not_helped"): ~AfterClosing.helped,
        ("told", "told_once"): ~AfterClosing.told_again,
        ("told", "told_again"): AfterClosing.told_again,
    }
    sums = [func.sum(case((answer, 1), else_=0)) for answer in answers.values()]
    row = reading().execute(select(*sums).join(Case, Case.id == AfterClosing.case_id).where(*received)).one()
    return Counter(
        {(part, (SUM, name)): int(count or 0) for (part, name), count in zip(answers, row, strict=True)}
    )
