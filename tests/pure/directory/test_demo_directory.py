"""The demo directory covers all of Finland, invents every number, and sends requests where people expect."""

import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import date

import phonenumbers
import pytest

from helpbutton.cases.submission import AGE_GROUPS, KINDS
from helpbutton.config_dir import CONFIG_DIR
from helpbutton.directory.demo_directory import build
from helpbutton.directory.demo_templates import read_templates
from helpbutton.directory.rows import CountyRow, Directory, Known, MunicipalityRow, check
from helpbutton.i18n import LANGUAGES, WRITTEN

Answer = Callable[..., str]


def test_the_directory_has_no_problem(demo: Directory, known: Known) -> None:
    assert check(demo, known) == ()


def test_the_same_input_gives_the_same_directory(
    demo: Directory,
    municipalities: tuple[MunicipalityRow, ...],
    counties: tuple[CountyRow, ...],
    topics: dict[str, str],
) -> None:
    again = build(municipalities, counties, topics, read_templates(CONFIG_DIR / "demo"), on=date(2026, 3, 2))
    assert again == demo


def test_every_place_of_mainland_finland_has_its_desks(
    demo: Directory, municipalities: tuple[MunicipalityRow, ...], answer: Answer
) -> None:
    desks = Counter(row.kind for row in demo.services)
    assert desks["family_guidance"] == 22 + 4
    assert desks["school"] == 292 + 4
    assert desks["early_education"] == 292 + 4 - 2
    mainland = [row for row in municipalities if row.county_code != "91" and not row.successor]
    assert len(mainland) == 292
    for row in mainland:
        assert answer(row.code, topic="early_education").endswith("-early-education")
        assert answer(row.code, topic="bullying").endswith("-school")
        assert answer(row.code).endswith("-family-guidance")


def test_every_county_has_a_fallback_for_everything(demo: Directory) -> None:
    fallbacks = [row for row in demo.routes if row.scope == (*[None] * 3, row.county_code, *[None] * 4)]
    assert {row.county_code for row in fallbacks} == {f"{n:02d}" for n in range(1, 22)} | {"90"}
    assert all(row.service.endswith("-family-guidance") for row in fallbacks)


def test_organisations(demo: Directory) -> None:
    kinds = Counter(row.kind for row in demo.organisations)
    assert kinds == {"county": 21, "city": 1, "municipality": 291, "parish": 9, "ngo": 9}
    names = {row.key: row.names["fi"] for row in demo.organisations}
    assert names["varha"] == "Varsinais-Suomen hyvinvointialue (Varha)"
    assert names["helsinki"] == "Helsingin kaupunki"
    assert names["turku"] == "Turun kaupunki"


def test_varha_has_a_desk_for_every_kind_of_service_of_a_county(demo: Directory) -> None:
    kinds = json.loads((CONFIG_DIR / "service_kinds.json").read_text("utf-8"))["service_kinds"]
    county_owned = {row["id"] for row in kinds if row["owner_kind"] == "county"}
    assert {row.kind for row in demo.services if row.organisation == "varha"} == county_owned


def test_names_are_whole_in_every_language(demo: Directory) -> None:
    named = [row.names for row in demo.organisations]
    named += [row.names for row in demo.services] + [row.names for row in demo.sites]
    for names in named:
        assert set(names) == set(WRITTEN)
        assert all(name.strip() and "{" not in name for name in names.values())
    finnish = Counter(row.names["fi"] for row in demo.services)
    assert finnish.most_common(1)[0][1] == 1


def test_every_number_is_valid_and_invented(demo: Directory) -> None:
    numbers = [row.duty_number or "" for row in demo.services] + [row.phone or "" for row in demo.sites]
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        assert re.fullmatch(r"\+35850000\d{4}", number)
        assert phonenumbers.is_valid_number(phonenumbers.parse(number, None))


def test_demo_desks_never_close(demo: Directory) -> None:
    week = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    for row in demo.services:
        assert row.hours == {day: [["00:00", "24:00"]] for day in week}
        assert row.open_on_holidays
        assert not row.closures


def test_varha_promises_faster_than_the_others(demo: Directory) -> None:
    promised = {row.key: row.promise_days for row in demo.services if row.kind == "family_guidance"}
    assert promised.pop("varha-family-guidance") == 1
    assert set(promised.values()) == {3}


