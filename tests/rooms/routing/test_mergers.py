"""Mergers to come: proved ahead, prepared with routes, explained for the day that is asked for."""

import datetime as dt
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import update

from helpbutton import clock
from helpbutton.cli import main
from helpbutton.db import db, reading, transaction
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Municipality, Route, Service
from helpbutton.directory.rows import RouteRow
from helpbutton.errors import Invalid, NotFound
from helpbutton.routing import queries
from helpbutton.routing.operations import change_routes
from helpbutton.routing.trial import RouteChange, what_if
from helpbutton.settings import Settings
from tests.cast import Cast, hidden_fields

NEW = "999"
KOSKI, TURKU, KAARINA, POSIO, KEMIJARVI = "284", "853", "202", "614", "320"


def merge(*old: str, into: str = NEW, county: str = "05", languages: str = "fi") -> dt.date:
    """The municipalities become one in 30 days; `NEW` begins with it. Returns its first day."""
    day = clock.today() + dt.timedelta(days=30)
    with transaction() as session:
        if into == NEW:
            names = {"name_fi": "Uusi", "name_sv": "Nya", "region": "", "languages": languages}
            session.add(Municipality(code=NEW, county_code=county, valid_from=day, **names))
        session.execute(
            update(Municipality)
            .where(Municipality.code.in_(old))
            .values(valid_to=day - dt.timedelta(days=1), successor=into)
        )
    db.session.remove()
    return day


def desk(municipality: str, day: dt.date, topic: str | None = "bullying") -> str:
    noon = dt.datetime.combine(day, dt.time(12), tzinfo=clock.HELSINKI)
    return queries.explain(municipality=municipality, topic=topic, at=noon).desk.key


def tied_desks() -> list[set[str]]:
    session = reading()
    pairs = [[session.get_one(Route, id) for id in pair] for pair in queries.check().ties]
    return [{session.get_one(Service, route.service_id).key for route in pair} for pair in pairs]


def test_a_municipality_of_a_new_code_keeps_routes_and_areas_and_is_proved_ahead(app: Flask) -> None:
    day = merge(POSIO, county="21")
    found = queries.check()
    assert found.complete
    assert found.later == {day: []}
    assert desk(POSIO, day - dt.timedelta(days=1)) == desk(POSIO, day) == desk(NEW, day) == "posio-school"
    assert desk(NEW, day, "early_education") == "kuusamo-koillismaa-early-education"
    with pytest.raises(NotFound):
        desk(NEW, clock.today())


def test_what_a_place_to_come_lacks_is_a_gap_from_its_first_day_on(app: Flask) -> None:
    day = merge(KOSKI, languages="fi/sv")
    gaps = queries.check().gaps
    assert {(gap.municipality, gap.since) for gap in gaps} == {(NEW, day)}
    assert all("Swedish" in gap.why for gap in gaps)


def test_places_of_different_desks_leave_a_tie_until_the_new_one_has_its_own(app: Flask, cast: Cast) -> None:
    day = merge(KAARINA, KOSKI)
    topics = [topic.id for topic in directory.topics()]
    assert {"kaarina-school", "koski-tl-school"} in tied_desks()
    scopes: list[dict[str, Any]] = [{"kind": "transition_handover"}, *({"topic": topic} for topic in topics)]
    own = tuple(RouteRow("varha-family-guidance", municipality_code=NEW, **scope) for scope in scopes)
    tried = what_if(change=RouteChange(add=own), since=clock.today())
    assert tried.coverage.ties == frozenset()
    assert change_routes(actor=cast.actor("eve"), change=RouteChange(add=own)).ties == frozenset()
    assert desk(KOSKI, day) == "varha-family-guidance"
    assert desk(KOSKI, clock.today()) == "koski-tl-school"


def test_a_merger_into_a_place_that_goes_on_changes_nothing_there(app: Flask) -> None:
    day = merge(KOSKI, into=TURKU)
    found = queries.check()
    assert found.complete, found.ties
    assert list(found.later) == [day]
    assert desk(KOSKI, day) == desk(TURKU, day) == desk(TURKU, clock.today()) == "turku-school"


def test_the_form_offers_a_municipality_that_begins_later(app: Flask, cast: Cast) -> None:
    day = merge(KOSKI)
    browser = cast.sign_in("eve")
    page = browser.get("/staff/routes").get_data(as_text=True)
    assert 'value="municipality:999"' in page
    answer = browser.post(
        "/staff/routes",
        data={
            "csrf_token": hidden_fields(page)["csrf_token"],
            "service": "varha-family-work",
            "topics": ["grief_crisis"],
            "place": "municipality:999",
            "valid_from": f"{day.day}.{day.month}.{day.year}",
        },
    )
    assert answer.status_code == 303
    db.session.remove()
    assert desk(KOSKI, day, "grief_crisis") == "varha-family-work"


def test_the_command_explains_the_place_of_the_day(config: Settings, app: Flask) -> None:
    day = merge(KOSKI, into=TURKU)

    def explained(on: dt.date) -> str:
        asked = ("--municipality", KOSKI, "--topic", "bullying", "--at", f"{on}T10:00")
        done = CliRunner().invoke(main, ["routes", "explain", *asked, "--data-dir", str(config.data_dir)])
        assert done.exit_code == 0, done.output
        return done.output

    assert ("Koski Tl" in explained(clock.today()), "Turku" in explained(clock.today())) == (True, False)
    assert ("Koski Tl" in explained(day), "Turku" in explained(day)) == (False, True)


@pytest.fixture
def tomorrow() -> dt.date:
    return clock.today() + dt.timedelta(days=1)


def test_what_is_no_route_is_refused_alike_by_the_trial_and_the_change(
    app: Flask, cast: Cast, tomorrow: dt.date
) -> None:
    merge(KOSKI)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"topic": "nonsense"}, "topic:unknown_value"),
        ({"kind": "hepl"}, "kind:unknown_value"),
        ({"language": "xx", "role": "king"}, "language:unknown_value, role:unknown_value"),
        ({"age_group": "40-50"}, "age_group:unknown_value"),
        ({"area": "moon"}, "area:unknown_value"),
        ({"county_code": "00"}, "county_code:unknown_value"),
        ({"municipality_code": "000"}, "municipality_code:unknown_value"),
        ({"municipality_code": "588"}, "municipality_code:unknown_value"),
        ({"municipality_code": NEW, "valid_to": tomorrow}, "municipality_code:unknown_value"),
        (
            {"municipality_code": KOSKI, "valid_from": tomorrow + dt.timedelta(days=60)},
            "municipality_code:unknown_value",
        ),
        ({"municipality_code": TURKU, "county_code": "05"}, "place:too_many"),
        ({"area": "koillismaa", "county_code": "05"}, "place:too_many"),
        ({"valid_from": tomorrow, "valid_to": clock.today()}, "valid_to:ends_before"),
    ]
    for fields, problem in wrong:
        change = RouteChange(add=(RouteRow("varha-family-work", **fields),))
        with pytest.raises(Invalid) as trial:
            what_if(change=change, since=clock.today())
        db.session.remove()
        with pytest.raises(Invalid) as changing:
            change_routes(actor=cast.actor("eve"), change=change)
        db.session.remove()
        assert str(trial.value) == str(changing.value) == problem, fields
