"""The reference files of config/ are complete and say no more than their sources."""

import json
from collections import Counter
from datetime import date

import pytest

from helpbutton.config_dir import CONFIG_DIR
from helpbutton.directory.rows import CountyRow, MunicipalityRow
from helpbutton.i18n import WRITTEN

FLAGS = {
    "danger_now",
    "suicide_selfharm",
    "violence",
    "sexual_abuse",
    "neglect_now",
    "harm_feared",
    "missing",
    "honour_violence",
    "no_shelter",
}
HELP_LINES = json.loads((CONFIG_DIR / "help_lines.json").read_text("utf-8"))["help_lines"]
COUNTIES = json.loads((CONFIG_DIR / "counties.json").read_text("utf-8"))["counties"]


def test_the_municipalities_of_2026_are_all_there(municipalities: tuple[MunicipalityRow, ...]) -> None:
    living = [row for row in municipalities if row.valid_to is None or row.valid_to >= date(2026, 1, 1)]
    assert len(living) == 308
    assert len({row.code for row in municipalities}) == len(municipalities)
    assert Counter(row.languages for row in living) == {"fi": 259, "fi/sv": 18, "sv/fi": 15, "sv": 16}
    by_county = Counter(row.county_code for row in living)
    assert (by_county["05"], by_county["90"], by_county["91"]) == (27, 1, 16)
    assert len(by_county) == 21 + 1 + 1


def test_a_merged_municipality_leads_to_a_living_one(municipalities: tuple[MunicipalityRow, ...]) -> None:
    by_code = {row.code: row for row in municipalities}
    ended = [row for row in municipalities if row.valid_to or row.successor]
    assert [row.code for row in ended] == ["588"]
    assert all(by_code[row.successor or ""].successor is None for row in ended)


def test_counties_agree_with_their_municipalities(
    municipalities: tuple[MunicipalityRow, ...], counties: tuple[CountyRow, ...]
) -> None:
    assert Counter(row.kind for row in counties) == {"county": 21, "city": 1, "aland": 1}
    spoken: dict[str, set[str]] = {row.code: set() for row in counties}
    for row in municipalities:
        spoken[row.county_code] |= set(row.languages.split("/"))
    assert {row.code: set(row.languages) for row in counties} == spoken
    assert all(row.names[language] and row.area[language] for row in counties for language in WRITTEN)


@pytest.mark.parametrize("county", COUNTIES, ids=lambda county: county["code"])
def test_a_county_contact_is_named_and_its_number_has_a_source(county: dict[str, object]) -> None:
    contact = county["contact"]
    assert isinstance(contact, dict)
    assert set(contact["names"]) == set(WRITTEN)
    assert contact["phone"] is None or (contact["source"] and date.fromisoformat(contact["last_checked"]))


@pytest.mark.parametrize("line", HELP_LINES, ids=lambda line: line["id"])
def test_a_help_line_is_complete(line: dict[str, object]) -> None:
    for field in ("names", "hours", "for_whom"):
        texts = line[field]
        assert isinstance(texts, dict)
        assert set(texts) == set(WRITTEN)
        assert all(text.strip() for text in texts.values())
    assert line["number"]
    assert line["languages"]
    assert set(line["flags"]) <= FLAGS  # type: ignore[call-overload]
    assert line["last_checked"] is None or (line["source"] and date.fromisoformat(str(line["last_checked"])))


def test_112_comes_first_and_is_the_only_line_that_is_always_shown() -> None:
    ordered = sorted(HELP_LINES, key=lambda line: line["order"])
    assert ordered[0]["number"] == "112"
    assert [line["number"] for line in HELP_LINES if line["always"]] == ["112"]
    assert set(ordered[0]["flags"]) == FLAGS
    assert len({line["order"] for line in HELP_LINES}) == len(HELP_LINES)


def test_numbers_known_only_by_hearsay_have_no_date() -> None:
    unsourced = [line["id"] for line in HELP_LINES if line["source"] is None]
    assert unsourced == ["parent_helpline"]
    assert all(line["last_checked"] is None for line in HELP_LINES if line["source"] is None)
