"""The proof over the demo directory of all of Finland, checked against the matcher itself."""

import datetime as dt
import random

import pytest
from flask import Flask
from sqlalchemy import select, update

from helpbutton import clock
from helpbutton.cases.submission import AGE_GROUPS, KINDS, ROLES
from helpbutton.db import db, reading, transaction
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Installation, Route, Service
from helpbutton.i18n import LANGUAGES
from helpbutton.routing import queries
from helpbutton.routing.coverage import unfit
from helpbutton.routing.match import Facts, match
from helpbutton.staff.models import Account, Passkey
from helpbutton.staff.operations import add_account, set_password
from helpbutton.staff.queries import staffed_services

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


OFFICE = {day: [["08:00", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


@pytest.mark.parametrize(
    ("night_duty", "told"), [("own", True), ("none", False), (None, False), ("varha-family-work", False)]
)
def test_a_desk_that_stands_in_at_night_has_somebody_at_night(
    app: Flask, night_duty: str | None, told: bool
) -> None:
    with transaction() as session:
        for key, duty in (("varha-family-work", "turku-school"), ("turku-school", night_duty)):
            session.execute(update(Service).where(Service.key == key).values(hours=OFFICE, night_duty=duty))
    db.session.remove()
    desks = {desk.key: desk for desk in queries.desk_fitness(clock.today()).values()}
    assert desks["varha-family-work"].night == told


def test_a_county_desk_without_swedish_is_a_gap_in_its_finnish_municipalities_too(app: Flask) -> None:
    with transaction() as session:
        session.execute(
            update(Service).where(Service.key == "varha-family-guidance").values(languages=["fi", "en"])
        )
    gaps = queries.check().gaps
    places = {gap.municipality for gap in gaps}
    assert places == {code for code, place in queries.served_places().items() if place.county == "05"}, (
        "Salo as well as Turku, and nobody else"
    )
    assert all(("language", "sv") in gap.scope for gap in gaps)
    assert {gap.why for gap in gaps if gap.municipality == "734"} == {
        "desk varha-family-guidance does not serve in Swedish, a language of its whole county"
    }


def test_who_stands_in_at_night_must_be_able_to_take_what_comes(app: Flask) -> None:
    with transaction() as session:
        work = update(Service).where(Service.key == "varha-family-work")
        session.execute(work.values(hours=OFFICE, night_duty="varha-family-counselling"))
        night = update(Service).where(Service.key == "varha-family-counselling")
        session.execute(night.values(interpreters=False, kinds=["help"]))
    whys = {gap.why for gap in queries.check().gaps if "family-work" in gap.why}
    closed, other = "while desk varha-family-work is closed", "desk varha-family-counselling"
    assert f"{closed}: {other} does not take consultation_anonymous" in whys
    assert f"{closed}: {other} does not serve se and has no interpreters" in whys


def test_somebody_who_was_only_invited_keeps_no_desk_alive(app: Flask) -> None:
    with transaction() as session:
        session.execute(update(Installation).values(demo=False))
        session.execute(update(Account).values(password_hash="!"))
    desk = reading().scalars(select(Service.id).where(Service.key == "turku-school")).one()
    id = add_account(
        email="new@example.fi", name="New", password=None, role="worker", scopes=("turku-school",)
    )
    assert desk not in staffed_services()
    assert queries.desk_fitness(clock.today())[desk].dead == "desk turku-school has no active member"
    with transaction() as session:
        passkey = Passkey(
            account_id=id, credential_id=b"1", public_key=b"1", sign_count=0, name="P", created_at=clock.now()
        )
        session.add(passkey)
    assert desk in staffed_services()
    with transaction() as session:
        session.delete(session.scalars(select(Passkey)).one())
    assert desk not in staffed_services()
    assert set_password(email="new@example.fi", password="seitsemän pitkää kalaa")
    assert desk in staffed_services()
