"""The proof asks of a desk what a request needs: the language, the kind, somebody who is told at night."""

import datetime as dt
import functools
import operator
from typing import Any

import pytest

from helpbutton.routing.ahead import Span, prove_ahead
from helpbutton.routing.coverage import Coverage, DeskFitness, ServedPlace, prove
from helpbutton.routing.match import RouteRule

TODAY = dt.date(2026, 11, 22)
PARGAS = ServedPlace("05", languages=("sv", "fi"))
TURKU = ServedPlace("05", languages=("fi", "sv"))
LIETO = ServedPlace("05", languages=("fi",))
GOOD = DeskFitness("guidance", languages=frozenset({"fi", "sv", "en"}))


def whys(desk: DeskFitness, place: ServedPlace = LIETO, **route: Any) -> set[str]:
    coverage = prove(
        places={"423": place},
        served_counties={"05"},
        topics=["bullying"],
        routes=[RouteRule(1, 1, county="05", **route)],
        desks={1: desk},
        on=TODAY,
    )
    assert coverage.complete == (not coverage.gaps)
    return {gap.why for gap in coverage.gaps}


def changed(**changes: Any) -> DeskFitness:
    return DeskFitness(**{**GOOD.__dict__, **changes})


def test_a_fit_desk_leaves_no_gap() -> None:
    assert whys(GOOD) == set()
    assert whys(GOOD, PARGAS) == set()


@pytest.mark.parametrize(
    ("desk", "place", "why"),
    [
        (changed(dead="desk guidance has no active member"), LIETO, "desk guidance has no active member"),
        (
            changed(languages=frozenset({"fi"})),
            PARGAS,
            "desk guidance does not serve in Swedish, an official language there",
        ),
        (
            changed(languages=frozenset({"fi"})),
            TURKU,
            "desk guidance does not serve in Swedish, an official language there",
        ),
        (
            changed(interpreters=False),
            LIETO,
            "desk guidance does not serve se and has no interpreters",
        ),
        (changed(kinds=frozenset({"help"})), LIETO, "desk guidance does not take consultation_anonymous"),
        (
            changed(night=False),
            LIETO,
            "desk guidance does not say who is told of urgent cases while it is closed",
        ),
    ],
)
def test_what_a_desk_lacks_is_a_gap_with_its_reason(desk: DeskFitness, place: ServedPlace, why: str) -> None:
    assert why in whys(desk, place)


def test_an_interpreter_is_enough_where_swedish_is_not_official() -> None:
    assert whys(changed(languages=frozenset({"fi"}))) == set()


@pytest.mark.parametrize(("county", "official"), [(True, True), (False, False)])
def test_a_bilingual_county_owes_swedish_to_its_finnish_municipalities_too(
    county: bool, official: bool
) -> None:
    salo = ServedPlace("05", languages=("fi",), county_languages=frozenset({"fi", "sv"}))
    why = "desk guidance does not serve in Swedish, a language of its whole county"
    assert whys(changed(languages=frozenset({"fi"}), county=county), salo) == ({why} if official else set())
    assert whys(changed(languages=frozenset({"fi"}), county=county), LIETO) == set()


NIGHT = changed(key="emergency")


@pytest.mark.parametrize(
    ("stand_in", "place", "why"),
    [
        ({}, PARGAS, None),
        ({"dead": "desk emergency has no active member"}, LIETO, "desk emergency has no active member"),
        ({"kinds": frozenset({"help"})}, LIETO, "desk emergency does not take consultation_anonymous"),
        ({"interpreters": False}, LIETO, "desk emergency does not serve se and has no interpreters"),
        (
            {"languages": frozenset({"fi"})},
            PARGAS,
            "desk emergency does not serve in Swedish, an official language there",
        ),
    ],
)
def test_the_desk_that_stands_in_at_night_takes_the_same(
    stand_in: dict[str, Any], place: ServedPlace, why: str | None
) -> None:
    found = whys(changed(stand_in=DeskFitness(**{**NIGHT.__dict__, **stand_in})), place)
    assert (found == set()) if why is None else (f"while desk guidance is closed: {why}" in found)


def test_gaps_of_one_place_and_topic_share_no_combination() -> None:
    coverage = prove(
        places={"445": PARGAS},
        served_counties={"05"},
        topics=["bullying"],
        routes=[RouteRule(1, 1, county="05"), RouteRule(2, 2, county="05", role="child")],
        desks={
            1: changed(languages=frozenset({"fi"}), kinds=frozenset({"help"})),
            2: changed(interpreters=False),
        },
        on=TODAY,
    )
    gaps = [gap for gap in coverage.gaps if gap.topic is None]
    every = functools.reduce(operator.or_, (gap.cells for gap in gaps))
    assert len(gaps) > 2
    assert [gap.cells.bit_count() for gap in gaps] == [gap.combinations for gap in gaps]
    assert every.bit_count() == sum(gap.combinations for gap in gaps)


