"""Matching: the most specific route wins, and says why."""

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpbutton.cases.submission import AGE_GROUPS, KINDS, ROLES
from helpbutton.i18n import LANGUAGES
from helpbutton.routing.coverage import DeskFitness, ServedPlace, prove
from helpbutton.routing.match import Facts, RouteRule, match

TODAY = dt.date(2026, 11, 22)
TURKU = Facts("853", "05", topic="bullying", age_group="10-12")

FRONT = RouteRule(1, 10, county="05")
SCHOOL = RouteRule(2, 20, topic="bullying", municipality="853")
SCHOOL_SV = RouteRule(3, 21, topic="bullying", municipality="853", language="sv")
DAY_CARE = RouteRule(4, 30, topic="bullying", municipality="853", age_group="3-5")
COUNTY_TOPIC = RouteRule(5, 40, topic="bullying", county="05")
ALL = [FRONT, SCHOOL, SCHOOL_SV, DAY_CARE, COUNTY_TOPIC]


def desk(facts: Facts, routes: list[RouteRule] = ALL) -> int | None:
    found = match(facts, routes, on=TODAY)
    return found.desk if found else None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, 20),
        ({"language": "sv"}, 21),
        ({"age_group": "3-5"}, 30),
        ({"topic": None}, 10),
        ({"topic": "grief_crisis"}, 10),
        ({"municipality": "202"}, 40),
        ({"municipality": "091", "county": "90"}, None),
    ],
)
def test_topic_before_place_before_the_rest(changes: dict[str, str | None], expected: int | None) -> None:
    facts = Facts(**{**TURKU.__dict__, **changes})
    assert desk(facts) == expected
    assert desk(facts, ALL[::-1]) == expected


def test_an_area_lies_between_municipality_and_county() -> None:
    kallio = RouteRule(8, 60, topic="bullying", area="kallio")
    here = Facts("977", "19", topic="bullying", areas=frozenset({"kallio"}))
    county = RouteRule(9, 70, topic="bullying", county="19")
    town = RouteRule(10, 80, topic="bullying", municipality="977")
    assert desk(here, [kallio, county]) == 60
    assert desk(here, [kallio, county, town]) == 80
    assert desk(Facts("564", "19", topic="bullying"), [kallio, county, town]) == 70
    both = Facts("977", "19", topic="bullying", areas=frozenset({"kallio", "selanne"}))
    assert desk(both, [RouteRule(11, 90, topic="bullying", area="selanne"), kallio]) == 60


def test_a_route_counts_from_its_first_to_its_last_day() -> None:
    dated = RouteRule(
        6, 50, topic="bullying", municipality="853", role="parent", valid_from=TODAY, valid_to=TODAY
    )
    for day, expected in ((TODAY, 50), (TODAY - dt.timedelta(1), 20), (TODAY + dt.timedelta(1), 20)):
        found = match(TURKU, [*ALL, dated], on=day)
        assert found is not None
        assert found.desk == expected


def test_of_two_routes_of_one_scope_the_older_answers_and_the_reason_names_the_other() -> None:
    tied = [*ALL, RouteRule(7, 99, topic="bullying", municipality="853")]
    for routes in (tied, tied[::-1]):
        found = match(TURKU, routes, on=TODAY)
        assert found is not None
        assert (found.desk, found.reason.params["tied"]) == (20, "7")
    alone = match(TURKU, ALL, on=TODAY)
    assert alone is not None
    assert "tied" not in alone.reason.params


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (TURKU, "route_topic"),
        (Facts("853", "05"), "route_front_desk"),
        (Facts("853", "05", topic="grief_crisis"), "route_fallback"),
    ],
)
def test_the_match_says_why(facts: Facts, code: str) -> None:
    found = match(facts, ALL, on=TODAY)
    assert found is not None
    assert found.reason.code == code
    assert found.reason.params["desk"] == found.desk


SCOPES = st.builds(
    RouteRule,
    id=st.integers(1, 10**6),
    desk=st.integers(1, 4),
    topic=st.sampled_from([None, "bullying", "grief_crisis"]),
    county=st.sampled_from([None, "05"]),
    kind=st.sampled_from([None, *KINDS[:2]]),
    language=st.sampled_from([None, "sv", "ar"]),
    age_group=st.sampled_from([None, "3-5"]),
    role=st.sampled_from([None, "child"]),
)


@given(st.lists(SCOPES, max_size=8), st.sets(st.integers(1, 4)), st.integers())
def test_the_proof_counts_what_the_matcher_does(routes: list[RouteRule], dead: set[int], seed: int) -> None:
    """On any routes without ties the shares of the proof are those of asking the matcher point by point."""
    scopes = {(r.topic, r.county, r.kind, r.language, r.age_group, r.role): r for r in routes}
    rules = list(scopes.values())
    topics = ["bullying", "grief_crisis", "separation_custody"]
    desks = {
        desk: DeskFitness(f"desk-{desk}", dead="nobody there" if desk in dead else "") for desk in range(1, 5)
    }
    coverage = prove(
        places={"853": ServedPlace("05"), "478": ServedPlace("91")},
        served_counties={"05"},
        topics=topics,
        routes=rules,
        desks=desks,
        on=TODAY,
    )
    size = len(KINDS) * len(LANGUAGES) * (len(AGE_GROUPS) + 1) * len(ROLES)
    missing = sum(gap.combinations for gap in coverage.gaps)
    assert coverage.outside == ["478"]
    assert coverage.combinations == size * (len(topics) + 1)
    assert coverage.own_desk + coverage.fallback + missing == coverage.combinations
    chance = random.Random(seed)
    for _ in range(20):
        facts = Facts(
            "853",
            "05",
            chance.choice([None, *topics]),
            chance.choice(KINDS),
            chance.choice(LANGUAGES),
            chance.choice([None, *AGE_GROUPS]),
            chance.choice(ROLES),
        )
        found = match(facts, rules, on=TODAY)
        covered = found is not None and found.desk not in dead
        gaps = [gap for gap in coverage.gaps if gap.topic == facts.topic]
        assert covered or gaps
        assert covered or not coverage.complete