@pytest.mark.parametrize(
    ("facts", "desk"),
    [
        ({}, "varha-family-guidance"),
        ({"language": "sv"}, "varha-family-guidance"),
        ({"topic": "bullying"}, "turku-school"),
        ({"topic": "bullying", "age_group": "3-5"}, "turku-early-education"),
        ({"topic": "bullying", "language": "sv"}, "turku-school-sv"),
        ({"topic": "bullying", "language": "sv", "age_group": "3-5"}, "turku-early-education-sv"),
        ({"topic": "bullying", "kind": "consultation_anonymous", "role": "professional"}, "turku-school"),
        ({"topic": "bullying", "kind": "contact_together"}, "varha-family-guidance"),
        ({"topic": "learning_support"}, "turku-learning-support"),
        ({"topic": "learning_support", "language": "sv"}, "turku-learning-support-sv"),
        ({"topic": "learning_support", "age_group": "3-5"}, "turku-ec-special-teacher"),
        ({"topic": "learning_support", "kind": "contact_together"}, "varha-family-guidance"),
        ({"topic": "transition", "age_group": "3-5"}, "turku-transition-team"),
        ({"kind": "transition_handover"}, "turku-transition-team"),
        ({"kind": "transition_handover", "age_group": "3-5", "language": "sv"}, "turku-transition-team-sv"),
        ({"topic": "parenting_limits"}, "varha-family-counselling"),
        ({"topic": "parenting_limits", "language": "sv"}, "varha-family-counselling-sv"),
        ({"topic": "speech_language", "language": "sv"}, "varha-speech-therapy-sv"),
        ({"topic": "separation_custody", "language": "sv"}, "varha-family-law"),
        ({"topic": "child_mental_health", "age_group": "13-15"}, "varha-youth-mental-health"),
        ({"topic": "youth_mental_health", "age_group": "10-12"}, "varha-child-mental-health"),
        ({"topic": "child_development", "age_group": "10-12"}, "varha-school-health"),
        ({"topic": "couple_relationship"}, "demo-parish-parish-counselling"),
        ({"topic": "couple_relationship", "language": "sv"}, "demo-parish-parish-counselling-sv"),
        ({"topic": "couple_relationship", "kind": "contact_together"}, "varha-family-guidance"),
        ({"topic": "loneliness_activities"}, "turku-open-early-education"),
        ({"topic": "loneliness_activities", "age_group": "3-5"}, "turku-open-early-education"),
        ({"topic": "loneliness_activities", "age_group": "6-9"}, "demo-ngo-ngo-family-activities"),
        ({"topic": "loneliness_activities", "age_group": "13-15"}, "turku-youth-work"),
        ({"topic": "loneliness_activities", "age_group": "13-15", "language": "sv"}, "turku-youth-work"),
        ({"topic": "child_safety"}, "varha-child-welfare"),
        ({"topic": "domestic_violence", "language": "ar"}, "varha-violence-work"),
    ],
)
def test_where_a_request_from_turku_ends(answer: Answer, facts: dict[str, str], desk: str) -> None:
    assert answer("853", **facts) == desk


def test_in_varsinais_suomi_every_topic_has_a_desk_of_its_own(answer: Answer, topics: dict[str, str]) -> None:
    front = {topic for topic in topics if answer("680", topic=topic) == "varha-family-guidance"}
    assert front == {"service_guidance"}


def test_elsewhere_county_matters_go_to_the_family_guidance(answer: Answer) -> None:
    assert answer("837", topic="parenting_limits") == "pirha-family-guidance"
    assert answer("837", topic="learning_support") == "tampere-school"
    assert answer("837", topic="transition", age_group="3-5") == "tampere-early-education"
    assert answer("837", kind="transition_handover") == "tampere-school"
    assert answer("837", topic="loneliness_activities", age_group="0-2") == "tampere-early-education"
    assert answer("091", topic="bullying") == "helsinki-school"
    assert answer("091", topic="money_housing") == "helsinki-family-guidance"


def test_aland_has_no_desk(answer: Answer) -> None:
    assert answer("478") == "nobody"


@pytest.mark.parametrize("municipality", ["853", "445", "322", "680"])
def test_every_request_ends_at_a_desk_that_speaks_the_language(
    demo: Directory, answer: Answer, topics: dict[str, str], municipality: str
) -> None:
    desks = {row.key: row for row in demo.services}
    for topic in topics:
        for kind in KINDS:
            for language in LANGUAGES:
                for age_group in AGE_GROUPS:
                    key = answer(municipality, topic=topic, kind=kind, language=language, age_group=age_group)
                    desk = desks[key]
                    assert language in desk.languages or desk.interpreters
                    if language in ("fi", "sv") and municipality != "680":
                        assert language in desk.languages, (municipality, topic, kind, language, age_group)


def test_sites(demo: Directory) -> None:
    sites = {row.key: row for row in demo.sites}
    assert (sites["demo"].organisation, sites["demo"].municipality_code) == ("turku", "853")
    assert sites["demo"].languages == ("fi", "sv", "en", *(own for own in LANGUAGES if own not in WRITTEN))
    assert sites["demo-pargas"].languages[0] == "sv"
    assert all("(demo)" in row.names["fi"] and not row.origins for row in demo.sites)
