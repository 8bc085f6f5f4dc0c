"""The proof over the demo directory of all of Finland, checked against the matcher itself."""

import datetime as dt
import random

from flask import Flask
from sqlalchemy import update

from helpbutton import clock
from helpbutton.cases.submission import AGE_GROUPS, KINDS, ROLES
from helpbutton.db import db, transaction
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Route, Service
from helpbutton.i18n import LANGUAGES
from helpbutton.routing import queries
from helpbutton.routing.coverage import unfit
from helpbutton.routing.match import Facts, match

POINTS = 20_000


def test_the_demo_leaves_no_dead_end_in_finland(app_on_both: Flask) -> None:
    coverage = queries.check()
    assert coverage.complete, coverage.gaps[:3]
    assert len(coverage.outside) == 16
    assert coverage.own_desk > 0
    assert coverage.fallback > 0


def test_twenty_thousand_points_agree_with_the_matcher(app: Flask) -> None:
    chance, today = random.Random(20261122), clock.today()
    served = [p for p in directory.municipalities() if p.county in directory.installation().counties]
    topics = [None, *(topic.id for topic in directory.topics())]
    places, desks = queries.served_places(), queries.desk_fitness(today)
    routes = {place.code: directory.routes_of(place) for place in served}
    for _ in range(POINTS):
        place = chance.choice(served)
        facts = Facts(
            place.code,
            place.county,
            chance.choice(topics),
            chance.choice(KINDS),
            chance.choice(LANGUAGES),
            chance.choice([None, *AGE_GROUPS]),
            chance.choice(ROLES),
            directory.areas_of(place.code),
        )
        found = match(facts, routes[place.code], on=today)
        assert found is not None, facts
        assert not unfit(desks[found.desk], places[place.code], kind=facts.kind, language=facts.language), (
            facts
        )


def test_a_gap_is_named_with_its_place_and_reason(app: Flask) -> None:
    with transaction() as session:
        session.execute(update(Route).where(Route.county_code == "13").values(valid_to=dt.date(2020, 1, 1)))
        session.execute(update(Service).where(Service.key == "turku-school").values(hours={}))
    db.session.remove()
    coverage = queries.check()
    assert not coverage.complete
    whys = {gap.why for gap in coverage.gaps}
    assert "no route leads to a desk" in whys
    assert "desk turku-school has no opening hours in the coming month" in whys
    assert {gap.topic for gap in coverage.gaps if "turku-school" in gap.why} >= {"bullying"}


def test_every_place_with_swedish_has_a_desk_that_speaks_it(app: Flask) -> None:
    for place in directory.municipalities():
        if "sv" in place.languages and place.county in directory.installation().counties:
            found = queries.explain(municipality=place.code, language="sv")
            assert "sv" in found.desk.languages, place.names["fi"]
