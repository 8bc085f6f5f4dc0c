"""The proof that no request meets a dead end: every combination that routes can tell apart ends at a desk fit for it.

Instead of trying every value, each field is cut into the values that some route or desk of the place names and one
stand-in for all the others: inside such a part every request meets the same routes and asks the same of the desk.
"""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import product
from operator import and_, or_

from helpbutton.cases.submission import AGE_GROUPS, KINDS, ROLES
from helpbutton.i18n import LANGUAGES
from helpbutton.routing.match import RouteRule

SWEDISH = "sv"
RELATIVES = {"fi-selko": "fi"}
"""A language that is answered in another: plain Finnish by whoever answers in Finnish."""
NARROWED = ("kind", "language", "age group", "role")
"""What a route may name besides topic and place, as `Gap.scope` calls it."""
Value = str | None
VALUES: tuple[tuple[Value, ...], ...] = (KINDS, LANGUAGES, (None, *AGE_GROUPS), ROLES)
"""All values of each of `NARROWED`."""


def _cells() -> tuple[Mapping[Value, int], ...]:
    """For each of `NARROWED` and each value the combinations that have it: bit n stands for the nth of them all."""
    cells: tuple[dict[Value, int], ...] = tuple(dict.fromkeys(values, 0) for values in VALUES)
    for position, combination in enumerate(product(*VALUES)):
        for having, value in zip(cells, combination, strict=True):
            having[value] |= 1 << position
    return cells


CELLS = _cells()


@dataclass(frozen=True)
class DeskFitness:
    """What a desk can take: `dead` says in plain words why it takes nothing, or is empty.

    Empty `kinds`: all kinds of request. `night` is False when nobody has said what happens to urgent cases while
    the desk is closed, `stand_in` is the other desk that takes them then. `county`: a wellbeing county keeps it.
    """

    key: str
    dead: str = ""
    languages: frozenset[str] = frozenset()
    interpreters: bool = True
    kinds: frozenset[str] = frozenset()
    night: bool = True
    county: bool = False
    stand_in: "DeskFitness | None" = None


@dataclass(frozen=True)
class ServedPlace:
    """A municipality of the proof: its county, the areas it belongs to, its official languages and its county's.

    A county is bilingual as a whole as soon as one of its municipalities is (Act on Organising Healthcare and Social
    Welfare Services 612/2021, section 5): its desks then owe Swedish to Finnish municipalities too.
    """

    county: str
    areas: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ("fi",)
    county_languages: frozenset[str] = frozenset({"fi"})


@dataclass(frozen=True)
class Gap:
    """A part of the served area without a fit desk. `combinations` counts kind x language x age x role, `cells` has
    their bits as `CELLS` has.

    `scope` holds what the route that would close it names besides, `route` is the route that leads there now; with
    `in_place` it has that very scope, so it has to end. `since` is the later local date on which the gap opens.
    """

    municipality: str
    topic: str | None
    why: str
    combinations: int
    route: int | None = None
    scope: tuple[tuple[str, str], ...] = ()
    in_place: bool = False
    since: dt.date | None = None
    cells: int = field(default=0, repr=False)


