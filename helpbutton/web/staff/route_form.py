"""The form of a change of routes: what was typed as routes to add and ids to end, and its wrong fields."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from werkzeug.datastructures import MultiDict

from helpbutton.directory.rows import RouteRow
from helpbutton.directory.service_rules import day
from helpbutton.errors import FieldError, Invalid
from helpbutton.reasons import N_
from helpbutton.routing.new_routes import CONDITIONS, faults
from helpbutton.routing.route_list import Places
from helpbutton.routing.trial import RouteChange

ANY_TOPIC = "any"
LABELS = {
    "service": N_("To the desk"),
    "topics": N_("Topics"),
    "place": N_("Where"),
    "kind": N_("Kind of request"),
    "language": N_("Language"),
    "age_group": N_("Age of the child"),
    "role": N_("Who asks"),
    "valid_from": N_("First day"),
    "valid_to": N_("Last day"),
    "routes": N_("Routes"),
    "change": N_("The change"),
}
FIELDS = {
    "topic": "topics",
    **dict.fromkeys(("municipality_code", "county_code", "area"), "place"),
}
"""What the form calls fields of a route otherwise."""


def change_from(form: MultiDict[str, str], *, desks: Collection[str], places: Places) -> RouteChange:
    """The change that was typed: one route for each topic, and the ended ones. Raises Invalid."""
    ended = tuple(int(value) for value in form.getlist("end") if value.isascii() and value.isdigit())
    topics = form.getlist("topics")
    if not topics:
        if not ended:
            raise Invalid(FieldError("change", "required"))
        return RouteChange(end=ended)
    level, _, code = form.get("place", "").partition(":")
    rows = tuple(
        RouteRow(
            service=form.get("service", ""),
            topic=None if topic == ANY_TOPIC else topic,
            municipality_code=code if level == "municipality" else None,
            county_code=code if level == "county" else None,
            area=code if level == "area" else None,
            **{name: form.get(name) or None for name in CONDITIONS},
            valid_from=day(form.get("valid_from", "")),
            valid_to=day(form.get("valid_to", "")),
        )
        for topic in dict.fromkeys(topics)
    )
    errors = {(error.field, error.code): error for error in _errors(form, rows, desks, places)}
    if errors:
        raise Invalid(*errors.values())
    return RouteChange(add=rows, end=ended)


def _errors(
    form: MultiDict[str, str], rows: Iterable[RouteRow], desks: Collection[str], places: Places
) -> Iterator[FieldError]:
    if form.get("service", "") not in desks:
        yield FieldError("service", "unknown_value")
    level, _, code = form.get("place", "").partition(":")
    known = {
        "": {""},
        "municipality": places.municipalities,
        "county": places.counties,
        "area": places.areas,
    }
    if code not in known.get(level, ()):
        yield FieldError("place", "unknown_value")
    for name in ("valid_from", "valid_to"):
        if form.get(name, "").strip() and day(form[name]) is None:
            yield FieldError(name, "date")
    for fault in faults(rows):
        yield replace(fault, field=FIELDS.get(fault.field, fault.field))
