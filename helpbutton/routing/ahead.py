"""The proof through time: today, and every later day on which a route, a desk or a municipality begins or ends."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from helpbutton.routing.coverage import Coverage, DeskFitness, Gap, ServedPlace, concerned, prove
from helpbutton.routing.match import RouteRule

ONE_DAY = dt.timedelta(days=1)
MOST_DAYS = 60
"""Later days that one proof looks at, the nearest first: further ones come nearer night by night."""

NO_MERGERS: Mapping[dt.date, Mapping[str, ServedPlace]] = MappingProxyType({})

Span = tuple[dt.date | None, dt.date | None]
"""First and last local date; None is open."""


def prove_ahead(
    *,
    places: Mapping[str, ServedPlace],
    served_counties: Collection[str],
    topics: Sequence[str],
    routes: Sequence[RouteRule],
    desks: Callable[[dt.date], Mapping[int, DeskFitness]],
    spans: Mapping[int, Sequence[Span]],
    on: dt.date,
    later_places: Mapping[dt.date, Mapping[str, ServedPlace]] = NO_MERGERS,
) -> Coverage:
    """`prove` for the local date `on`, and for later days where something turns.

    `later_places` has the places from each later day on which one begins or ends, `places` those before. `desks` tells
    what each desk can take on a date, `spans` when it and those that it depends on are in force.
    """

    def proved(where: Mapping[str, ServedPlace], day: dt.date) -> Coverage:
        return prove(
            places=where,
            served_counties=served_counties,
            topics=topics,
            routes=routes,
            desks=desks(day),
            on=day,
        )

    coverage = proved(places, on)
    standing = list(coverage.gaps)
    turns = _turns(routes, spans, on)
    for day in sorted({*turns, *later_places})[:MOST_DAYS]:
        before, places = places, later_places.get(day, places)
        new = {code: place for code, place in places.items() if before.get(code) != place}
        where = concerned(turns.get(day, ()), places) | new
        known = {_which(gap): gap for gap in standing}
        found = [_first_seen(gap, known.get(_which(gap)), day) for gap in proved(where, day).gaps]
        untouched = places.keys() - where.keys()
        standing = [*(gap for gap in standing if gap.municipality in untouched), *found]
        coverage.later[day] = standing
        coverage.gaps.extend(gap for gap in found if gap.since == day)
    return coverage


def _turns(
    routes: Iterable[RouteRule], spans: Mapping[int, Sequence[Span]], after: dt.date
) -> dict[dt.date, list[RouteRule]]:
    """The days after that date on which routes, or desks that they need, begin or are over, with the routes."""
    turning: dict[dt.date, list[RouteRule]] = defaultdict(list)
    for route in routes:
        bounds = ((route.valid_from, route.valid_to), *spans[route.desk])
        days = {first for first, _ in bounds if first}
        days |= {last + ONE_DAY for _, last in bounds if last and last < dt.date.max}
        for day in days:
            if day > after and (route.valid_on(day) or route.valid_on(day - ONE_DAY)):
                turning[day].append(route)
    return turning


def _which(gap: Gap) -> tuple[object, ...]:
    return (gap.municipality, gap.topic, gap.why, gap.route, gap.scope)


def _first_seen(gap: Gap, known: Gap | None, day: dt.date) -> Gap:
    """The gap since the day on which it stood already, or since this one where it is new or has grown."""
    standing = known is not None and not gap.cells & ~known.cells
    return replace(gap, since=known.since if known and standing else day)
