"""What a new route may say: the one check of the form, of the trial and of the change itself."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping

from sqlalchemy import select

from helpbutton import clock
from helpbutton.cases.submission import AGE_GROUPS, KINDS, ROLES
from helpbutton.db import reading
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Area, County
from helpbutton.directory.rows import MunicipalityRow, RouteRow
from helpbutton.errors import FieldError, Invalid
from helpbutton.i18n import LANGUAGES

CONDITIONS: Mapping[str, Collection[str]] = {
    "kind": KINDS,
    "language": LANGUAGES,
    "age_group": AGE_GROUPS,
    "role": ROLES,
}
"""What a route may name besides topic and place, by the field of `RouteRow`."""


def refuse_faulty(rows: Iterable[RouteRow]) -> None:
    """Raises Invalid naming every one of the `faults`."""
    found = faults(rows)
    if found:
        raise Invalid(*found)


def faults(rows: Iterable[RouteRow]) -> list[FieldError]:
    """What is wrong with routes that begin today or later, each fault once, by the fields of `RouteRow`.

    A municipality has to be there on some day of the route. "place" is the field of more than one place.
    """
    known: dict[str, Collection[str]] = {
        "topic": {topic.id for topic in directory.topics()},
        "county_code": set(reading().scalars(select(County.code))),
        "area": set(reading().scalars(select(Area.key))),
        **CONDITIONS,
    }
    found: list[FieldError] = []
    for row in rows:
        found += [fault for fault in _faults(row, known) if fault not in found]
    return found


def _faults(row: RouteRow, known: Mapping[str, Collection[str]]) -> Iterator[FieldError]:
    for name, values in known.items():
        if getattr(row, name) not in (None, *values):
            yield FieldError(name, "unknown_value")
    place = directory.municipality_rows().get(row.municipality_code) if row.municipality_code else None
    if row.municipality_code is not None and not (place and _meets(row, place)):
        yield FieldError("municipality_code", "unknown_value")
    if sum(value is not None for value in (row.municipality_code, row.area, row.county_code)) > 1:
        yield FieldError("place", "too_many", {"limit": 1})
    if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
        yield FieldError("valid_to", "ends_before")


def _meets(row: RouteRow, place: MunicipalityRow) -> bool:
    """Whether the municipality is there on some day of the route."""
    first = max(row.valid_from or clock.today(), place.valid_from or dt.date.min)
    return first <= min(row.valid_to or dt.date.max, place.valid_to or dt.date.max)
