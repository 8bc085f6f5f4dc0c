"""The demo's open help: whole, plainly invented, in three languages, where the network comes from."""

import datetime as dt
import json
from collections import Counter
from dataclasses import replace

import pytest

from helpbutton.activities.rows import ActivityRow, check, read_demo
from helpbutton.config_dir import CONFIG_DIR
from tests.pure.activities.test_neighbours import LIVING

TODAY = dt.date(2026, 11, 22)
ROWS = read_demo(CONFIG_DIR / "demo", today=TODAY)
PREFIX = json.loads((CONFIG_DIR / "demo/demo.json").read_text("utf-8"))["desk"]["number_prefix"]
HIDDEN_AFTER = dt.timedelta(days=183)


def test_it_is_whole() -> None:
    assert check(ROWS, LIVING) == ()


def test_it_covers_the_regions_that_the_network_comes_from() -> None:
    by_region = Counter(LIVING[row.municipality_code]["region"] for row in ROWS if row.municipality_code)
    assert set(by_region) == {"Varsinais-Suomi", "Kymenlaakso", "Etelä-Karjala"}
    for region in ("Kymenlaakso", "Etelä-Karjala"):
        there = {code for code, row in LIVING.items() if row["region"] == region}
        assert there <= {row.municipality_code for row in ROWS}, region
    assert 60 <= len(ROWS) <= 100


def test_nobody_can_take_it_for_real() -> None:
    for row in ROWS:
        assert all("(demo)" in name for name in row.names.values()), row.key
        assert row.municipality_code is None or "Demo" in row.address["fi"], row.key
        assert row.phone is None or row.phone.startswith(f"{PREFIX}8"), row.key
        assert row.url is None or row.url.endswith(".example"), row.key


def test_swedish_is_spoken_on_the_coast() -> None:
    swedish = Counter(row.municipality_code for row in ROWS if "sv" in row.languages)
    assert {"445", "322", "853", "624"} <= set(swedish)


def test_a_few_have_not_been_confirmed_for_long() -> None:
    stale = [row.key for row in ROWS if TODAY - row.last_confirmed > HIDDEN_AFTER]
    assert 3 <= len(stale) <= 8


def test_its_age_moves_with_the_day_of_loading() -> None:
    later = read_demo(CONFIG_DIR / "demo", today=TODAY + dt.timedelta(days=400))
    assert [row.last_confirmed - dt.timedelta(days=400) for row in later] == [
        row.last_confirmed for row in ROWS
    ]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"kind": "casino"}, "unknown kind"),
        ({"municipality_code": "999"}, "unknown municipality"),
        ({"names": {"fi": "Kerho"}}, "no names in sv, en"),
        ({"age_groups": ("0-99",)}, "unknown age group"),
        ({"languages": ()}, "no languages"),
        ({"address": {}}, "no place or address"),
        ({"municipality_code": None, "phone": None, "url": None}, "neither a place, a number nor"),
        ({"url": "http://kerho.example"}, "https://"),
        ({"schedule": {"times": [{"rule": "FREQ=NEVER", "begins": "09:00", "ends": "10:00"}]}}, "bad times"),
        ({"schedule": {}}, "bad times"),
        ({"valid_to": dt.date(2026, 8, 10)}, "it never takes place"),
        ({"valid_to": dt.date(2026, 1, 1)}, "before it begins"),
    ],
)
def test_a_faulty_activity_is_named(change: dict[str, object], problem: str) -> None:
    row: ActivityRow = next(row for row in ROWS if row.key == "turku-naktergalen")
    found = check([replace(row, **change)], LIVING)  # type: ignore[arg-type]
    assert any(problem in sentence and row.key in sentence for sentence in found), found


def test_two_of_the_same_key_are_refused() -> None:
    assert "more than once" in check([ROWS[0], ROWS[0]], LIVING)[0]