def test_plain_finnish_is_answered_in_finnish() -> None:
    found = whys(changed(languages=frozenset({"fi"}), interpreters=False))
    assert "desk guidance does not serve fi and has no interpreters" not in found
    assert "desk guidance does not serve en and has no interpreters" in found


def test_a_gap_names_what_the_missing_route_must_say() -> None:
    coverage = prove(
        places={"445": PARGAS},
        served_counties={"05"},
        topics=["bullying"],
        routes=[RouteRule(1, 1, county="05")],
        desks={1: changed(languages=frozenset({"fi"}))},
        on=TODAY,
    )
    assert {gap.scope for gap in coverage.gaps} == {(("language", "sv"),)}
    assert coverage.without_desk == sum(gap.combinations for gap in coverage.gaps) > 0


def test_a_route_to_a_swedish_desk_closes_the_gap() -> None:
    coverage = prove(
        places={"445": PARGAS},
        served_counties={"05"},
        topics=["bullying"],
        routes=[RouteRule(1, 1, county="05"), RouteRule(2, 2, county="05", language="sv")],
        desks={1: changed(languages=frozenset({"fi"})), 2: GOOD},
        on=TODAY,
    )
    assert coverage.complete


@pytest.mark.parametrize(
    ("dead", "scope", "in_place"),
    [
        ({"role": "child"}, (("role", "child"),), False),
        ({"role": "child", "topic": "bullying", "municipality": "423"}, (("role", "child"),), True),
        ({"topic": "bullying", "municipality": "423"}, (), True),
        ({"topic": "bullying"}, (), False),
    ],
)
def test_the_closing_route_can_win_or_takes_the_place_of_the_one_that_is_there(
    dead: dict[str, Any], scope: tuple[tuple[str, str], ...], in_place: bool
) -> None:
    coverage = prove(
        places={"423": LIETO},
        served_counties={"05"},
        topics=["bullying"],
        routes=[RouteRule(1, 1, county="05"), RouteRule(2, 2, **{"county": "05", **dead})],
        desks={1: GOOD, 2: changed(dead="nobody there")},
        on=TODAY,
    )
    found = [gap for gap in coverage.gaps if gap.topic == "bullying" and ("language", "sv") not in gap.scope]
    assert len(found) == 1
    gap = found[0]
    assert (gap.scope, gap.in_place, gap.route) == (scope, in_place, 2)


def ahead(routes: list[RouteRule], spans: dict[int, list[Span]]) -> Coverage:
    return prove_ahead(
        places={"423": LIETO, "445": PARGAS},
        served_counties={"05"},
        topics=["bullying"],
        routes=routes,
        desks=lambda day: {
            id: changed(dead="" if all(last is None or day <= last for _, last in bounds) else "over")
            for id, bounds in spans.items()
        },
        spans=spans,
        on=TODAY,
    )


def test_what_ends_later_is_a_gap_from_that_day_on() -> None:
    last = TODAY + dt.timedelta(days=30)
    next_day = last + dt.timedelta(days=1)
    front, own = RouteRule(1, 1, county="05"), RouteRule(2, 2, topic="bullying", municipality="423")
    always: list[Span] = [(None, None)]
    assert ahead([front, own], {1: always, 2: always}).later == {}
    over = ahead([front, own], {1: always, 2: [(None, last)]})
    assert {(gap.municipality, gap.topic, gap.since) for gap in over.gaps} == {("423", "bullying", next_day)}
    assert not over.complete
    assert (over.gaps_on(last), over.gaps_on(next_day)) == ([], over.gaps)
    assert over.without_desk == sum(gap.combinations for gap in over.gaps)
    ending = RouteRule(1, 1, county="05", valid_to=last)
    assert {gap.since for gap in ahead([ending], {1: always}).gaps} == {next_day}
    successor = RouteRule(3, 1, county="05", valid_from=next_day)
    assert ahead([ending, successor], {1: always}).complete


def test_a_gap_that_stands_today_is_not_told_again_of_later_days() -> None:
    later = TODAY + dt.timedelta(days=30)
    front = RouteRule(1, 1, county="05")
    other = RouteRule(2, 2, county="05", language="sv", valid_from=later)
    found = ahead([front, other], {1: [(None, TODAY - dt.timedelta(days=1))], 2: [(None, None)]})
    assert {gap.since for gap in found.gaps if gap.scope != (("language", "sv"),)} <= {None, later}
    assert sum(gap.combinations for gap in found.gaps_on(later)) < found.without_desk
