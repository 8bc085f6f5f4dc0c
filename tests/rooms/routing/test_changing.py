"""Changing routes with the proof inside the operation, trying a change before, and the nightly proof."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from helpbutton import clock
from helpbutton.cases.models import Case
from helpbutton.db import db, reading, transaction
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Route, Service
from helpbutton.directory.rows import RouteRow
from helpbutton.errors import Invalid, NotFound
from helpbutton.routing import queries
from helpbutton.routing.models import RoutingProof
from helpbutton.routing.operations import LeavesGaps, change_routes, prove_nightly
from helpbutton.routing.trial import RouteChange, in_range, what_if
from helpbutton.sorting.operations import sort_case
from tests.cast import Cast

TO_FAMILY_WORK = RouteRow("varha-family-work", topic="grief_crisis", municipality_code="853")
TO_COUNSELLING = RouteRow("varha-family-counselling", topic="grief_crisis", municipality_code="853")


def route_id(desk: str, topic: str | None) -> int:
    found = reading().scalar(
        select(Route.id)
        .join(Service)
        .where(Service.key == desk, Route.topic == topic, Route.language.is_(None), Route.age_group.is_(None))
    )
    assert found is not None
    return found


def desk(topic: str, municipality: str = "853") -> str:
    return queries.explain(municipality=municipality, topic=topic).desk.key


def test_a_sound_change_takes_effect_with_its_proof(app_on_both: Flask, cast: Cast) -> None:
    before = desk("grief_crisis")
    coverage = change_routes(
        actor=cast.actor("eve"),
        change=RouteChange(
            add=(RouteRow("varha-family-work", topic="grief_crisis", municipality_code="853"),)
        ),
    )
    assert coverage.complete
    assert before != "varha-family-work"
    assert desk("grief_crisis") == "varha-family-work"
    assert desk("grief_crisis", "202") == before


def test_a_change_that_leaves_gaps_is_refused_and_leaves_nothing(app_on_both: Flask, cast: Cast) -> None:
    front = route_id("varha-family-guidance", None)
    with pytest.raises(LeavesGaps) as refused:
        change_routes(actor=cast.actor("eve"), change=RouteChange(end=(front,)))
    assert refused.value.combinations > 0
    assert {gap.why for gap in refused.value.gaps} == {"no route leads to a desk"}
    db.session.remove()
    assert queries.check().complete


def test_a_gap_that_closes_makes_up_for_none_that_opens(app: Flask, cast: Cast) -> None:
    with transaction() as session:
        narrow = session.scalars(select(Service).where(Service.key == "varha-family-work")).one()
        narrow.kinds = ["consultation"]
        session.add(Route(service_id=narrow.id, topic="grief_crisis", municipality_code="853"))
    before = queries.check().without_desk
    assert before > 0
    moved = RouteChange(
        add=(RouteRow("varha-family-work", topic="grief_crisis", municipality_code="202"),),
        end=(route_id("varha-family-work", "grief_crisis"),),
    )
    with pytest.raises(LeavesGaps) as refused:
        change_routes(actor=cast.actor("eve"), change=moved)
    assert {gap.municipality for gap in refused.value.gaps} == {"202"}
    db.session.remove()
    assert queries.check().without_desk == before


def test_more_that_gain_a_desk_make_up_for_none_that_loses_it(app: Flask, cast: Cast) -> None:
    with transaction() as session:
        desks = {row.key: row for row in session.scalars(select(Service))}
        few, many = desks["varha-family-work"], desks["varha-family-counselling"]
        few.languages, few.interpreters = ["fi", "sv"], False
        many.languages = ["fi", "en", "ar"]
        session.add(Route(service_id=few.id, topic="grief_crisis", municipality_code="734"))
    db.session.remove()
    to_many = RouteRow("varha-family-counselling", topic="grief_crisis", municipality_code="734")
    change = RouteChange(add=(to_many,), end=(route_id("varha-family-work", "grief_crisis"),))
    with pytest.raises(LeavesGaps) as refused:
        change_routes(actor=cast.actor("eve"), change=change)
    assert {gap.scope for gap in refused.value.gaps} == {(("language", "sv"),)}
    swedish = sum(gap.combinations for gap in refused.value.gaps)
    assert refused.value.combinations == swedish
    assert f"{swedish} combinations" in str(refused.value)


def test_two_routes_of_one_scope_are_refused(app: Flask, cast: Cast) -> None:
    twice = RouteChange(
        add=(TO_COUNSELLING, RouteRow("varha-family-work", topic="grief_crisis", municipality_code="853"))
    )
    with pytest.raises(Invalid):
        change_routes(actor=cast.actor("eve"), change=twice)
    with pytest.raises(Invalid):
        what_if(change=twice, since=clock.today())


@pytest.mark.parametrize("who", ["cara", "liisa", "kim", "aada"])
def test_only_an_administrator_changes_routes(app: Flask, cast: Cast, who: str) -> None:
    with pytest.raises(NotFound):
        change_routes(actor=cast.actor(who), change=RouteChange(add=(TO_COUNSELLING,)))


def test_nobody_sends_requests_to_another_organisations_desk(app: Flask, cast: Cast) -> None:
    with pytest.raises(NotFound):
        change_routes(
            actor=cast.actor("eve"),
            change=RouteChange(add=(RouteRow("turku-school", municipality_code="853"),)),
        )


def test_a_change_is_tried_on_past_cases_without_changing_anything(app: Flask, cast: Cast) -> None:
    for _ in range(3):
        assert cast.send(topic="grief_crisis").status_code == 201
    assert cast.send(topic="bullying").status_code == 201
    routes = reading().scalar(select(func.count()).select_from(Route))
    change = RouteChange(add=(RouteRow("varha-family-work", topic="grief_crisis", municipality_code="853"),))
    trial = what_if(change=change, since=clock.today() - dt.timedelta(days=365))
    assert trial.cases == 4
    assert [(move.new, move.cases) for move in trial.moves] == [("varha-family-work", 3)]
    assert trial.coverage.complete
    assert reading().scalar(select(func.count()).select_from(Route)) == routes
    later = what_if(change=change, since=clock.today() + dt.timedelta(days=1))
    assert later.cases == 0


def test_a_trial_looks_at_the_cases_of_the_organisations_asked_for(app: Flask, cast: Cast) -> None:
    for _ in range(2):
        assert cast.send(topic="grief_crisis").status_code == 201
    own = cast.actor("eve").organisations_as("administrator")
    change, since = RouteChange(add=(TO_FAMILY_WORK,)), clock.today()
    assert what_if(change=change, since=since, organisations=own).cases == 2
    others = what_if(change=change, since=since, organisations=())
    assert (others.cases, others.moves) == (0, ())


def test_counts_lie_in_ranges_that_begin_above_the_small_ones() -> None:
    assert [in_range(count) for count in (0, 4, 5, 9, 10, 99, 100, 5000)] == [
        *((0, 4), (0, 4), (5, 9), (5, 9)),
        *((10, 19), (50, 99), (100, None), (100, None)),
    ]


def test_what_if_names_unknown_desks_and_routes(app: Flask) -> None:
    with pytest.raises(NotFound):
        what_if(change=RouteChange(add=(RouteRow("nowhere"),)), since=clock.today())
    with pytest.raises(NotFound):
        what_if(change=RouteChange(end=(999_999,)), since=clock.today())


def test_the_proof_runs_once_a_night(app: Flask) -> None:
    night = dt.datetime(2026, 11, 23, 1, 30, tzinfo=dt.UTC)
    for moment in (night, night + dt.timedelta(hours=1), night + dt.timedelta(hours=12)):
        with clock.moved(moment):
            prove_nightly()
    with clock.moved(night + dt.timedelta(hours=24)):
        prove_nightly()
    proofs = reading().scalars(select(RoutingProof).order_by(RoutingProof.id)).all()
    assert [proof.without_desk for proof in proofs] == [0, 0]
    assert all(proof.combinations > 0 for proof in proofs)


def test_an_area_routes_its_municipalities(app: Flask) -> None:
    for code in ("853", "091"):
        place = directory.municipality(code)
        keys = {rule.area for rule in directory.routes_of(place)} - {None}
        assert keys <= directory.areas_of(code)


IN_A_MONTH = dt.timedelta(days=30)


def tied_from(day: dt.date) -> tuple[int, int]:
    """Two routes of one scope, which no operation stores: the first stands, the second begins on the day."""
    with transaction() as session:
        desks = {
            row.key: row.id
            for row in session.scalars(
                select(Service).where(Service.key.in_(["varha-family-work", "varha-family-counselling"]))
            )
        }
        routes = [
            Route(service_id=id, topic="grief_crisis", municipality_code="853", valid_from=first)
            for id, first in (
                (desks["varha-family-work"], None),
                (desks["varha-family-counselling"], day),
            )
        ]
        session.add_all(routes)
        session.flush()
        return routes[0].id, routes[1].id


def test_a_tie_of_a_later_day_is_refused_today(app: Flask, cast: Cast) -> None:
    later = clock.today() + IN_A_MONTH
    first = RouteRow("varha-family-work", topic="grief_crisis", municipality_code="853")
    change_routes(actor=cast.actor("eve"), change=RouteChange(add=(first,)))
    second = RouteRow(
        "varha-family-counselling", topic="grief_crisis", municipality_code="853", valid_from=later
    )
    for refused in (
        lambda: change_routes(actor=cast.actor("eve"), change=RouteChange(add=(second,))),
        lambda: what_if(change=RouteChange(add=(second,)), since=clock.today()),
    ):
        with pytest.raises(Invalid, match="routes:tie"):
            refused()
    with clock.moved(clock.now() + IN_A_MONTH):
        assert desk("grief_crisis") == "varha-family-work"


def test_a_tie_costs_nobody_the_answer_and_one_of_the_two_can_be_ended(app: Flask, cast: Cast) -> None:
    first, second = tied_from(clock.today())
    answer = cast.send(topic="grief_crisis")
    assert answer.status_code == 201
    case_id = reading().scalars(select(Case.id).where(Case.number == answer.get_json()["number"])).one()
    sort_case(case_id)
    assert reading().get_one(Case, case_id).triage_version is not None
    prove_nightly()
    assert reading().scalar(select(func.count()).select_from(RoutingProof)) == 1
    found = queries.check()
    assert found.ties == {frozenset({first, second})}
    assert not found.complete
    db.session.remove()
    assert change_routes(actor=cast.actor("eve"), change=RouteChange(end=(second,))).complete
    assert desk("grief_crisis") == "varha-family-work"


def test_a_route_that_leads_nowhere_from_a_later_day_on_is_refused_today(app: Flask, cast: Cast) -> None:
    last = clock.today() + IN_A_MONTH
    with transaction() as session:
        session.scalars(select(Service).where(Service.key == "varha-family-work")).one().valid_to = last
    assert not queries.check().complete, "routes of the demo lead there"
    with transaction() as session:
        id = session.scalars(select(Service.id).where(Service.key == "varha-family-work")).one()
        session.execute(update(Route).where(Route.service_id == id).values(valid_to=last))
    db.session.remove()
    assert queries.check().complete
    dying = RouteRow("varha-family-work", topic="grief_crisis", municipality_code="853")
    with pytest.raises(LeavesGaps) as refused:
        change_routes(actor=cast.actor("eve"), change=RouteChange(add=(dying,)))
    assert {gap.since for gap in refused.value.gaps} == {last + dt.timedelta(days=1)}
    assert {gap.municipality for gap in refused.value.gaps} == {"853"}


def test_a_change_that_begins_later_is_tried_on_its_first_day(app: Flask, cast: Cast) -> None:
    cast.send(topic="grief_crisis")
    later = clock.today() + IN_A_MONTH
    row = RouteRow("varha-family-work", topic="grief_crisis", municipality_code="853", valid_from=later)
    trial = what_if(change=RouteChange(add=(row,)), since=clock.today())
    assert [(move.new, move.cases) for move in trial.moves] == [("varha-family-work", 1)]
    assert trial.day == later


@pytest.mark.parametrize(
    "wrong", [{"topic": "x"}, {"municipality_code": "000"}, {"language": "xx"}, {"county_code": "x"}]
)
def test_what_if_refuses_what_nobody_knows(app: Flask, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="unknown_value"):
        what_if(change=RouteChange(add=(RouteRow("varha-family-work", **wrong),)), since=clock.today())


def test_cases_are_tried_by_the_topic_that_found_their_desk(app_on_both: Flask, cast: Cast) -> None:
    """What the sender stated, whatever staff made of it; without it triage's, but only where it was sure."""
    told = (
        "Poikaa kiusataan koulussa joka päivä, luokassa nauretaan ja lyödään välitunnilla",
        "Moi, jotain apua?",
    )
    sent = [
        *(cast.send(text=text, child_age_group="10-12") for text in told),
        cast.send(topic="grief_crisis", child_age_group="10-12"),
    ]
    numbers = [answer.get_json()["number"] for answer in sent]
    for number in numbers:
        sort_case(reading().scalars(select(Case.id).where(Case.number == number)).one())
    with transaction() as session:
        cases = {case.number: case for case in session.scalars(select(Case))}
        _sure, unsure, stated = (cases[number] for number in numbers)
        guessed = str(unsure.topic)
        stated.topic = "bullying"

    def moved(topic: str) -> int:
        row = RouteRow(
            "varha-family-work", topic=topic, municipality_code="853", age_group="10-12", role="parent"
        )
        found = what_if(change=RouteChange(add=(row,)), since=clock.today())
        return sum(move.cases for move in found.moves)

    assert (moved("bullying"), moved("grief_crisis"), moved(guessed)) == (1, 1, 0)
