"""Trying a change of routes on what was routed before: the facts of past cases, never their texts."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, exists, func, select, true

from helpbutton import clock
from helpbutton.cases.models import Case, Decision
from helpbutton.db import reading
from helpbutton.directory import queries as directory
from helpbutton.directory.mergers import handed_down
from helpbutton.directory.models import Service
from helpbutton.directory.rows import RouteRow
from helpbutton.errors import FieldError, Invalid, NotFound
from helpbutton.routing import queries
from helpbutton.routing.coverage import Coverage
from helpbutton.routing.match import Facts, RouteRule, most_specific
from helpbutton.routing.new_routes import refuse_faulty
from helpbutton.sorting.decide import SURE_ENOUGH_TO_MOVE

TOPIC_USED = "topic_used"


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
    """What a change would have done to `cases` cases received since then; moves, the most frequent first.

    `day`: the local date, today or later, on which all that it adds is in force and the cases were tried.
    """

    cases: int
    moves: tuple[Move, ...]
    coverage: Coverage
    day: dt.date


RANGES = (5, 10, 20, 50, 100)
"""Where the ranges begin in which pages tell counts, so that the difference of two trials is not a count."""


def in_range(count: int) -> tuple[int, int | None]:
    """The first and the last count (None: there is none) of the range in which a count lies."""
    ends = zip((0, *RANGES), (*(first - 1 for first in RANGES), None), strict=True)
    return next((first, last) for first, last in ends if last is None or count <= last)


def what_if(*, change: RouteChange, since: dt.date, organisations: Collection[int] | None = None) -> Trial:
    """Try a change on the facts of cases received since a local date; reads no text and changes nothing.

    `organisations`: ids of those whose cases are looked at; all when None. The counts are exact: a page shows them
    `in_range`.
    Raises NotFound for an unknown desk or route, Invalid for what `new_routes.faults` names or a tie.
    """
    old = directory.all_routes()
    missing = set(change.end) - {rule.id for rule in old}
    if missing:
        raise NotFound(f"route {min(missing)}")
    new = [rule for rule in old if rule.id not in change.end] + _rules(change.add)
    refuse_ties(queries.tied(new) - queries.tied(old))
    day = max([clock.today(), *(row.valid_from for row in change.add if row.valid_from)])
    rows = reading().execute(
        select(
            Case.municipality_code,
            _topic_used().label(TOPIC_USED),
            Case.kind,
            Case.language,
            Case.age_group,
            Case.role,
            func.count(),
        )
        .where(
            ~Case.canary,
            Case.received_at >= dt.datetime.combine(since, dt.time(), tzinfo=clock.HELSINKI),
            true() if organisations is None else Case.organisation_id.in_(organisations),
        )
        .group_by(Case.municipality_code, TOPIC_USED, Case.kind, Case.language, Case.age_group, Case.role)
    )
    keys = {row.id: row.key for row in reading().execute(select(Service.id, Service.key))}
    moves: Counter[tuple[str | None, str | None]] = Counter()
    total = 0
    standing, tried = (handed_down(rules, directory.mergers()) for rules in (old, new))
    for code, topic, kind, language, age_group, role, count in rows:
        total += count
        place = directory.municipality(code, on=day)
        facts = Facts(
            place.code, place.county, topic, kind, language, age_group, role, directory.areas_of(place.code)
        )
        was, now = (_desk(facts, rules, day) for rules in (standing, tried))
        if was != now:
            moves[keys.get(was) if was else None, keys.get(now) if now else None] += count
    return Trial(total, tuple(Move(*pair, n) for pair, n in moves.most_common()), queries.proof_of(new), day)


def refuse_ties(ties: Collection[frozenset[int]]) -> None:
    """Raises Invalid when there is one; a new route has a negative id."""
    if ties:
        named = ", ".join(str(id) for id in sorted(min(ties, key=sorted)))
        raise Invalid(FieldError("routes", "tie", {"route": named}))


def _topic_used() -> ColumnElement[str | None]:
    """The topic by which a case found its desk: the stated one, or triage's where `sorting.decide` trusted it.

    Triage's share is kept in whole hundredths, with its reason; where it noticed danger it moved nothing.
    """
    said = (Decision.case_id == Case.id) & (Decision.subject == "triage")
    trusted = Decision.params["score"].as_integer() >= round(100 * SURE_ENOUGH_TO_MOVE)
    sure = exists().where(said, Decision.code.in_(("topic_by_words", "topic_by_likeness")), trusted)
    danger = exists().where(said, Decision.code == "urgency_danger")
    return case((Case.stated_topic.is_not(None), Case.stated_topic), (sure & ~danger, Case.triage_topic))


def _rules(rows: Sequence[RouteRow]) -> list[RouteRule]:
    ids = {row.key: row.id for row in reading().execute(select(Service.id, Service.key))}
    for row in rows:
        if row.service not in ids:
            raise NotFound(f"desk {row.service}")
    refuse_faulty(rows)
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
