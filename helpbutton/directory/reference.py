"""The reference data that ships with the product, read from `config/` and checked before anything is stored."""

import csv
import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from helpbutton.config_dir import CONFIG_DIR
from helpbutton.directory.mergers import ONE_DAY, in_force
from helpbutton.directory.rows import CountyRow, Known, MunicipalityRow
from helpbutton.errors import NotReady

DELIVERED, MUNICIPALITIES = dt.date(2026, 1, 1), 308
"""How many municipalities there were on the day for which the file was made: mergers add rows and take none away."""


@dataclass(frozen=True)
class Reference:
    """Typed rows where pure code needs them, plain dictionaries where they go straight into a table."""

    municipalities: tuple[MunicipalityRow, ...]
    counties: tuple[CountyRow, ...]
    county_contacts: dict[str, dict[str, Any]]
    topics: list[dict[str, Any]]
    service_kinds: list[dict[str, Any]]
    help_lines: list[dict[str, Any]]

    @property
    def known(self) -> Known:
        """The ids that a directory may name."""
        return Known(
            topics=frozenset(topic["id"] for topic in self.topics),
            service_kinds=frozenset(kind["id"] for kind in self.service_kinds),
            municipalities=frozenset(row.code for row in self.municipalities),
            counties=frozenset(row.code for row in self.counties),
        )


def read() -> Reference:
    """Read and check the files. Raises NotReady naming every problem."""
    counties = _json("counties.json")["counties"]
    with (CONFIG_DIR / "municipalities.csv").open(encoding="utf-8", newline="") as file:
        municipalities = tuple(_municipality(row) for row in csv.DictReader(file))
    reference = Reference(
        municipalities=municipalities,
        counties=tuple(
            CountyRow(c["code"], c["names"], c["area"], c["kind"], tuple(c["languages"]), c["short"])
            for c in counties
        ),
        county_contacts={
            c["code"]: {**c["contact"], "social_emergency": c["social_emergency"]} for c in counties
        },
        topics=_json("topics.json")["topics"],
        service_kinds=_json("service_kinds.json")["service_kinds"],
        help_lines=_json("help_lines.json")["help_lines"],
    )
    problems = _problems(reference)
    if problems:
        raise NotReady("the reference data in config/ is wrong: " + "; ".join(problems))
    return reference


def _problems(reference: Reference) -> list[str]:
    counties = {row.code for row in reference.counties}
    kinds = {kind["id"] for kind in reference.service_kinds}
    delivered = sum(in_force(row, DELIVERED) for row in reference.municipalities)
    problems = [
        *(
            f"municipality {row.code}: unknown county"
            for row in reference.municipalities
            if row.county_code not in counties
        ),
        *_wrong_mergers(reference.municipalities),
        *(
            f"topic {topic['id']}: unknown service kind"
            for topic in reference.topics
            if topic["service_kind"] not in kinds
        ),
    ]
    if delivered != MUNICIPALITIES:
        problems.append(f"{delivered} municipalities are in force on {DELIVERED}, not {MUNICIPALITIES}")
    if not any(line["number"] == "112" and line["always"] for line in reference.help_lines):
        problems.append("112 is missing from the help lines")
    return problems


def _wrong_mergers(municipalities: Sequence[MunicipalityRow]) -> Iterator[str]:
    known = {row.code: row for row in municipalities}
    for row in municipalities:
        where = f"municipality {row.code}"
        if row.successor is not None and row.successor not in known:
            yield f"{where}: unknown successor"
        elif row.valid_to is None and row.successor is not None:
            yield f"{where}: a successor, but no last day"
        elif row.valid_to and (
            row.successor is None or not in_force(known[row.successor], row.valid_to + ONE_DAY)
        ):
            yield f"{where}: no successor that is in force after {row.valid_to}"
        if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
            yield f"{where}: ends on {row.valid_to}, before it begins"


def _json(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((CONFIG_DIR / name).read_text(encoding="utf-8"))
    return data


def _municipality(row: dict[str, str]) -> MunicipalityRow:
    return MunicipalityRow(
        code=row["code"],
        name_fi=row["name_fi"],
        name_sv=row["name_sv"],
        languages=row["languages"],
        region=row["region"],
        county_code=row["county_code"],
        valid_from=day(row["valid_from"]),
        valid_to=day(row["valid_to"]),
        successor=row["successor"] or None,
    )


def day(text: str | None) -> dt.date | None:
    """An ISO date, or None for nothing."""
    return dt.date.fromisoformat(text) if text else None
