"""Reading for routing: the proof over the whole installation, and the explanation of one place."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from helpbutton import clock
from helpbutton.cases import promise as promises
from helpbutton.cases.promise import Promise
from helpbutton.db import reading
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Desk, Place
from helpbutton.errors import NotFound
from helpbutton.reasons import Reason
from helpbutton.routing.coverage import Coverage, prove
from helpbutton.routing.match import Facts, match
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
    today = clock.today()
    return prove(
        municipalities={place.code: place.county for place in directory.municipalities()},
        served_counties=frozenset(directory.installation().counties),
        topics=[topic.id for topic in directory.topics()],
        routes=directory.all_routes(),
        dead_desks=dead_desks(today),
        on=today,
    )


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
    facts = Facts(place.code, place.county, topic, kind, language, age_group, role)
    found = match(facts, directory.routes_of(place), on=clock.local(moment).date())
    if found is None:
        raise NotFound("no route leads to a desk")
    desk = directory.desk(found.desk)
    promise = promises.promise(desk.hours, received=moment, working_days=desk.promise_days)
    return Explanation(place, desk, promise, found.reason)


def dead_desks(on: dt.date) -> dict[int, str]:
    """Desks that cannot take a case on this date, with the reason: not in force, never open, or nobody is told."""
    staffed = staffed_services()
    dead = {}
    for row in reading().scalars(select(Service)):
        hours = directory.desk_hours(row)
        if (row.valid_from and row.valid_from > on) or (row.valid_to and row.valid_to < on):
            dead[row.id] = f"desk {row.key} is not in force"
        elif not any(hours.on(on + dt.timedelta(days=offset)) for offset in range(31)):
            dead[row.id] = f"desk {row.key} has no opening hours in the coming month"
        elif row.id not in staffed and not row.duty_number:
            dead[row.id] = f"desk {row.key} has no staff and no duty number"
    return dead
