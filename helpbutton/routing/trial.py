"""Trying a change of routes on what was routed before: the facts of past cases, never their texts."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from helpbutton import clock
from helpbutton.cases.models import Case
from helpbutton.db import reading
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Area, Service
from helpbutton.directory.rows import RouteRow
from helpbutton.errors import FieldError, Invalid, NotFound
from helpbutton.routing import queries
from helpbutton.routing.coverage import Coverage
from helpbutton.routing.match import Facts, RouteRule, Tie, most_specific


@dataclass(frozen=True)
class RouteChange:
    """Routes to add, and ids of routes that end today."""

    add: tuple[RouteRow, ...] = ()
    end: tuple[int, ...] = ()


@dataclass(frozen=True)
class Move:
    """How many of the cases looked at would go from one desk to another; None is no desk."""

    old: str | None
    new: str | None
    cases: int


@dataclass(frozen=True)
class Trial:
    """What a change would have done to `cases` cases received since then; moves, the most frequent first."""

    cases: int
    moves: tuple[Move, ...]
    coverage: Coverage


def what_if(*, change: RouteChange, since: dt.date) -> Trial:
    """Try a change on the facts of all cases received since a local date; reads no text and changes nothing.

    Raises NotFound for an unknown desk or route, Invalid for an unknown value or a tie.
    """
    old = directory.all_routes()
    missing = set(change.end) - {rule.id for rule in old}
    if missing:
        raise NotFound(f"route {min(missing)}")
    new = [rule for rule in old if rule.id not in change.end] + _rules(change.add)
    today = clock.today()
    rows = reading().execute(
        select(
            Case.municipality_code,
            Case.topic,
            Case.kind,
            Case.language,
            Case.age_group,
            Case.role,
            func.count(),
        )
        .where(~Case.canary, Case.received_at >= dt.datetime.combine(since, dt.time(), tzinfo=clock.HELSINKI))
        .group_by(Case.municipality_code, Case.topic, Case.kind, Case.language, Case.age_group, Case.role)
    )
    keys = {row.id: row.key for row in reading().execute(select(Service.id, Service.key))}
    moves: Counter[tuple[str | None, str | None]] = Counter()
    total = 0
    for code, topic, kind, language, age_group, role, count in rows:
        total += count
        place = directory.municipality(code)
        facts = Facts(
            place.code, place.county, topic, kind, language, age_group, role, directory.areas_of(place.code)
        )
        was, now = (_desk(facts, rules, today) for rules in (old, new))
        if was != now:
            moves[keys.get(was) if was else None, keys.get(now) if now else None] += count
    return Trial(total, tuple(Move(*pair, n) for pair, n in moves.most_common()), proved(new))


def proved(rules: Sequence[RouteRule]) -> Coverage:
    """The proof of these routes. Raises Invalid when two of them tie."""
    try:
        return queries.proof_of(rules)
    except Tie as tie:
        raise Invalid(FieldError("routes", "tie", {"route": str(tie)})) from None


def _rules(rows: Sequence[RouteRow]) -> list[RouteRule]:
    ids = {row.key: row.id for row in reading().execute(select(Service.id, Service.key))}
    areas = set(reading().scalars(select(Area.key)))
    for row in rows:
        if row.service not in ids:
            raise NotFound(f"desk {row.service}")
        if row.area is not None and row.area not in areas:
            raise Invalid(FieldError("area", "unknown_value"))
    return [
        RouteRule(
            -number,
            ids[row.service],
            row.topic,
            row.county_code,
            row.municipality_code,
            row.kind,
            row.language,
            row.age_group,
            row.role,
            row.valid_from,
            row.valid_to,
            row.area,
        )
        for number, row in enumerate(rows, start=1)
    ]


def _desk(facts: Facts, rules: Sequence[RouteRule], on: dt.date) -> int | None:
    found = most_specific(facts, (rule for rule in rules if rule.valid_on(on)))
    return found.desk if found else None
