"""Reading for routing: the proof over the whole installation, and the explanation of one place."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from helpbutton import clock
from helpbutton.cases import promise as promises
from helpbutton.cases.promise import DeskHours, Promise
from helpbutton.db import reading
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Area, Service
from helpbutton.directory.queries import Desk, Place
from helpbutton.directory.rows import ties
from helpbutton.errors import NotFound
from helpbutton.reasons import Reason
from helpbutton.routing.ahead import Span, prove_ahead
from helpbutton.routing.coverage import Coverage, DeskFitness, ServedPlace
from helpbutton.routing.match import Facts, RouteRule, match
from helpbutton.staff.queries import staffed_services


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
    rules, desks = list(routes), _Desks.load()
    coverage = prove_ahead(
        places=served_places(),
        served_counties=frozenset(directory.installation().counties),
        topics=[topic.id for topic in directory.topics()],
        routes=rules,
        desks=desks.fitness,
        spans=desks.spans(),
        on=clock.today(),
    )
    coverage.ties = tied(rules)
    return coverage


def tied(routes: Iterable[RouteRule]) -> frozenset[frozenset[int]]:
    """Pairs of ids of routes to different desks that tie today or on a later day."""
    today = clock.today()
    coming = [route for route in routes if route.valid_to is None or route.valid_to >= today]
    members = {row.key: row.municipalities for row in reading().scalars(select(Area))}
    return frozenset(
        frozenset((one.id, other.id)) for one, other in ties(coming, members) if one.desk != other.desk
    )


def served_places() -> dict[str, ServedPlace]:
    """Every municipality of today as the proof sees it."""
    return {
        place.code: ServedPlace(place.county, directory.areas_of(place.code), place.languages)
        for place in directory.municipalities()
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
    """The desk, the promise and the reason for one combination at the aware moment `at` (now). Raises NotFound."""
    place = directory.municipality(municipality)
    if place.county not in directory.installation().counties:
        raise NotFound("outside the served area")
    moment = at or clock.now()
    areas = directory.areas_of(place.code)
    facts = Facts(place.code, place.county, topic, kind, language, age_group, role, areas)
    found = match(facts, directory.routes_of(place), on=clock.local(moment).date())
    if found is None:
        raise NotFound("no route leads to a desk")
    desk = directory.desk(found.desk)
    promise = promises.promise(desk.hours, received=moment, working_days=desk.promise_days)
    return Explanation(place, desk, promise, found.reason)


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
        dead = {row.id: _dead(row, self.hours[row.id], row.id in self.staffed, on) for row in self.rows}
        watching = {row.key for row in self.rows if not dead[row.id] and self._watches(row)}
        return {
            row.id: DeskFitness(
                key=row.key,
                dead=dead[row.id],
                languages=frozenset(row.languages),
                interpreters=row.interpreters,
                kinds=frozenset(row.kinds),
                night=row.night_duty == "none" or row.key in watching or row.night_duty in watching,
            )
            for row in self.rows
        }

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
