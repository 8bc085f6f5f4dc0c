"""The proof that no request meets a dead end: every combination that routes can tell apart ends at a live desk.

Instead of trying every value, each field is cut into the values that some route of the place names and one
stand-in for all the others: inside such a part every request meets the same routes.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from helpbutton.cases.submission import AGE_GROUPS, KINDS, ROLES
from helpbutton.i18n import LANGUAGES
from helpbutton.routing.match import Facts, RouteRule, most_specific


@dataclass(frozen=True)
class Gap:
    """A part of the served area without a live desk. `combinations` counts topic x kind x language x age x role."""

    municipality: str
    topic: str | None
    why: str
    combinations: int
    route: int | None = None


@dataclass
class Coverage:
    """The proof's result; the shares count combinations. `outside` lists municipalities that are not served."""

    municipalities: int = 0
    combinations: int = 0
    own_desk: int = 0
    fallback: int = 0
    gaps: list[Gap] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """No gap, and something is served at all."""
        return not self.gaps and self.combinations > 0


def prove(
    *,
    municipalities: Mapping[str, str],
    served_counties: Collection[str],
    topics: Sequence[str],
    routes: Iterable[RouteRule],
    dead_desks: Mapping[int, str],
    on: dt.date,
) -> Coverage:
    """Cover municipality (code -> county code) x (topics and none) x kind x language x age group x role.

    `dead_desks` maps the id of a desk that cannot take a case to the reason, in plain words.
    """
    by_county: dict[str, list[RouteRule]] = defaultdict(list)
    by_municipality: dict[str, list[RouteRule]] = defaultdict(list)
    anywhere: list[RouteRule] = []
    for route in (route for route in routes if route.valid_on(on)):
        if route.municipality:
            by_municipality[route.municipality].append(route)
        elif route.county:
            by_county[route.county].append(route)
        else:
            anywhere.append(route)
    coverage = Coverage(municipalities=len(municipalities))
    for code, county in municipalities.items():
        if county not in served_counties:
            coverage.outside.append(code)
            continue
        local = [*by_municipality[code], *by_county[county], *anywhere]
        for topic in (None, *topics):
            _cover_topic(coverage, Facts(code, county, topic), local, dead_desks)
    return coverage


def _cover_topic(
    coverage: Coverage, place: Facts, routes: list[RouteRule], dead_desks: Mapping[int, str]
) -> None:
    relevant = [route for route in routes if route.topic in (None, place.topic)]
    missing: dict[tuple[str, int | None], int] = defaultdict(int)
    parts = product(
        _parts(KINDS, {route.kind for route in relevant}),
        _parts(LANGUAGES, {route.language for route in relevant}),
        _parts((None, *AGE_GROUPS), {route.age_group for route in relevant}),
        _parts(ROLES, {route.role for route in relevant}),
    )
    for (kind, kinds), (language, languages), (age, ages), (role, roles) in parts:
        size = kinds * languages * ages * roles
        facts = Facts(
            place.municipality, place.county, place.topic, kind or "", language or "", age, role or ""
        )
        route = most_specific(facts, relevant)
        coverage.combinations += size
        if route is None:
            missing["no route leads to a desk", None] += size
        elif route.desk in dead_desks:
            missing[dead_desks[route.desk], route.id] += size
        elif route.topic is not None:
            coverage.own_desk += size
        else:
            coverage.fallback += size
    for (why, route_id), size in missing.items():
        coverage.gaps.append(Gap(place.municipality, place.topic, why, size, route_id))


def _parts(values: Sequence[str | None], named: set[str | None]) -> list[tuple[str | None, int]]:
    """The values that routes name, one each, and the first of the others standing for all of them."""
    own = [(value, 1) for value in values if value is not None and value in named]
    others = [value for value in values if value is None or value not in named]
    return [*own, (others[0], len(others))] if others else list(own)
