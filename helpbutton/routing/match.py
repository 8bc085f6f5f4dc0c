"""Matching by pure rules: of the routes that cover the facts the most specific wins, and says why."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from helpbutton.reasons import Param, Reason


@dataclass(frozen=True)
class Facts:
    """What a route may look at. `county` is the county of `municipality`; None means unknown or not stated."""

    municipality: str
    county: str
    topic: str | None = None
    kind: str = "help"
    language: str = "fi"
    age_group: str | None = None
    role: str = "parent"
    areas: frozenset[str] = frozenset()
    """Keys of the areas that the municipality belongs to."""


@dataclass(frozen=True)
class RouteRule:
    """One route; None in a scope field means any. `desk` is the service's id."""

    id: int
    desk: int
    topic: str | None = None
    county: str | None = None
    municipality: str | None = None
    kind: str | None = None
    language: str | None = None
    age_group: str | None = None
    role: str | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    area: str | None = None

    def valid_on(self, day: dt.date) -> bool:
        """Whether the route is in force on a date; both ends included."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )

    def covers(self, facts: Facts) -> bool:
        """Whether the facts lie inside the scope."""
        return (
            self.topic in (None, facts.topic)
            and self.municipality in (None, facts.municipality)
            and self.county in (None, facts.county)
            and (self.area is None or self.area in facts.areas)
            and self.takes(facts.kind, facts.language, facts.age_group, facts.role)
        )

    def takes(self, kind: str | None, language: str | None, age_group: str | None, role: str | None) -> bool:
        """Whether such requests lie inside the scope, wherever they come from and whatever they are about."""
        return (
            self.kind in (None, kind)
            and self.language in (None, language)
            and self.age_group in (None, age_group)
            and self.role in (None, role)
        )

    @property
    def scope(self) -> tuple[str | None, ...]:
        """What it covers, in the order of `RouteRow.scope`."""
        place = (self.topic, self.municipality, self.area, self.county)
        return (*place, self.kind, self.language, self.age_group, self.role)

    @cached_property
    def specificity(self) -> tuple[int, ...]:
        """Compared from the left: a stated topic, then the place, then kind, language, age group, role."""
        place = 3 if self.municipality else 2 if self.area else 1 if self.county else 0
        others = (self.kind, self.language, self.age_group, self.role)
        return (int(self.topic is not None), place, *(int(field is not None) for field in others))


@dataclass(frozen=True)
class Match:
    """The desk that answers, the route that led there, and the reason in words."""

    desk: int
    route: RouteRule
    reason: Reason


def match(facts: Facts, routes: Iterable[RouteRule], *, on: dt.date) -> Match | None:
    """The most specific route in force on the local date `on`, or None when no route covers the facts.

    Routes that tie are refused when they are stored and named by the proof; here they cost nobody the answer. Of
    several the oldest wins, and the reason keeps the others in `tied`.
    """
    covering = [route for route in routes if route.valid_on(on) and route.covers(facts)]
    best = most_specific(facts, covering)
    if best is None:
        return None
    tied = [r.id for r in covering if r.specificity == best.specificity and r.desk != best.desk]
    return Match(best.desk, best, _reason(best, facts, tied))


def most_specific(facts: Facts, routes: Iterable[RouteRule]) -> RouteRule | None:
    """Of routes in force, the most specific one that covers the facts; of several the one with the lowest id."""
    covering = (route for route in routes if route.covers(facts))
    return max(covering, key=lambda route: (route.specificity, -route.id), default=None)


def _reason(route: RouteRule, facts: Facts, tied: Sequence[int]) -> Reason:
    params: dict[str, Param] = {"route": route.id, "desk": route.desk, "municipality": facts.municipality}
    extras = [name for name in ("kind", "language", "age_group", "role") if getattr(route, name) is not None]
    if extras:
        params["also"] = ",".join(extras)
    if tied:
        params["tied"] = ",".join(map(str, sorted(tied)))
    if route.topic is not None:
        return Reason("route_topic", {**params, "topic": route.topic})
    return Reason(
        "route_front_desk" if facts.topic is None else "route_fallback",
        {**params, "topic": facts.topic or ""},
    )
