"""Counting cases by desk, topic and language for those who may see figures; small numbers never leave this room."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.cases.models import AfterClosing, Case, CaseEvent
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Names
from helpbutton.errors import NotFound
from helpbutton.figures.suppress import SUM, Shown, parts, table
from helpbutton.staff.actor import Actor

SEES_FIGURES = ("lead", "administrator", "coordinator")
PERIODS = ("today", "week", "last_week", "month", "year")
STATES = ("on_time", "late", "waiting", "overdue", "unanswered")
"""What became of each received case, exactly one of these: answered within the promise, answered after it, still
waiting inside the promise, still waiting after it, closed without an answer here."""
BESIDE = ("taken", "handed_over")
HAND_OVERS = ("moved", "forwarded", "transferred")
"""Logbook lines that say a case came to the desk that has it from another one, by a person; triage, which moves before
anybody has read, is not counted."""


@dataclass(frozen=True)
class DeskFigures:
    """One desk; every count may be hidden (None). `counts` has received, the `STATES` and the `BESIDE`."""

    service_id: int
    names: Names
    counts: Mapping[str, Shown]


@dataclass(frozen=True)
class Figures:
    """Cases received from `start` (aware) on, before `end`: by desk, by topic and by language (most first)."""

    start: dt.datetime
    end: dt.datetime
    desks: tuple[DeskFigures, ...]
    all_desks: Mapping[str, Shown]
    topics: tuple[tuple[str, Shown], ...]
    languages: tuple[tuple[str, Shown], ...]
    afterwards: Mapping[str, Shown]
    """What families said after closing: helped, not_helped, told_once, told_again."""


def may_see(actor: Actor) -> bool:
    """Whether this person sees any figures."""
    return bool(actor.roles.intersection(SEES_FIGURES))


def period(name: str, *, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Start and end (aware, Helsinki midnights) of one of `PERIODS` around an aware moment. Raises NotFound."""
    today = clock.local(now).date()
    monday = today - dt.timedelta(days=today.weekday())
    days = {
        "today": (today, today + dt.timedelta(days=1)),
        "week": (monday, monday + dt.timedelta(days=7)),
        "last_week": (monday - dt.timedelta(days=7), monday),
        "month": (today.replace(day=1), (today.replace(day=28) + dt.timedelta(days=4)).replace(day=1)),
        "year": (today.replace(month=1, day=1), today.replace(year=today.year + 1, month=1, day=1)),
    }
    if name not in days:
        raise NotFound("period")
    start, end = (dt.datetime.combine(day, dt.time(), tzinfo=clock.HELSINKI) for day in days[name])
    return start, end


def figures(*, actor: Actor, of: str = "week") -> Figures:
    """The figures of one of `PERIODS` over the desks that the actor leads, administers or coordinates.

    Leaves an audit line in each organisation concerned. Raises NotFound for an unknown period or without such a role.
    """
    if not may_see(actor):
        raise NotFound("figures")
    start, end = period(of, now=clock.now())
    with transaction() as session:
        desks = session.scalars(select(Service).where(_within(actor)).order_by(Service.id)).all()
        for organisation_id in sorted({desk.organisation_id for desk in desks}):
            audit.record(
                session,
                organisation_id=organisation_id,
                actor=actor.pseudonym,
                action="figures",
                subject=of,
            )
        counted = _by_desk([desk.id for desk in desks], start, end)
    rows = {str(desk.id): counted[desk.id] for desk in desks if desk.id in counted}
    found = table(rows, STATES, "received", BESIDE)
    told = found[SUM]["received"] is not None
    ids = [desk.id for desk in desks]
    return Figures(
        start=start,
        end=end,
        desks=tuple(
            DeskFigures(desk.id, desk.names, found[str(desk.id)]) for desk in desks if str(desk.id) in rows
        ),
        all_desks=found[SUM],
        topics=_split(ids, Case.topic, start, end, total_shown=told),
        languages=_split(ids, Case.language, start, end, total_shown=told),
        afterwards=_afterwards(ids, start, end),
    )


def _within(actor: Actor) -> ColumnElement[bool]:
    led = [service_id for service_id, role in actor.services.items() if role == "lead"]
    return Service.id.in_(led) | Service.organisation_id.in_(actor.organisations_as(*SEES_FIGURES))


def _by_desk(service_ids: list[int], start: dt.datetime, end: dt.datetime) -> dict[int, dict[str, int]]:
    answered, due = Case.answered_at.is_not(None), Case.respond_by
    closed = Case.closed_at.is_not(None)
    handed = exists().where(
        CaseEvent.case_id == Case.id, CaseEvent.verb.in_(HAND_OVERS), CaseEvent.actor == "staff"
    )
    conditions = {
        "on_time": answered & (Case.answered_at <= due),
        "late": answered & (Case.answered_at > due),
        "waiting": ~answered & ~closed & (due >= clock.now()),
        "overdue": ~answered & ~closed & (due < clock.now()),
        "unanswered": ~answered & closed,
        "taken": Case.assigned_to.is_not(None) | answered,
        "handed_over": handed,
    }
    sums = [func.sum(case((condition, 1), else_=0)).cast(Integer) for condition in conditions.values()]
    found = reading().execute(
        select(Case.service_id, func.count(), *sums)
        .where(
            Case.service_id.in_(service_ids), ~Case.canary, Case.received_at >= start, Case.received_at < end
        )
        .group_by(Case.service_id)
    )
    return {
        row[0]: {"received": row[1]} | dict(zip(conditions, (int(n) for n in row[2:]), strict=True))
        for row in found
    }


def _afterwards(service_ids: list[int], start: dt.datetime, end: dt.datetime) -> dict[str, Shown]:
    sums = [
        func.sum(case((condition, 1), else_=0))
        for condition in (
            AfterClosing.helped,
            ~AfterClosing.helped,
            ~AfterClosing.told_again,
            AfterClosing.told_again,
        )
    ]
    row = (
        reading()
        .execute(
            select(*sums)
            .join(Case, Case.id == AfterClosing.case_id)
            .where(Case.service_id.in_(service_ids), Case.received_at >= start, Case.received_at < end)
        )
        .one()
    )
    helped, not_helped, once, again = (int(count or 0) for count in row)
    return parts({"helped": helped, "not_helped": not_helped}, total_shown=True) | parts(
        {"told_once": once, "told_again": again}, total_shown=True
    )


def _split(
    service_ids: list[int],
    column: InstrumentedAttribute[Any],
    start: dt.datetime,
    end: dt.datetime,
    *,
    total_shown: bool,
) -> tuple[tuple[str, Shown], ...]:
    """Counts by the values of a column, most first; hidden ones last by name, so that their order tells nothing."""
    found = reading().execute(
        select(func.coalesce(column, ""), func.count())
        .where(
            Case.service_id.in_(service_ids), ~Case.canary, Case.received_at >= start, Case.received_at < end
        )
        .group_by(column)
    )
    counts = {str(name): int(count) for name, count in found}
    kept = parts(counts, total_shown=total_shown)
    return tuple(sorted(kept.items(), key=lambda pair: (-(pair[1] or 0), pair[0])))