@dataclass
class Coverage:
    """The proof's result; the shares count combinations of the day of the proof.

    `outside` lists municipalities that are not served. `gaps` are those of that day and what opens later, `later` all
    of each later day on which something begins or ends, in order. `ties`: pairs of ids of routes that tie some day.
    """

    municipalities: int = 0
    combinations: int = 0
    own_desk: int = 0
    fallback: int = 0
    gaps: list[Gap] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    later: dict[dt.date, list[Gap]] = field(default_factory=dict)
    ties: frozenset[frozenset[int]] = frozenset()

    def add(self, municipality: str, topic: str | None, share: "_Share") -> None:
        """Count what was found for one topic at one place."""
        self.combinations += share.combinations
        self.own_desk += share.own_desk
        self.fallback += share.fallback
        for (why, route, scope), cells in share.missing.items():
            in_place = route is not None and _is_all_of(route, topic, scope)
            id, size = route.id if route else None, cells.bit_count()
            self.gaps.append(Gap(municipality, topic, why, size, id, scope, in_place, cells=cells))

    @property
    def complete(self) -> bool:
        """No gap and no tie, today or later, and something is served at all."""
        return not self.gaps and not self.ties and self.combinations > 0

    @property
    def without_desk(self) -> int:
        """How many combinations end nowhere on the worst of the days."""
        later = (sum(gap.combinations for gap in gaps) for gaps in self.later.values())
        return max(self.combinations - self.own_desk - self.fallback, *later, 0)

    def gaps_on(self, day: dt.date) -> list[Gap]:
        """The gaps of the day of the proof or a later one."""
        passed = [turn for turn in self.later if turn <= day]
        return self.later[passed[-1]] if passed else [gap for gap in self.gaps if gap.since is None]


def prove(
    *,
    places: Mapping[str, ServedPlace],
    served_counties: Collection[str],
    topics: Sequence[str],
    routes: Iterable[RouteRule],
    desks: Mapping[int, DeskFitness],
    on: dt.date,
) -> Coverage:
    """Cover municipality x (topics and none) x kind x language x age group x role on the local date `on`."""
    by_place: dict[tuple[str, str], list[RouteRule]] = defaultdict(list)
    for route in (route for route in routes if route.valid_on(on)):
        by_place[_place_of(route)].append(route)
    coverage = Coverage(municipalities=len(places))
    shares: dict[tuple[object, ...], _Share] = {}
    for code, place in places.items():
        if place.county not in served_counties:
            coverage.outside.append(code)
            continue
        local = [route for key in _keys(code, place) for route in by_place[key]]
        for topic in (None, *topics):
            relevant = _able_to_win(route for route in local if route.topic in (None, topic))
            same = (place.languages, place.county_languages, *(route.id for route in relevant))
            if same not in shares:
                shares[same] = _share(place, relevant, desks)
            coverage.add(code, topic, shares[same])
    return coverage


def concerned(routes: Iterable[RouteRule], places: Mapping[str, ServedPlace]) -> dict[str, ServedPlace]:
    """The places in which some of these routes lie."""
    named = {_place_of(route) for route in routes}
    return {code: place for code, place in places.items() if not named.isdisjoint(_keys(code, place))}


def unfit(desk: DeskFitness, place: ServedPlace, *, kind: str, language: str) -> str:
    """Why a desk cannot take such a request at any hour, in plain words; empty when it can."""
    lacking = _lacking(desk, place, kind, language)
    if lacking:
        return lacking
    if not desk.night:
        return f"desk {desk.key} does not say who is told of urgent cases while it is closed"
    lacking = _lacking(desk.stand_in, place, kind, language) if desk.stand_in else ""
    return f"while desk {desk.key} is closed: {lacking}" if lacking else ""


def _lacking(desk: DeskFitness, place: ServedPlace, kind: str, language: str) -> str:
    spoken = RELATIVES.get(language, language)
    if desk.dead:
        return desk.dead
    if desk.kinds and kind not in desk.kinds:
        return f"desk {desk.key} does not take {kind}"
    if spoken == SWEDISH and SWEDISH not in desk.languages:
        if SWEDISH in place.languages:
            return f"desk {desk.key} does not serve in Swedish, an official language there"
        if desk.county and SWEDISH in place.county_languages:
            return f"desk {desk.key} does not serve in Swedish, a language of its whole county"
    if spoken not in desk.languages and not desk.interpreters:
        return f"desk {desk.key} does not serve {spoken} and has no interpreters"
    return ""


def _keys(code: str, place: ServedPlace) -> list[tuple[str, str]]:
    areas = [("area", area) for area in sorted(place.areas)]
    return [("municipality", code), ("county", place.county), ("", ""), *areas]


