"""Reading for routing: the proof over the whole installation, and the explanation of one place."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select

from helpbutton import clock
from helpbutton.cases import promise as promises
from helpbutton.cases.promise import DeskHours, Promise
from helpbutton.db import reading
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Desk, Place
from helpbutton.errors import NotFound
from helpbutton.reasons import Reason
from helpbutton.routing.coverage import Coverage, DeskFitness, ServedPlace, prove
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
    today = clock.today()
    return prove(
        places=served_places(),
        served_counties=frozenset(directory.installation().counties),
        topics=[topic.id for topic in directory.topics()],
        routes=routes,
        desks=desk_fitness(today),
        on=today,
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
    staffed = staffed_services()
    rows = reading().scalars(select(Service)).all()
    hours = {row.id: directory.desk_hours(row) for row in rows}
    dead = {row.id: _dead(row, hours[row.id], row.id in staffed, on) for row in rows}
    living = {row.key for row in rows if not dead[row.id] and row.duty_number}
    return {
        row.id: DeskFitness(
            key=row.key,
            dead=dead[row.id],
            languages=frozenset(row.languages),
            interpreters=row.interpreters,
            kinds=frozenset(row.kinds),
            night=_knows_the_night(row, hours[row.id], living),
        )
        for row in rows
    }


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


def _knows_the_night(row: Service, hours: DeskHours, living: Collection[str]) -> bool:
    if hours.never_closes or row.night_duty == "none":
        return True
    return row.key in living if row.night_duty == "own" else row.night_duty in living
