"""Reading open help: what one may come to in a municipality and next to it, with the next time of each."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta
from sqlalchemy import or_, select

from helpbutton import clock
from helpbutton.activities.models import Activity
from helpbutton.activities.neighbours import neighbours
from helpbutton.activities.recurrence import Occasion, Schedule, coming
from helpbutton.db import reading
from helpbutton.directory import queries as directory
from helpbutton.directory.queries import Place

CONFIRMED_WITHIN = relativedelta(months=6)
NEAR = ("here", "nearby", "everywhere")
"""In the municipality itself, in a neighbouring one, a line or chat for everybody."""

Names = Mapping[str, str]


@dataclass(frozen=True)
class OpenHelp:
    """One activity as a family sees it; `place`, `address` and `accessibility` may be empty."""

    key: str
    kind: str
    names: Names
    owner_names: Names
    what: Names
    for_whom: Names
    municipality: Place | None
    place: Names
    address: Names
    phone: str | None
    url: str | None
    age_groups: tuple[str, ...]
    languages: tuple[str, ...]
    cost: Names
    accessibility: Names
    drop_in: bool
    schedule: Schedule
    next: Occasion
    last_confirmed: dt.date
    near: str


def open_help(
    municipality: str,
    *,
    language: str,
    role: str | None = None,
    age_group: str | None = None,
    at: dt.datetime | None = None,
) -> list[OpenHelp]:
    """What is open to a family from the municipality with this code: its own first, then neighbours, then lines.

    Within each: what serves `language` before the rest, then the next time first. Left out is what is for other
    senders or ages, what nobody has confirmed for six months, and what has ended. `at` is aware, now when missing.
    Raises NotFound for an unknown municipality.
    """
    moment = at or clock.now()
    home = directory.municipality(municipality)
    around = neighbours().get(home.code, frozenset())
    places = {place.code: place for place in directory.municipalities() if place.code in {home.code, *around}}
    found = [
        item
        for row in _rows(places, moment)
        if (not role or not row.roles or role in row.roles)
        and (not age_group or not row.age_groups or age_group in row.age_groups)
        and (item := _view(row, places, home, moment))
    ]
    return sorted(
        found, key=lambda item: (NEAR.index(item.near), language not in item.languages, item.next.begins)
    )


def _rows(places: Mapping[str, Place], moment: dt.datetime) -> list[Activity]:
    today = clock.local(moment).date()
    here = or_(Activity.municipality_code.in_(places), Activity.municipality_code.is_(None))
    fresh = Activity.last_confirmed >= today - CONFIRMED_WITHIN
    lasting = or_(Activity.valid_to.is_(None), Activity.valid_to >= today)
    return list(reading().scalars(select(Activity).where(here, fresh, lasting).order_by(Activity.key)))


def _view(row: Activity, places: Mapping[str, Place], home: Place, moment: dt.datetime) -> OpenHelp | None:
    """None when it does not take place any more."""
    schedule = Schedule.parse(row.schedule, valid_from=row.valid_from, valid_to=row.valid_to)
    following = coming(schedule, at=moment)
    if not following:
        return None
    place = places[row.municipality_code] if row.municipality_code else None
    return OpenHelp(
        key=row.key,
        kind=row.kind,
        names=row.names,
        owner_names=row.owner_names,
        what=row.what,
        for_whom=row.for_whom,
        municipality=place,
        place=row.place,
        address=row.address,
        phone=row.phone,
        url=row.url,
        age_groups=tuple(row.age_groups),
        languages=tuple(row.languages),
        cost=row.cost,
        accessibility=row.accessibility,
        drop_in=row.drop_in,
        schedule=schedule,
        next=following[0],
        last_confirmed=row.last_confirmed,
        near="everywhere" if place is None else "here" if place.code == home.code else "nearby",
    )