def _is_all_of(route: RouteRule, topic: str | None, scope: tuple[tuple[str, str], ...]) -> bool:
    """Whether a route names exactly this topic, a municipality, and what `scope` names."""
    own = zip(NARROWED, (route.kind, route.language, route.age_group, route.role), strict=True)
    named = {name for name, value in own if value is not None}
    return route.municipality is not None and route.topic == topic and named == {name for name, _ in scope}


def _place_of(route: RouteRule) -> tuple[str, str]:
    named = (("municipality", route.municipality), ("area", route.area), ("county", route.county))
    return next(((level, value) for level, value in named if value is not None), ("", ""))


@dataclass
class _Share:
    """What one set of routes makes of one topic at one place; `missing`: cells by reason, route and narrowed scope."""

    combinations: int = 0
    own_desk: int = 0
    fallback: int = 0
    missing: dict[tuple[str, RouteRule | None, tuple[tuple[str, str], ...]], int] = field(
        default_factory=lambda: defaultdict(int)
    )


def _able_to_win(routes: Iterable[RouteRule]) -> list[RouteRule]:
    """Without those that the most specific route for everything here always beats."""
    routes = list(routes)
    for_all = [r.specificity for r in routes if not (r.kind or r.language or r.age_group or r.role)]
    least = max(for_all, default=())
    return [route for route in routes if route.specificity >= least]


def _share(place: ServedPlace, routes: Sequence[RouteRule], desks: Mapping[int, DeskFitness]) -> _Share:
    """What routes make of one topic at the place; all of them cover place and topic."""
    share = _Share()
    in_turn = sorted(routes, key=lambda route: (route.specificity, -route.id), reverse=True)
    met = [desks[route.desk] for route in routes]
    met += [desk.stand_in for desk in met if desk.stand_in]
    named: tuple[set[Value], ...] = (
        {route.kind for route in routes}.union(*(desk.kinds for desk in met)),
        _told_apart(routes, met),
        {route.age_group for route in routes},
        {route.role for route in routes},
    )
    for parts in product(*map(_parts, VALUES, CELLS, named)):
        kind, language, age, role = (part.value for part in parts)
        size = math.prod(part.size for part in parts)
        route = next((route for route in in_turn if route.takes(kind, language, age, role)), None)
        share.combinations += size
        why = (
            unfit(desks[route.desk], place, kind=kind or "", language=language or "")
            if route
            else "no route leads to a desk"
        )
        if why:
            narrowed = zip(NARROWED, parts, strict=True)
            scope = tuple((name, part.value) for name, part in narrowed if part.value and part.size == 1)
            share.missing[why, route, scope] |= reduce(and_, (part.cells for part in parts))
        elif route and route.topic is not None:
            share.own_desk += size
        else:
            share.fallback += size
    return share


def _told_apart(routes: Sequence[RouteRule], desks: Sequence[DeskFitness]) -> set[Value]:
    """Languages that some route names or some desk treats unlike the others; Swedish always, it may be official."""
    named: set[Value] = {SWEDISH, *(route.language for route in routes)}
    for desk in desks:
        if not desk.interpreters:
            named.update(
                language for language in LANGUAGES if RELATIVES.get(language, language) in desk.languages
            )
    return named


@dataclass(frozen=True)
class _Part:
    """Values that every route and desk treats alike: one of them, how many they are, the combinations with them."""

    value: Value
    size: int
    cells: int


def _parts(values: Sequence[Value], cells: Mapping[Value, int], named: Collection[Value]) -> list[_Part]:
    """The values that somebody names, one each, and the first of the others standing for all of them."""
    own = [_Part(value, 1, cells[value]) for value in values if value is not None and value in named]
    others = [value for value in values if value is None or value not in named]
    if not others:
        return own
    return [*own, _Part(others[0], len(others), reduce(or_, (cells[value] for value in others)))]
