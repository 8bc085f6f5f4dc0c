"""The proof through time: today, and every later day on which a route or a desk begins or ends."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from helpbutton.routing.coverage import Coverage, DeskFitness, Gap, ServedPlace, concerned, prove
from helpbutton.routing.match import RouteRule

ONE_DAY = dt.timedelta(days=1)
MOST_DAYS = 60
"""Later days that one proof looks at, the nearest first: further ones come nearer night by night."""

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
) -> Coverage:
    """`prove` for the local date `on`, and for later days where something turns.

    `desks` tells what each desk can take on a date, `spans` when it and those that it depends on are in force.
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
    for day, turning in _turns(routes, spans, on).items():
        where = concerned(turning, places)
        known = {_which(gap): gap for gap in standing}
        found = [_first_seen(gap, known.get(_which(gap)), day) for gap in proved(where, day).gaps]
        standing = [*(gap for gap in standing if gap.municipality not in where), *found]
        coverage.later[day] = standing
        coverage.gaps.extend(gap for gap in found if gap.since == day)
    return coverage


def _turns(
    routes: Iterable[RouteRule], spans: Mapping[int, Sequence[Span]], after: dt.date
) -> dict[dt.date, list[RouteRule]]:
    """The nearest days after that date on which routes, or desks that they need, begin or are over, with the routes."""
    turning: dict[dt.date, list[RouteRule]] = defaultdict(list)
    for route in routes:
        bounds = ((route.valid_from, route.valid_to), *spans[route.desk])
        days = {first for first, _ in bounds if first}
        days |= {last + ONE_DAY for _, last in bounds if last and last < dt.date.max}
        for day in days:
            if day > after and (route.valid_on(day) or route.valid_on(day - ONE_DAY)):
                turning[day].append(route)
    return {day: turning[day] for day in sorted(turning)[:MOST_DAYS]}


def _which(gap: Gap) -> tuple[object, ...]:
    return (gap.municipality, gap.topic, gap.why, gap.route, gap.scope)


def _first_seen(gap: Gap, known: Gap | None, day: dt.date) -> Gap:
    """The gap as it stood already, unless it is new on this day or has grown."""
    return known if known and known.combinations >= gap.combinations else replace(gap, since=day)
