"""Small numbers are hidden, and cannot be worked out from what is shown."""

import time
from collections.abc import Sequence
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from helpbutton.figures.sheet import as_csv, plain
from helpbutton.figures.suppress import SMALL, SUM, Shown, parts, shown, table

COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 30), min_size=2)
STATES, BESIDE = ("p", "q", "r"), ("taken",)
ROW = st.fixed_dictionaries({name: st.integers(0, 12) for name in (*STATES, *BESIDE)})
ROWS = st.dictionaries(st.sampled_from("uvwxyz"), ROW, min_size=1)


def told(equations: Sequence[dict[str, int]], unknown: Sequence[str]) -> list[str]:
    """The unknowns that the equations determine, by elimination."""
    matrix = [[Fraction(each.get(name, 0)) for name in unknown] for each in equations]
    for column in range(len(unknown)):
        pivot = next((row for row in matrix if row[column] and not any(row[:column])), None)
        if pivot is None:
            continue
        pivot[:] = [value / pivot[column] for value in pivot]
        for row in matrix:
            if row is not pivot and row[column]:
                row[:] = [value - row[column] * lead for value, lead in zip(row, pivot, strict=True)]
    alone = [row for row in matrix if sum(map(bool, row)) == 1]
    return [unknown[next(at for at, value in enumerate(row) if value)] for row in alone]


def equations_of(found: dict[str, dict[str, Shown]], total: str) -> list[dict[str, int]]:
    """Each sum of the table that was shown, as coefficients of what is hidden in it."""
    rows = [key for key in found if key != SUM]
    sums = [[*((key, name) for name in STATES), (key, total)] for key in found]
    sums += [[*((key, name) for key in rows), (SUM, name)] for name in (total, *STATES, *BESIDE)]
    return [
        {
            f"{key}/{name}": 1 if at < len(cells) - 1 else -1
            for at, (key, name) in enumerate(cells)
            if found[key][name] is None
        }
        for cells in sums
    ]


@given(ROWS)
def test_no_hidden_count_of_a_table_can_be_worked_out(rows: dict[str, dict[str, int]]) -> None:
    whole = {key: row | {"n": sum(row[name] for name in STATES)} for key, row in rows.items()}
    found = table(whole, STATES, "n", BESIDE)
    whole[SUM] = {name: sum(row[name] for row in whole.values()) for name in ("n", *STATES, *BESIDE)}
    hidden = []
    for key, row in whole.items():
        for name, count in row.items():
            assert found[key][name] in (None, count)
            assert found[key][name] is None or not 0 < count < SMALL
            if found[key][name] is None:
                assert count
                hidden.append(f"{key}/{name}")
    assert told(equations_of(found, "n"), hidden) == []


@given(COUNTS)
def test_no_hidden_part_can_be_worked_out(counts: dict[str, int]) -> None:
    found = parts(counts, total_shown=True)
    assert all(count is None or count == counts[name] for name, count in found.items())
    assert all(found[name] is None for name, count in counts.items() if 0 < count < SMALL)
    hidden = [name for name in counts if found[name] is None]
    assert len(hidden) != 1 or sum(counts.values()) < SMALL


def test_a_sum_beside_the_rows_gives_none_of_them_away() -> None:
    """Two desks, one with a single case that somebody took: the sums of all desks would tell it."""
    row = dict.fromkeys(STATES, 0)
    found = table(
        {"x": row | {"n": 20, "p": 20, "taken": 1}, "y": row | {"n": 30, "q": 30, "taken": 25}},
        STATES,
        "n",
        BESIDE,
    )
    assert [found[key]["taken"] for key in ("x", "y", SUM)] == [None, None, 26]
    found = table(
        {"x": row | {"n": 6, "p": 6, "taken": 2}, "y": row | {"n": 7, "q": 7, "taken": 0}},
        STATES,
        "n",
        BESIDE,
    )
    assert [found[key]["taken"] for key in ("x", "y", SUM)] == [None, 0, None]


def test_one_hidden_part_takes_its_smallest_neighbour_along() -> None:
    assert parts({"a": 3, "b": 9, "c": 20, "d": 0}, total_shown=True) == {
        "a": None,
        "b": None,
        "c": 20,
        "d": 0,
    }


def test_two_ones_whose_sum_is_shown_take_a_third_along() -> None:
    assert parts({"a": 1, "b": 1, "c": 8, "d": 9}, total_shown=True) == {
        "a": None,
        "b": None,
        "c": None,
        "d": 9,
    }


def test_parts_do_not_tell_a_total_that_is_hidden() -> None:
    assert parts({"a": 8, "b": 9}, total_shown=False) == {"a": None, "b": 9}


def test_a_small_total_hides_all_but_the_empty_parts() -> None:
    assert parts({"a": 3, "b": 0}, total_shown=True) == {"a": None, "b": 0}
    assert (shown(4), shown(5), shown(0)) == (None, 5, 0)


def test_one_hidden_row_of_a_column_takes_another_along() -> None:
    rows = {"x": {"n": 2, "a": 2, "b": 0}, "y": {"n": 20, "a": 10, "b": 10}, "z": {"n": 9, "a": 9, "b": 0}}
    found = table(rows, ("a", "b"), "n")
    assert found["x"] == {"n": None, "a": None, "b": 0}
    assert found["y"] == {"n": 20, "a": 10, "b": 10}
    assert found["z"] == {"n": None, "a": None, "b": 0}
    assert found[SUM] == {"n": 31, "a": 21, "b": 10}


def test_a_whole_county_is_quick() -> None:
    rows = {f"desk-{at}": {"p": at % 7, "q": at % 3, "r": at % 11, "taken": at % 5} for at in range(60)}
    whole = {key: row | {"n": row["p"] + row["q"] + row["r"]} for key, row in rows.items()}
    began = time.process_time()
    table(whole, STATES, "n", BESIDE)
    assert time.process_time() - began < 2


def test_formulas_are_made_text() -> None:
    assert [plain(cell) for cell in ("=1+1", "+358", "-2", "@x", "\t=1", "a=1", 3)] == [
        *("'=1+1", "'+358", "'-2", "'@x", "'\t=1"),
        *("a=1", 3),
    ]
    assert as_csv([["=SUM(A1)", 5]]).decode("utf-8-sig") == "'=SUM(A1);5\r\n"
