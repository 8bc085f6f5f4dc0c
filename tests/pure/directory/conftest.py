"""The reference data of config/ as rows, and the demo directory built from it."""

import csv
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from helpbutton.config_dir import CONFIG_DIR
from helpbutton.directory.demo_directory import build
from helpbutton.directory.demo_templates import read_templates
from helpbutton.directory.rows import CountyRow, Directory, Known, MunicipalityRow
from helpbutton.routing.match import Facts, RouteRule, match

Answer = Callable[..., str]


def _json(name: str) -> Any:
    return json.loads((CONFIG_DIR / name).read_text("utf-8"))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.fixture(scope="session")
def municipalities() -> tuple[MunicipalityRow, ...]:
    with (CONFIG_DIR / "municipalities.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            MunicipalityRow(
                **line
                | {"valid_from": _day(line["valid_from"]), "valid_to": _day(line["valid_to"])}
                | {"successor": line["successor"] or None}
            )
            for line in csv.DictReader(file)
        )


@pytest.fixture(scope="session")
def counties() -> tuple[CountyRow, ...]:
    return tuple(
        CountyRow(row["code"], row["names"], row["area"], row["kind"], tuple(row["languages"]), row["short"])
        for row in _json("counties.json")["counties"]
    )


@pytest.fixture(scope="session")
def topics() -> dict[str, str]:
    return {row["id"]: row["service_kind"] for row in _json("topics.json")["topics"]}


@pytest.fixture(scope="session")
def known(
    municipalities: tuple[MunicipalityRow, ...], counties: tuple[CountyRow, ...], topics: dict[str, str]
) -> Known:
    return Known(
        topics=frozenset(topics),
        service_kinds=frozenset(row["id"] for row in _json("service_kinds.json")["service_kinds"]),
        municipalities=frozenset(row.code for row in municipalities),
        counties=frozenset(row.code for row in counties),
    )


@pytest.fixture(scope="session")
def demo(
    municipalities: tuple[MunicipalityRow, ...], counties: tuple[CountyRow, ...], topics: dict[str, str]
) -> Directory:
    return build(municipalities, counties, topics, read_templates(CONFIG_DIR / "demo"), on=date(2026, 3, 2))


@pytest.fixture(scope="session")
def answer(demo: Directory, municipalities: tuple[MunicipalityRow, ...]) -> Answer:
    """The key of the desk that a request ends at."""
    keys = [row.key for row in demo.services]
    numbers = {key: index for index, key in enumerate(keys)}
    county_of = {row.code: row.county_code for row in municipalities}
    areas = {
        code: frozenset(area.key for area in demo.areas if code in area.municipalities) for code in county_of
    }
    rules = [
        RouteRule(
            id=index,
            desk=numbers[row.service],
            topic=row.topic,
            county=row.county_code,
            municipality=row.municipality_code,
            kind=row.kind,
            language=row.language,
            age_group=row.age_group,
            role=row.role,
            area=row.area,
        )
        for index, row in enumerate(demo.routes)
    ]
    near = {
        code: [
            rule
            for rule in rules
            if rule.municipality == code or rule.county == county or rule.area in areas[code]
        ]
        for code, county in county_of.items()
    }

    def ask(municipality: str, **facts: str) -> str:
        asked = Facts(municipality, county_of[municipality], areas=areas[municipality], **facts)
        found = match(asked, near[municipality], on=date(2026, 3, 2))
        return keys[found.desk] if found else "nobody"

    return ask
