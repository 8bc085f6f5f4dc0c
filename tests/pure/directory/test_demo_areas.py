"""The demo's full sets: areas inside counties, a group across their border, Swedish where it is official."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from helpbutton.config_dir import CONFIG_DIR
from helpbutton.directory.demo_directory import build
from helpbutton.directory.demo_templates import read_templates
from helpbutton.directory.rows import CountyRow, Directory, MunicipalityRow, ServiceRow

Answer = Callable[..., str]
FULL_SET = {"03", "05", "10", "11", "16", "17", "18", "19", "21"}
TURN_OF_YEAR = ((2026, 12, 31), (2027, 1, 1))
JOINT = "kuusamo-koillismaa"
PEERS = {"topic": "loneliness_activities", "age_group": "6-9"}


def test_the_areas_and_their_municipalities(
    demo: Directory, municipalities: tuple[MunicipalityRow, ...]
) -> None:
    names = {row.code: row.name_fi for row in municipalities}
    members = {area.key: {names[code] for code in area.municipalities} for area in demo.areas}
    assert members == {
        "kotka-hamina": {"Kotka", "Hamina", "Pyhtää", "Virolahti", "Miehikkälä"},
        "kouvola": {"Kouvola"},
        "kallio": {"Alavieska", "Nivala", "Sievi", "Ylivieska"},
        "selanne": {"Haapajärvi", "Kärsämäki", "Pyhäjärvi", "Reisjärvi"},
        "koillismaa": {"Kuusamo", "Posio", "Taivalkoski"},
    }


def test_only_the_group_of_municipalities_crosses_the_border_of_a_county(
    demo: Directory, municipalities: tuple[MunicipalityRow, ...]
) -> None:
    county_of = {row.code: row.county_code for row in municipalities}
    spread = {area.key: {county_of[code] for code in area.municipalities} for area in demo.areas}
    assert spread.pop("koillismaa") == {"19", "21"}
    assert all(len(counties) == 1 for counties in spread.values())


def test_a_full_set_answers_every_topic_in_the_organisation_it_belongs_to(
    demo: Directory, municipalities: tuple[MunicipalityRow, ...], answer: Answer
) -> None:
    topics = json.loads((CONFIG_DIR / "topics.json").read_text("utf-8"))["topics"]
    kind_of = {row.key: row.kind for row in demo.organisations}
    owner_of = {row.key: kind_of[row.organisation] for row in demo.services}
    for place in municipalities:
        if place.county_code in FULL_SET and not place.successor:
            for topic in topics:
                assert owner_of[answer(place.code, topic=topic["id"])] == topic["owner_kind"]


def test_every_kind_of_service_has_a_desk_of_its_owner_wherever_there_is_a_full_set(
    demo: Directory, municipalities: tuple[MunicipalityRow, ...], answer: Answer
) -> None:
    kinds = json.loads((CONFIG_DIR / "service_kinds.json").read_text("utf-8"))["service_kinds"]
    owners = {(row["id"], row["owner_kind"]) for row in kinds}
    kind_of = {row.key: row.kind for row in demo.organisations}
    for place in municipalities:
        if place.county_code in FULL_SET and not place.successor:
            near = _desks_near(place, demo, answer)
            assert {(desk.kind, kind_of[desk.organisation]) for desk in near} == owners, place.name_fi


def _desks_near(place: MunicipalityRow, demo: Directory, answer: Answer) -> list[ServiceRow]:
    """The desks of a municipality, of its county with parish and association, and of the areas it belongs to."""
    asked: tuple[dict[str, str], ...] = ({}, {"topic": "bullying"}, {"topic": "couple_relationship"}, PEERS)
    known = {row.key: row.organisation for row in demo.services}
    own = {known[answer(place.code, **facts)] for facts in asked}
    joint = [f"-{area.key}-" for area in demo.areas if place.code in area.municipalities]
    return [
        desk for desk in demo.services if desk.organisation in own or any(area in desk.key for area in joint)
    ]


def test_every_county_of_a_full_set_has_every_kind_of_service_of_a_county(demo: Directory) -> None:
    kinds = json.loads((CONFIG_DIR / "service_kinds.json").read_text("utf-8"))["service_kinds"]
    county_owned = {row["id"] for row in kinds if row["owner_kind"] == "county"}
    served = {
        row.county_code: row.service for row in demo.routes if row.county_code and not any(row.scope[4:])
    }
    organisation_of = {row.key: row.organisation for row in demo.services}
    for county in FULL_SET:
        organisation = organisation_of[served[county]]
        whole = {row.kind for row in demo.services if row.organisation == organisation}
        assert whole == county_owned, county


@pytest.mark.parametrize(
    ("municipality", "facts", "desk"),
    [
        ("049", {}, "lansi-uusimaa-family-guidance"),
        ("049", {"topic": "early_education"}, "espoo-early-education"),
        ("049", {"topic": "early_education", "language": "sv"}, "espoo-early-education-sv"),
        ("049", {"topic": "bullying", "language": "sv"}, "espoo-school-sv"),
        (
            "049",
            {"topic": "loneliness_activities", "age_group": "13-15", "language": "sv"},
            "espoo-youth-work-sv",
        ),
        ("049", {"topic": "parenting_limits", "language": "sv"}, "lansi-uusimaa-family-counselling-sv"),
        ("049", {"topic": "couple_relationship"}, "demo-parish-lansi-uusimaa-parish-counselling"),
        ("285", {}, "kymenlaakso-kotka-hamina-family-guidance"),
        ("935", {"topic": "parenting_limits"}, "kymenlaakso-kotka-hamina-family-counselling"),
        ("286", {"topic": "parenting_limits"}, "kymenlaakso-kouvola-family-counselling"),
        ("286", {"topic": "child_development"}, "kymenlaakso-kouvola-child-health-clinic"),
        (
            "286",
            {"topic": "child_development", "age_group": "10-12"},
            "kymenlaakso-kouvola-school-health",
        ),
        ("286", {"topic": "child_safety"}, "kymenlaakso-child-welfare"),
        ("286", {"topic": "bullying"}, "kouvola-school"),
        ("286", {"topic": "loneliness_activities"}, "kouvola-open-early-education"),
        ("286", {"topic": "bullying", "kind": "contact_together"}, "kymenlaakso-kouvola-family-guidance"),
        (
            "285",
            {"topic": "couple_relationship", "kind": "contact_together"},
            "kymenlaakso-kotka-hamina-family-guidance",
        ),
        ("285", {"topic": "couple_relationship"}, "demo-parish-ky-parish-counselling"),
        ("405", {"topic": "practical_help"}, "etela-karjala-home-service"),
        ("405", {"topic": "couple_relationship"}, "demo-parish-ek-parish-counselling"),
        ("305", {"topic": "early_education"}, f"{JOINT}-early-education"),
        ("614", {"topic": "early_education"}, f"{JOINT}-early-education"),
        ("614", {"topic": "bullying", "age_group": "3-5"}, f"{JOINT}-early-education"),
        ("832", {"topic": "loneliness_activities", "age_group": "16-17"}, f"{JOINT}-youth-work"),
        ("614", {"kind": "transition_handover", "age_group": "3-5"}, "posio-transition-team"),
        ("614", {"topic": "learning_support", "age_group": "3-5"}, f"{JOINT}-ec-special-teacher"),
        ("614", {"topic": "learning_support"}, "posio-learning-support"),
        ("614", {"topic": "loneliness_activities"}, f"{JOINT}-open-early-education"),
        ("614", {"topic": "bullying"}, "posio-school"),
        ("614", {"topic": "parenting_limits"}, "lappi-family-counselling"),
        ("832", {"topic": "parenting_limits"}, "pohde-family-counselling"),
        ("614", {"topic": "early_education", "kind": "contact_together"}, "lappi-family-guidance"),
        (
            "614",
            {"topic": "loneliness_activities", "age_group": "6-9"},
            "demo-ngo-lappi-ngo-family-activities",
        ),
        ("977", {"topic": "parent_wellbeing"}, "pohde-kallio-family-work"),
        ("691", {"topic": "parent_wellbeing"}, "pohde-selanne-family-work"),
        ("691", {"topic": "disability_illness"}, "pohde-disability-services"),
        ("691", {"topic": "early_education"}, "reisjarvi-early-education"),
        ("564", {"topic": "parent_wellbeing"}, "pohde-family-work"),
        ("743", {"topic": "neurodiversity"}, "etela-pohjanmaa-nepsy-coaching"),
        ("905", {"topic": "early_education", "language": "sv"}, "vaasa-early-education-sv"),
        ("905", {"topic": "early_education"}, "vaasa-early-education"),
        ("545", {"topic": "early_education", "language": "sv"}, "narpio-early-education"),
        ("545", {"topic": "speech_language", "language": "sv"}, "pohjanmaa-speech-therapy-sv"),
        ("272", {"topic": "bullying", "language": "sv"}, "kokkola-school-sv"),
        ("272", {"topic": "transition", "language": "sv"}, "kokkola-transition-team-sv"),
        ("236", {"topic": "bullying"}, "kaustinen-school"),
    ],
)
def test_where_a_request_ends(answer: Answer, municipality: str, facts: dict[str, str], desk: str) -> None:
    assert answer(municipality, **facts) == desk


@pytest.mark.parametrize("role", ["child", "young_person"])
def test_a_lonely_child_or_young_person_who_states_no_age_reaches_youth_work(
    demo: Directory, municipalities: tuple[MunicipalityRow, ...], answer: Answer, role: str
) -> None:
    kind_of = {row.key: row.kind for row in demo.services}
    for place in municipalities:
        if place.county_code in FULL_SET and not place.successor:
            for language in ("fi", "sv"):
                desk = answer(place.code, topic="loneliness_activities", role=role, language=language)
                assert kind_of[desk] == "youth_work", place.name_fi


@pytest.mark.parametrize(
    ("facts", "desk"),
    [
        ({"topic": "loneliness_activities", "role": "young_person", "language": "sv"}, "espoo-youth-work-sv"),
        (PEERS | {"role": "child"}, "demo-ngo-lansi-uusimaa-ngo-family-activities"),
        (PEERS | {"role": "young_person", "age_group": "3-5"}, "espoo-open-early-education"),
        ({"topic": "child_mental_health", "role": "young_person"}, "lansi-uusimaa-youth-mental-health"),
        ({"topic": "child_mental_health", "role": "child"}, "lansi-uusimaa-child-mental-health"),
        ({"topic": "youth_mental_health", "role": "child"}, "lansi-uusimaa-child-mental-health"),
        (
            {"topic": "youth_mental_health", "role": "child", "age_group": "13-15"},
            "lansi-uusimaa-youth-mental-health",
        ),
        (
            {"topic": "child_mental_health", "role": "young_person", "age_group": "10-12"},
            "lansi-uusimaa-child-mental-health",
        ),
        ({"topic": "child_development", "role": "child"}, "lansi-uusimaa-school-health"),
        (
            {"topic": "child_development", "role": "young_person", "age_group": "0-2"},
            "lansi-uusimaa-child-health-clinic",
        ),
        ({"topic": "child_development"}, "lansi-uusimaa-child-health-clinic"),
        (
            {"topic": "loneliness_activities", "role": "child", "kind": "contact_together"},
            "lansi-uusimaa-family-guidance",
        ),
    ],
)
def test_a_stated_age_outweighs_the_role(answer: Answer, facts: dict[str, str], desk: str) -> None:
    assert answer("049", **facts) == desk


def test_where_swedish_is_official_every_topic_has_a_desk_that_speaks_it(
    demo: Directory, municipalities: tuple[MunicipalityRow, ...], answer: Answer, topics: dict[str, str]
) -> None:
    languages = {row.key: row.languages for row in demo.services}
    for place in municipalities:
        if "sv" in place.languages and place.county_code in FULL_SET:
            for topic in topics:
                for kind in ("help", "contact_together", "transition_handover"):
                    desk = answer(place.code, topic=topic, kind=kind, language="sv")
                    assert "sv" in languages[desk], (place.name_fi, topic, kind)


def test_the_desks_of_a_bilingual_county_speak_both_languages_in_each_of_its_areas(demo: Directory) -> None:
    languages = {row.key: row.languages for row in demo.services}
    assert languages["kymenlaakso-kouvola-family-guidance"] == ("fi", "sv", "en")
    assert languages["kouvola-school"] == ("fi", "en")


def test_members_of_a_joint_area_have_no_second_desk_of_the_same_kind(demo: Directory) -> None:
    joint = {"early_education", "ec_special_teacher", "open_early_education", "youth_work"}
    kinds = [(row.organisation, row.kind) for row in demo.services]
    assert not any(owner in ("posio", "taivalkoski") and kind in joint for owner, kind in kinds)
    for kind in joint:
        assert kinds.count(("kuusamo", kind)) == 1
    assert {("kuusamo", "school"), ("posio", "school"), ("taivalkoski", "school")} <= set(kinds)


def test_a_member_that_has_ended_leaves_its_area(
    municipalities: tuple[MunicipalityRow, ...], counties: tuple[CountyRow, ...], topics: dict[str, str]
) -> None:
    merged = [
        replace(row, valid_to=date(2026, 12, 31), successor="305") if row.code == "614" else row
        for row in municipalities
    ]
    templates = read_templates(CONFIG_DIR / "demo")
    last_day, next_day = (build(merged, counties, topics, templates, on=date(*day)) for day in TURN_OF_YEAR)
    for directory, members in ((last_day, ("305", "614", "832")), (next_day, ("305", "832"))):
        (koillismaa,) = (area for area in directory.areas if area.key == "koillismaa")
        assert koillismaa.municipalities == members
        assert any(row.organisation == "posio" for row in directory.services) == ("614" in members)
