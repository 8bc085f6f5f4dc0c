"""The proof asks of a desk what a request needs: the language, the kind, somebody who is told at night."""

import datetime as dt
from typing import Any

import pytest

from helpbutton.routing.coverage import DeskFitness, ServedPlace, prove
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
