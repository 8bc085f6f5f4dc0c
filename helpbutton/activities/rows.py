"""What open help is made of, as plain frozen rows: read from the demo's files, with every problem named."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpbutton.activities.recurrence import Schedule, coming
from helpbutton.cases.submission import AGE_GROUPS, ROLES
from helpbutton.clock import HELSINKI
from helpbutton.i18n import WRITTEN

Names = Mapping[str, str]

KINDS = (
    "open_day_care",
    "family_park",
    "parish_family_club",
    "ngo_family_cafe",
    "family_house",
    "peer_group",
    "young_people",
    "parents_phone_line",
    "chat",
)
OWNER_KINDS = ("municipality", "county", "parish", "ngo")
WRITTEN_FIELDS = ("names", "owner_names", "what", "for_whom", "cost")


@dataclass(frozen=True)
class ActivityRow:
    """One activity, field by field as in the table `activity`."""

    key: str
    kind: str
    owner_kind: str
    owner_names: Names
    names: Names
    what: Names
    for_whom: Names
    municipality_code: str | None
    place: Names
    address: Names
    phone: str | None
    url: str | None
    age_groups: tuple[str, ...]
    roles: tuple[str, ...]
    languages: tuple[str, ...]
    cost: Names
    accessibility: Names
    drop_in: bool
    schedule: Mapping[str, Any]
    valid_from: dt.date
    valid_to: dt.date | None
    last_confirmed: dt.date
    source: str


def read_demo(folder: Path, *, today: dt.date) -> tuple[ActivityRow, ...]:
    """The demo's activities, from every `activities*.json`; `confirmed_days_ago` is counted back from `today`."""
    basics = _json(folder / "activities.json")
    owners, entries = dict(basics["owners"]), list(basics["activities"])
    for path in sorted(folder.glob("activities-*.json")):
        area = _json(path)
        owners |= area["owners"]
        entries += area["activities"]
    return tuple(_row(basics, owners, entry, today) for entry in entries)


def check(rows: Collection[ActivityRow], municipalities: Collection[str]) -> tuple[str, ...]:
    """Every problem as one English sentence; empty when there is none."""
    repeated = [key for key, count in Counter(row.key for row in rows).items() if count > 1]
    return (
        *(f"Activity {key}: the key is used more than once." for key in repeated),
        *(problem for row in rows for problem in _problems(row, municipalities)),
    )


def _problems(row: ActivityRow, municipalities: Collection[str]) -> Iterator[str]:
    where = f"Activity {row.key}"
    yield from _unknown(where, "kind", [row.kind], KINDS)
    yield from _unknown(where, "kind of owner", [row.owner_kind], OWNER_KINDS)
    yield from _unknown(where, "municipality", filter(None, [row.municipality_code]), municipalities)
    yield from _unknown(where, "age group", row.age_groups, AGE_GROUPS)
    yield from _unknown(where, "role", row.roles, ROLES)
    for field in WRITTEN_FIELDS:
        missing = [language for language in WRITTEN if not getattr(row, field).get(language, "").strip()]
        if missing:
            yield f"{where}: no {field} in {', '.join(missing)}."
    if not row.languages:
        yield f"{where}: no languages."
    if row.municipality_code and not (row.place.get("fi") and row.address.get("fi")):
        yield f"{where}: no place or address."
    if not row.municipality_code and not (row.phone or row.url):
        yield f"{where}: neither a place, a number nor a web address."
    if row.url and not row.url.startswith("https://"):
        yield f"{where}: the web address does not begin with https://."
    if row.valid_to and row.valid_to < row.valid_from:
        yield f"{where}: ends on {row.valid_to}, before it begins on {row.valid_from}."
    try:
        schedule = Schedule.parse(row.schedule, valid_from=row.valid_from, valid_to=row.valid_to)
    except (ValueError, KeyError, TypeError) as error:
        yield f"{where}: bad times: {error}."
    else:
        if not coming(schedule, at=dt.datetime.combine(row.valid_from, dt.time(), tzinfo=HELSINKI)):
            yield f"{where}: it never takes place."


def _unknown(where: str, what: str, values: Iterable[str], known: Collection[str]) -> Iterator[str]:
    for value in values:
        if value not in known:
            yield f"{where}: unknown {what} {value!r}."


def _row(
    basics: Mapping[str, Any], owners: Mapping[str, Any], entry: Mapping[str, Any], today: dt.date
) -> ActivityRow:
    """One entry over the defaults of its kind."""
    given = {**basics["defaults"], **basics["kinds"][entry["kind"]], **entry}
    owner = owners[given["owner"]]
    schedule: dict[str, Any] = {
        "times": [dict(zip(("rule", "begins", "ends"), times, strict=True)) for times in given["times"]],
        "exdates": given["exdates"],
        "pauses": basics["pauses"][given["pauses"]],
        "on_holidays": given["on_holidays"],
    }
    return ActivityRow(
        key=given["key"],
        kind=given["kind"],
        owner_kind=owner["kind"],
        owner_names=owner["names"],
        names=given["names"],
        what=given["what"],
        for_whom=given["for_whom"],
        municipality_code=given["municipality"],
        place=given["place"],
        address=given["address"],
        phone=given["phone"],
        url=given["url"],
        age_groups=tuple(given["age_groups"]),
        roles=tuple(given["roles"]),
        languages=tuple(given["languages"]),
        cost=given["cost"],
        accessibility=given["accessibility"],
        drop_in=given["drop_in"],
        schedule=schedule,
        valid_from=dt.date.fromisoformat(given["valid_from"]),
        valid_to=dt.date.fromisoformat(given["valid_to"]) if given["valid_to"] else None,
        last_confirmed=today - dt.timedelta(days=given["confirmed_days_ago"]),
        source=given["source"],
    )


def _json(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data
