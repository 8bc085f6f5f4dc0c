"""Small numbers are hidden, and cannot be worked out from what is shown."""

from hypothesis import given
from hypothesis import strategies as st

from helpbutton.figures.sheet import as_csv, plain
from helpbutton.figures.suppress import SMALL, parts, shown, table

COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 30), min_size=2)


@given(COUNTS)
def test_no_hidden_part_can_be_worked_out(counts: dict[str, int]) -> None:
    total = sum(counts.values())
    found = parts(counts, total=total)
    assert all(count is None or count == counts[name] for name, count in found.items())
    assert all(found[name] is None for name, count in counts.items() if 0 < count < SMALL)
    hidden = [name for name in counts if found[name] is None]
    if len(hidden) == 1:
        assert not any(count for name, count in found.items() if name not in hidden)


def test_one_hidden_part_takes_its_smallest_neighbour_along() -> None:
    assert parts({"a": 3, "b": 9, "c": 20, "d": 0}, total=32) == {"a": None, "b": None, "c": 20, "d": 0}


def test_a_small_total_hides_all_but_the_empty_parts() -> None:
    assert parts({"a": 3, "b": 0}, total=3) == {"a": None, "b": 0}
    assert (shown(4), shown(5), shown(0)) == (None, 5, 0)


def test_one_hidden_row_of_a_column_takes_another_along() -> None:
    rows = {"x": {"n": 2, "a": 2, "b": 0}, "y": {"n": 20, "a": 10, "b": 10}, "z": {"n": 9, "a": 9, "b": 0}}
    found = table(rows, ("a", "b"), "n")
    assert found["x"] == {"n": None, "a": None, "b": 0}
    assert found["z"]["n"] is None
    assert found["y"] == {"n": 20, "a": 10, "b": 10}


def test_formulas_are_made_text() -> None:
    assert [plain(cell) for cell in ("=1+1", "+358", "-2", "@x", "\t=1", "a=1", 3)] == [
        *("'=1+1", "'+358", "'-2", "'@x", "'\t=1"),
        *("a=1", 3),
    ]
    assert as_csv([["=SUM(A1)", 5]]).decode("utf-8-sig") == "'=SUM(A1);5\r\n"
