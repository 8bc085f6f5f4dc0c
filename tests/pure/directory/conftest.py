"""The reference data of config/ as rows, and the demo directory built from it."""

import csv
import json
from datetime import date
from typing import Any

import pytest

from helpbutton.config_dir import CONFIG_DIR
from helpbutton.directory.demo_directory import build, read_templates
from helpbutton.directory.rows import CountyRow, Directory, Known, MunicipalityRow


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
    return build(municipalities, counties, topics, read_templates(CONFIG_DIR / "demo"))
