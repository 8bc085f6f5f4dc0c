"""Reading for routing: the proof over the whole installation, and the explanation of one place."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from helpbutton import clock
from helpbutton.cases import promise as promises
from helpbutton.cases.promise import DeskHours, Promise
from helpbutton.db import reading
from helpbutton.directory import queries as directory
from helpbutton.directory.mergers import contested, handed_down, turning_days
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Desk, Place
from helpbutton.directory.rows import ties
from helpbutton.errors import NotFound
from helpbutton.reasons import Reason
from helpbutton.routing.ahead import Span, prove_ahead
from helpbutton.routing.coverage import Coverage, DeskFitness, ServedPlace
from helpbutton.routing.match import Facts, RouteRule, match
from helpbutton.routing.models import RoutingProof
from helpbutton.staff.queries import staffed_services

COUNTY = "county"
"""The kind of an organisation that is a wellbeing county; a city's languages are those of its one municipality."""


@dataclass(frozen=True)
class Explanation:
    """Where a request with these facts would go, why, and by when it would be answered."""

    place: Place
    desk: Desk
    promise: Promise
    reason: Reason


def check() -> Coverage:
    """Prove that every request from the served area ends at a live desk, or name the gaps."""
    return proof_of(directory.all_routes())


def proof_of(routes: Iterable[RouteRule]) -> Coverage:
    """The same for these routes in the place of those that stand."""
    routes, desks, today = list(routes), _Desks.load(), clock.today()
    turning = (day for day in turning_days(directory.municipality_rows().values()) if day > today)
    coverage = prove_ahead(
        places=served_places(),
        later_places={day: served_places(on=day) for day in turning},
        served_counties=frozenset(directory.installation().counties),
        topics=[topic.id for topic in directory.topics()],
        routes=handed_down(routes, directory.mergers()),
        desks=desks.fitness,
        spans=desks.spans(),
        on=today,
    )
    coverage.ties = tied(routes)
    return coverage


def tied(routes: Iterable[RouteRule]) -> frozenset[frozenset[int]]:
    """Pairs of ids of routes to different desks that tie today or on a later day.

    Also of those by which places that became one would answer the same at different desks, as long as the new place
    has no route of its own for it.
    """
    today = clock.today()
    routes = [route for route in routes if route.valid_to is None or route.valid_to >= today]
    whole = handed_down(routes, directory.mergers())
    pairs = [
        *ties(whole, directory.area_members()),
        *contested(routes, directory.mergers(), facts_of=_facts_of, on=today),
    ]
    return frozenset(frozenset((one.id, other.id)) for one, other in pairs if one.desk != other.desk)


def _facts_of(code: str) -> Facts:
    row = directory.municipality_rows()[code]
    return Facts(code, row.county_code, areas=directory.areas_of(code))


def served_places(*, on: dt.date | None = None) -> dict[str, ServedPlace]:
    """Every municipality of a local date (today) as the proof sees it."""
    places = directory.municipalities(on=on)
    spoken: dict[str, set[str]] = defaultdict(set)
    for place in places:
        spoken[place.county].update(place.languages)
    return {
        place.code: ServedPlace(
            place.county, directory.areas_of(place.code), place.languages, frozenset(spoken[place.county])
        )
        for place in places
    }


def explain(
    *,
    municipality: str,
    topic: str | None = None,
    kind: str = "help",
    language: str = "fi",
    age_group: str | None = None,
    role: str = "parent",
    at: dt.datetime | None = None,
) -> Explanation:
    """The desk, the promise and the reason for one combination at the aware moment `at` (now), in the municipality of
    that day. Raises NotFound."""
    moment = at or clock.now()
    day = clock.local(moment).date()
    place = directory.municipality(municipality, on=day)
    if place not in directory.municipalities(on=day):
        raise NotFound(f"municipality {municipality} on {day}")
    if place.county not in directory.installation().counties:
        raise NotFound("outside the served area")
    areas = directory.areas_of(place.code)
    facts = Facts(place.code, place.county, topic, kind, language, age_group, role, areas)
    found = match(facts, directory.routes_of(place), on=day)
    if found is None:
        raise NotFound("no route leads to a desk")
    desk = directory.desk(found.desk)
    promise = promises.promise(desk.hours, received=moment, working_days=desk.promise_days)
    return Explanation(place, desk, promise, found.reason)


def last_proof() -> RoutingProof | None:
    """What the proof of the last night found; None before the first."""
    return reading().scalar(select(RoutingProof).order_by(RoutingProof.at.desc()).limit(1))


def desk_fitness(on: dt.date) -> dict[int, DeskFitness]:
    """What every desk can take on this date: a living one is in force, opens, is staffed, and hears of new cases."""
    return _Desks.load().fitness(on)


@dataclass(frozen=True)
class _Desks:
    """Every desk with its opening hours, and which of them have somebody, as one moment knows them."""

    rows: Sequence[Service]
    hours: Mapping[int, DeskHours]
    staffed: Collection[int]

    @classmethod
    def load(cls) -> "_Desks":
        rows = reading().scalars(select(Service)).all()
        return cls(rows, {row.id: directory.desk_hours(row) for row in rows}, staffed_services())

    def fitness(self, on: dt.date) -> dict[int, DeskFitness]:
        alone = {row.key: self._alone(row, on) for row in self.rows}
        watching = {row.key for row in self.rows if self._watches(row)}
        found = {}
        for row in self.rows:
            other = row.night_duty if row.key not in watching and row.night_duty in watching else None
            night = row.night_duty == "none" or row.key in watching or other is not None
            stand_in = alone[other] if other is not None else None
            found[row.id] = replace(alone[row.key], night=night, stand_in=stand_in)
        return found

    def _alone(self, row: Service, on: dt.date) -> DeskFitness:
        """What the desk takes while it is open."""
        return DeskFitness(
            key=row.key,
            dead=_dead(row, self.hours[row.id], row.id in self.staffed, on),
            languages=frozenset(row.languages),
            interpreters=row.interpreters,
            kinds=frozenset(row.kinds),
            county=row.organisation.kind == COUNTY,
        )

    def spans(self) -> dict[int, list[Span]]:
        """When each desk is in force, and the one that stands in for it at night."""
        own = {row.key: (row.valid_from, row.valid_to) for row in self.rows}
        return {
            row.id: [own[key] for key in (row.key, row.night_duty) if key is not None and key in own]
            for row in self.rows
        }

    def _watches(self, row: Service) -> bool:
        """Whether somebody of the desk itself is told at any hour: nobody asks the desk that it names in turn."""
        return self.hours[row.id].never_closes or row.night_duty == "own"


def _dead(row: Service, hours: DeskHours, staffed: bool, on: dt.date) -> str:
    if (row.valid_from and row.valid_from > on) or (row.valid_to and row.valid_to < on):
        return f"desk {row.key} is not in force"
    if not any(hours.on(on + dt.timedelta(days=offset)) for offset in range(31)):
        return f"desk {row.key} has no opening hours in the coming month"
    if not staffed:
        return f"desk {row.key} has no active member"
    if not row.duty_number:
        return f"desk {row.key} has no number for alerts"
    return ""
