"""Municipalities through time: which are in force on a day, and what a place takes over from those it replaced.

A place that was there before a merger is one of those that it replaced: with Virolahti merged into Hamina, Hamina
replaces Virolahti and Hamina.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from helpbutton.directory.rows import MunicipalityRow
from helpbutton.routing.match import Facts, RouteRule, most_specific

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Merger:
    """From the local date `day` on the municipality `into` stands where those of the codes `of` stood."""

    day: dt.date
    into: str
    of: tuple[str, ...]


def in_force(row: MunicipalityRow, on: dt.date) -> bool:
    """Whether there is such a municipality on a local date; both ends included."""
    return (row.valid_from is None or row.valid_from <= on) and (row.valid_to is None or on <= row.valid_to)


def behind(rows: Mapping[str, MunicipalityRow], code: str | None, on: dt.date) -> MunicipalityRow | None:
    """The municipality of a local date behind a code of any time; one still to come stands for itself.

    None for an unknown code, or one that has ended without a successor.
    """
    for _ in rows:
        row = rows.get(code) if code else None
        if row is None or row.valid_to is None or on <= row.valid_to:
            return row
        code = row.successor
    return None


def turning_days(rows: Iterable[MunicipalityRow]) -> set[dt.date]:
    """The first day of each municipality that has one, and the day after the last one."""
    rows = list(rows)
    return {row.valid_from for row in rows if row.valid_from} | {
        row.valid_to + ONE_DAY for row in rows if row.valid_to
    }


def mergers_of(rows: Mapping[str, MunicipalityRow]) -> tuple[Merger, ...]:
    """Every merger, past and to come, in the order of time."""
    ended: dict[tuple[dt.date, str], set[str]] = defaultdict(set)
    for row in rows.values():
        if row.valid_to and row.successor and row.successor in rows:
            ended[row.valid_to + ONE_DAY, row.successor].add(row.code)
    for (day, into), codes in ended.items():
        if in_force(rows[into], day - ONE_DAY):
            codes.add(into)
    return tuple(Merger(day, into, tuple(sorted(ended[day, into]))) for day, into in sorted(ended))


def predecessors(code: str, mergers: Sequence[Merger]) -> frozenset[str]:
    """The code, and those of all places that stood there before."""
    found = {code}
    for merger in reversed(mergers):
        if merger.into in found:
            found.update(merger.of)
    return frozenset(found)


def with_successors(codes: Collection[str], mergers: Iterable[Merger]) -> frozenset[str]:
    """These municipalities and those that replaced none but them."""
    found = set(codes)
    for merger in mergers:
        if found.issuperset(merger.of):
            found.add(merger.into)
    return frozenset(found)


def handed_down(routes: Iterable[RouteRule], mergers: Iterable[Merger]) -> list[RouteRule]:
    """The routes, and after them what goes on counting for the places that replaced those they were written for.

    From the day of the merger on such a route covers the whole new place, until that has a route of its own for the
    same topic which covers all that this one does. Two places of a merger that had different routes leave a tie, or
    are `contested`.
    """
    found = list(routes)
    for merger in mergers:
        own = [route for route in found if route.municipality == merger.into]
        old = [route for route in found if route.municipality in merger.of and route not in own]
        found += [handed for route in old if (handed := _handed(route, merger, own))]
    return found


def _handed(route: RouteRule, merger: Merger, own: Iterable[RouteRule]) -> RouteRule | None:
    first = max(merger.day, route.valid_from or merger.day)
    last = route.valid_to or dt.date.max
    for rule in own:
        if _covers(rule, route) and first <= (rule.valid_to or dt.date.max):
            last = min(last, rule.valid_from - ONE_DAY) if rule.valid_from else dt.date.min
    if last < first:
        return None
    valid_to = None if last == dt.date.max else last
    return replace(route, municipality=merger.into, valid_from=first, valid_to=valid_to)


def _covers(own: RouteRule, old: RouteRule) -> bool:
    """Whether a place's own route says all that one handed down to it does."""
    pairs = zip(own.scope[4:], old.scope[4:], strict=True)
    return own.topic == old.topic and all(mine in (None, theirs) for mine, theirs in pairs)


def contested(
    routes: Iterable[RouteRule],
    mergers: Sequence[Merger],
    *,
    facts_of: Callable[[str], Facts],
    on: dt.date,
) -> Iterator[tuple[RouteRule, RouteRule]]:
    """Routes handed down that are in force on the day of their merger or, when that is past, on the local date `on`,
    each with the route to another desk by which another place of the merger answers the same.

    `facts_of` gives a municipality's code, county and areas.
    """
    before = list(routes)
    for merger in mergers:
        day = max(merger.day, on)
        after = handed_down(before, [merger])
        handed = [route for route in after[len(before) :] if route.valid_on(day)]
        for facts in map(facts_of, merger.of if handed else ()):
            near = [route for route in before if route.valid_on(day) and _lies_at(route, facts)]
            for route in handed:
                rival = most_specific(_asked(route, facts), near)
                if rival and rival.desk != route.desk:
                    yield route, rival
        before = after


def _lies_at(route: RouteRule, facts: Facts) -> bool:
    return (
        route.municipality in (None, facts.municipality)
        and route.county in (None, facts.county)
        and (route.area is None or route.area in facts.areas)
    )


def _asked(route: RouteRule, place: Facts) -> Facts:
    """What the route names, asked at this place; what it leaves open is nothing that another one names."""
    return replace(
        place,
        topic=route.topic,
        kind=route.kind or "",
        language=route.language or "",
        age_group=route.age_group,
        role=route.role or "",
    )
