"""config/neighbours.json: symmetric, known municipalities, and nobody of the three regions without a neighbour."""

import csv

from helpbutton.activities.neighbours import neighbours
from helpbutton.config_dir import CONFIG_DIR

REGIONS = ("Varsinais-Suomi", "Kymenlaakso", "Etelä-Karjala")

with (CONFIG_DIR / "municipalities.csv").open(encoding="utf-8", newline="") as file:
    LIVING = {row["code"]: row for row in csv.DictReader(file) if not row["valid_to"]}
INSIDE = {code for code, row in LIVING.items() if row["region"] in REGIONS}


def test_only_municipalities_of_today_are_named() -> None:
    assert {*neighbours(), *(code for codes in neighbours().values() for code in codes)} <= set(LIVING)


def test_to_be_a_neighbour_is_mutual() -> None:
    one_sided = {
        (code, other)
        for code, others in neighbours().items()
        for other in others
        if code not in neighbours()[other]
    }
    assert one_sided == set()
    assert [code for code, others in neighbours().items() if code in others] == []


def test_nobody_of_the_three_regions_is_alone() -> None:
    assert len(INSIDE) == 27 + 6 + 9
    assert {code for code in INSIDE if not neighbours().get(code)} == set()


def test_every_border_touches_one_of_the_regions() -> None:
    outside = {
        (code, other)
        for code, others in neighbours().items()
        for other in others
        if not {code, other} & INSIDE
    }
    assert outside == set()


def test_well_known_borders() -> None:
    by_name = {row["name_fi"]: code for code, row in LIVING.items()}

    def around(name: str) -> set[str]:
        return {LIVING[code]["name_fi"] for code in neighbours()[by_name[name]]}

    assert around("Turku") == {"Aura", "Kaarina", "Lieto", "Naantali", "Raisio", "Rusko"}
    assert around("Virolahti") == {"Hamina", "Miehikkälä"}
    assert around("Imatra") == {"Lappeenranta", "Ruokolahti"}
    assert around("Parainen") == {"Kaarina"}, "by bridge"
