"""check() names each fault that was planted, and only that."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from helpbutton.directory.rows import (
    Directory,
    Known,
    OrganisationRow,
    RouteRow,
    ServiceRow,
    SiteRow,
    check,
    scope_in_words,
)

NAMES = {"fi": "Neuvo", "sv": "Råd", "en": "Advice"}
CITY = OrganisationRow("city", "municipality", NAMES)
DESK = ServiceRow(
    key="desk",
    organisation="city",
    kind="school",
    names=NAMES,
    languages=("fi",),
    interpreters=False,
    hours={"mon": [["08:00", "12:00"], ["13:00", "16:00"]]},
    open_on_holidays=False,
    promise_days=2,
    promise_channel="phone",
    duty_number="+358500000001",
    alert_spacing_s=60,
)
ROUTE = RouteRow("desk", topic="bullying", municipality_code="853")
SITE = SiteRow("site", "city", "853", NAMES, ("fi",), None)
SOUND = Directory((CITY,), (DESK,), (ROUTE,), (SITE,))
KNOWN = Known(frozenset({"bullying"}), frozenset({"school"}), frozenset({"853"}), frozenset({"05"}))


def test_a_sound_directory_has_no_problem() -> None:
    assert check(SOUND, KNOWN) == ()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"organisation": "nobody"}, "unknown organisation 'nobody'"),
        ({"kind": "magic"}, "unknown service kind 'magic'"),
        ({"promise_channel": "fax"}, "unknown promise channel 'fax'"),
        ({"names": {"fi": "Neuvo", "sv": " "}}, "no name in sv, en"),
        ({"languages": ()}, "no languages"),
        ({"languages": ("fi", "xx")}, "unknown language 'xx'"),
        ({"hours": {}}, "no opening hours"),
        ({"hours": {"mon": []}}, "no opening hours"),
        ({"hours": {"monday": [["08:00", "16:00"]]}}, "unknown weekday 'monday'"),
        ({"hours": {"mon": [["16:00", "08:00"]]}}, "bad opening hours: mon"),
        ({"hours": {"mon": [["8", "16"]]}}, "bad opening hours: mon"),
        ({"hours": {"mon": [["08:00", "12:00"], ["11:00", "16:00"]]}}, "bad opening hours: mon"),
        ({"hours": {"mon": [["08:00"]]}}, "bad opening hours"),
        ({"closures": ("tomorrow",)}, "bad opening hours"),
        ({"promise_days": -1}, "a promise of -1 working days"),
        ({"alert_spacing_s": 0}, "alerts must be at least a second apart"),
        ({"duty_number": "+35812"}, "'+35812' is not a phone number"),
        ({"duty_number": "050 0000001"}, "'050 0000001' is not a phone number"),
        ({"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 1)}, "before it begins"),
    ],
)
def test_a_fault_in_a_desk_is_named(change: dict[str, Any], problem: str) -> None:
    (found,) = check(replace(SOUND, services=(replace(DESK, **change),)), KNOWN)
    assert found.startswith("Desk desk: ")
    assert problem in found


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"service": "gone"}, "there is no such desk"),
        ({"topic": "weather"}, "unknown topic 'weather'"),
        ({"municipality_code": "999"}, "unknown municipality '999'"),
        ({"municipality_code": None, "county_code": "77"}, "unknown county '77'"),
        ({"county_code": "05"}, "one place is enough"),
        ({"kind": "wish"}, "unknown kind 'wish'"),
        ({"age_group": "4"}, "unknown age group '4'"),
        ({"role": "teacher"}, "unknown role 'teacher'"),
        ({"language": "sv"}, "the desk does not serve sv"),
        ({"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 1)}, "before it begins"),
    ],
)
def test_a_fault_in_a_route_is_named(change: dict[str, Any], problem: str) -> None:
    (found,) = check(replace(SOUND, routes=(replace(ROUTE, **change),)), KNOWN)
    assert found.startswith("Route for ")
    assert problem in found


def test_an_unknown_language_of_a_route_is_named() -> None:
    routes = (replace(ROUTE, language="xx"),)
    desks = (replace(DESK, interpreters=True),)
    (found,) = check(replace(SOUND, services=desks, routes=routes), KNOWN)
    assert "unknown language 'xx'" in found


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"organisation": "nobody"}, "unknown organisation 'nobody'"),
        ({"municipality_code": "999"}, "unknown municipality '999'"),
        ({"names": {}}, "no name in fi, sv, en"),
        ({"languages": ()}, "no languages"),
        ({"phone": "112"}, "is not a phone number"),
    ],
)
def test_a_fault_in_a_site_is_named(change: dict[str, Any], problem: str) -> None:
    (found,) = check(replace(SOUND, sites=(replace(SITE, **change),)), KNOWN)
    assert found.startswith("Site site: ")
    assert problem in found


def test_a_fault_in_an_organisation_is_named() -> None:
    city = replace(CITY, kind="club", names={"fi": "Kunta", "en": "Town"})
    assert check(replace(SOUND, organisations=(city,)), KNOWN) == (
        "Organisation city: unknown kind 'club'.",
        "Organisation city: no name in sv.",
    )


def test_a_key_used_twice_is_named() -> None:
    twice = Directory((CITY, CITY), (DESK, DESK), (ROUTE,), (SITE, SITE))
    assert check(twice, KNOWN) == (
        "Organisation city: the key is used 2 times.",
        "Desk desk: the key is used 2 times.",
        "Site site: the key is used 2 times.",
    )


def test_two_routes_with_one_scope_are_a_tie_only_while_both_are_valid() -> None:
    until = replace(ROUTE, valid_to=date(2026, 6, 30))
    touching = replace(ROUTE, valid_from=date(2026, 6, 30))
    later = replace(ROUTE, valid_from=date(2026, 7, 1))
    (tie,) = check(replace(SOUND, routes=(until, touching)), KNOWN)
    assert tie.startswith(
        "Routes for topic bullying, municipality 853: desk and desk are valid at the same time"
    )
    assert check(replace(SOUND, routes=(until, later)), KNOWN) == ()
    assert len(check(replace(SOUND, routes=(ROUTE, until, later)), KNOWN)) == 2


def test_the_widest_scope_has_words_too() -> None:
    assert scope_in_words(RouteRow("desk")) == "everything"
