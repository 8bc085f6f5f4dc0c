"""Changing routes with the proof inside the operation, trying a change before, and the nightly proof."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpbutton import clock
from helpbutton.db import db, reading, transaction
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Route, Service
from helpbutton.directory.rows import RouteRow
from helpbutton.errors import Invalid, NotFound
from helpbutton.routing import queries
from helpbutton.routing.models import RoutingProof
from helpbutton.routing.operations import LeavesGaps, change_routes, prove_nightly
from helpbutton.routing.trial import RouteChange, what_if
from tests.cast import Cast

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
