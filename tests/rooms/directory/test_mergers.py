"""Mergers of municipalities: dated rows of the reference file, and what a place takes over from those it replaced."""

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from helpbutton.config_dir import CONFIG_DIR
from helpbutton.directory import queries as directory
from helpbutton.directory import reference
from helpbutton.directory.mergers import Merger, contested, handed_down, with_successors
from helpbutton.directory.operations import initialise
from helpbutton.errors import NotReady
from helpbutton.routing.match import Facts, RouteRule, match

VIROLAHTI, HAMINA, NEW = "935", "075", "999"
LAST_DAY, NEXT_DAY = dt.date(2026, 12, 31), dt.date(2027, 1, 1)
INTO_HAMINA = {VIROLAHTI: HAMINA}
INTO_A_NEW_ONE = {VIROLAHTI: NEW, HAMINA: NEW}
BEGINS = "999,Uusi Hamina,Nya Fredrikshamn,fi,Kymenlaakso,10,2027-01-01,,"

Rewrite = Callable[[dict[str, str], str], None]


@pytest.fixture
def rewrite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rewrite:
    """Gives municipalities a last day and a successor in a copy of the reference files, and adds a line."""
    folder = tmp_path / "config"
    folder.mkdir()
    for file in (*CONFIG_DIR.glob("*.json"), CONFIG_DIR / "municipalities.csv"):
        shutil.copy(file, folder)
    monkeypatch.setattr(reference, "CONFIG_DIR", folder)

    def write(successors: dict[str, str], begins: str = "") -> None:
        file = folder / "municipalities.csv"
        lines = [
            f"{line[:-3]},,{LAST_DAY},{successors[line[:3]]}" if line[:3] in successors else line
            for line in file.read_text("utf-8").splitlines()
        ]
        file.write_text("\n".join(filter(None, [*lines, begins])), "utf-8")

    return write


@pytest.mark.parametrize(
    ("successors", "begins", "then"), [(INTO_HAMINA, "", HAMINA), (INTO_A_NEW_ONE, BEGINS, NEW)]
)
def test_a_merger_to_come_is_loaded_and_takes_place_on_its_day(
    app: Flask, rewrite: Rewrite, successors: dict[str, str], begins: str, then: str
) -> None:
    rewrite(successors, begins)
    initialise()
    for day, behind, number in ((LAST_DAY, VIROLAHTI, 308), (NEXT_DAY, then, 308 - len(successors))):
        number += day == NEXT_DAY and bool(begins)
        assert directory.municipality(VIROLAHTI, on=day).code == behind
        assert len(directory.municipalities(on=day)) == number
        assert (behind in {place.code for place in directory.municipalities(on=day)}) is True
    assert "kotka-hamina" in directory.areas_of(then)


@pytest.mark.parametrize(
    ("successors", "begins", "problem"),
    [
        ({VIROLAHTI: "998"}, "", "municipality 935: unknown successor"),
        ({VIROLAHTI: ""}, "", "municipality 935: no successor that is in force after 2026-12-31"),
        ({VIROLAHTI: HAMINA, HAMINA: VIROLAHTI}, "", "municipality 935: no successor that is in force"),
        (
            INTO_A_NEW_ONE,
            BEGINS.replace("2027-01-01", "2027-02-01"),
            "municipality 075: no successor that is in force",
        ),
        (
            {},
            BEGINS.replace("2027-01-01", "2025-01-01"),
            "309 municipalities are in force on 2026-01-01, not 308",
        ),
        ({}, BEGINS + HAMINA, "municipality 999: a successor, but no last day"),
    ],
)
def test_a_wrong_merger_is_named(
    rewrite: Rewrite, successors: dict[str, str], begins: str, problem: str
) -> None:
    rewrite(successors, begins)
    with pytest.raises(NotReady, match=problem):
        reference.read()


MERGED = (Merger(NEXT_DAY, NEW, (HAMINA, VIROLAHTI)),)
ABSORBED = (Merger(NEXT_DAY, HAMINA, (HAMINA, VIROLAHTI)),)
COUNTY = RouteRule(1, 1, county="10")


def test_an_area_goes_over_when_all_that_became_one_were_in_it() -> None:
    assert with_successors({HAMINA, VIROLAHTI}, MERGED) == {HAMINA, VIROLAHTI, NEW}
    assert with_successors({VIROLAHTI}, MERGED) == with_successors({VIROLAHTI}, ABSORBED) == {VIROLAHTI}


def route(id: int, municipality: str, desk: int, **scope: Any) -> RouteRule:
    return RouteRule(id, desk, topic="bullying", municipality=municipality, **scope)


def where(rules: list[RouteRule], municipality: str, on: dt.date, **asked: Any) -> int | None:
    found = match(Facts(municipality, "10", "bullying", **asked), rules, on=on)
    return found.desk if found else None


def test_a_route_of_an_old_code_goes_on_counting_until_the_place_has_its_own() -> None:
    later = NEXT_DAY + dt.timedelta(days=30)
    old = [COUNTY, route(2, VIROLAHTI, 2, language="sv"), route(3, VIROLAHTI, 2)]
    rules = handed_down([*old, route(4, NEW, 3, valid_from=later)], MERGED)
    days = (LAST_DAY, NEXT_DAY, later - dt.timedelta(days=1), later)
    assert [where(rules, NEW, day) for day in days] == [1, 2, 2, 3]
    assert [where(rules, NEW, day, language="sv") for day in days] == [1, 2, 2, 3]
    assert where(rules, VIROLAHTI, LAST_DAY) == 2
    narrower = handed_down([*old, route(4, NEW, 3, role="child")], MERGED)
    assert [where(narrower, NEW, NEXT_DAY, role=role) for role in ("child", "parent")] == [3, 2]


def ids_contested(routes: list[RouteRule], mergers: tuple[Merger, ...] = MERGED) -> set[tuple[int, int]]:
    found = contested(routes, mergers, facts_of=lambda code: Facts(code, "10"), on=LAST_DAY)
    return {(one.id, other.id) for one, other in found}


def test_different_answers_of_places_that_become_one_are_contested() -> None:
    swedish, whole = route(2, VIROLAHTI, 2, language="sv"), route(3, HAMINA, 3)
    assert ids_contested([COUNTY, swedish]) == {(2, 1)}
    assert ids_contested([COUNTY, swedish, whole]) == {(2, 3), (3, 1)}
    assert ids_contested([COUNTY, swedish], ABSORBED) == {(2, 1)}
    assert ids_contested([COUNTY, swedish, route(4, NEW, 4), whole]) == set()
    assert ids_contested([COUNTY, swedish, whole], ABSORBED) == set(), "Hamina answers as before"
    alike = [route(2, VIROLAHTI, 2), route(3, HAMINA, 2)]
    assert ids_contested([COUNTY, *alike]) == set()
    twice = (*MERGED, Merger(NEXT_DAY + dt.timedelta(days=365), "998", (NEW,)))
    assert ids_contested([COUNTY, *alike], twice) == set()
    chain = handed_down([replace(COUNTY, county=None), *alike], twice)
    assert where(chain, "998", NEXT_DAY + dt.timedelta(days=365)) == 2
