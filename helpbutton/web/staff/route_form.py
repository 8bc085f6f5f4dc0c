"""The form of a change of routes: what was typed as routes to add and ids to end, and its wrong fields."""

from collections.abc import Collection, Iterator, Mapping

from werkzeug.datastructures import MultiDict

from helpbutton.cases.submission import AGE_GROUPS, KINDS, ROLES
from helpbutton.directory import queries as directory
from helpbutton.directory.rows import RouteRow
from helpbutton.directory.service_rules import day
from helpbutton.errors import FieldError, Invalid
from helpbutton.i18n import LANGUAGES
from helpbutton.reasons import N_
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
CONDITIONS: Mapping[str, Collection[str]] = {
    "kind": KINDS,
    "language": LANGUAGES,
    "age_group": AGE_GROUPS,
    "role": ROLES,
}


def change_from(form: MultiDict[str, str], *, desks: Collection[str], places: Places) -> RouteChange:
    """The change that was typed: one route for each topic, and the ended ones. Raises Invalid."""
    ended = tuple(int(value) for value in form.getlist("end") if value.isascii() and value.isdigit())
    topics = form.getlist("topics")
    if not topics:
        if not ended:
            raise Invalid(FieldError("change", "required"))
        return RouteChange(end=ended)
    errors = list(_errors(form, topics, desks, places))
    if errors:
        raise Invalid(*errors)
    level, _, code = form.get("place", "").partition(":")
    rows = tuple(
        RouteRow(
            service=form["service"],
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
    return RouteChange(add=rows, end=ended)


def _errors(
    form: MultiDict[str, str], topics: Collection[str], desks: Collection[str], places: Places
) -> Iterator[FieldError]:
    if form.get("service", "") not in desks:
        yield FieldError("service", "unknown_value")
    if set(topics) - {ANY_TOPIC, *(topic.id for topic in directory.topics())}:
        yield FieldError("topics", "unknown_value")
    level, _, code = form.get("place", "").partition(":")
    known = {
        "": {""},
        "municipality": places.municipalities,
        "county": places.counties,
        "area": places.areas,
    }
    if code not in known.get(level, ()):
        yield FieldError("place", "unknown_value")
    for name, values in CONDITIONS.items():
        if form.get(name) and form[name] not in values:
            yield FieldError(name, "unknown_value")
    dates = {name: day(form.get(name, "")) for name in ("valid_from", "valid_to")}
    for name, found in dates.items():
        if form.get(name, "").strip() and found is None:
            yield FieldError(name, "date")
    first, last = dates["valid_from"], dates["valid_to"]
    if first and last and last < first:
        yield FieldError("valid_to", "ends_before")
