"""Hiding small numbers, pure: what could point to one family is not shown, nor can it be worked out from the rest."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

SMALL = 5
"""Counts from 1 to 4 are hidden, as Finnish health and welfare statistics do."""
SUM = ""
"""The key of the row, or of the part, that sums up the others."""

Shown = int | None
"""A count as it may be shown; None is hidden."""
Cell = tuple[str, str]
"""Row and column."""


@dataclass(frozen=True)
class Line:
    """Cells that add up to `total`. A cell is in two lines at most."""

    cells: tuple[Cell, ...]
    total: Cell


def shown(count: int) -> Shown:
    """One count that stands alone."""
    return None if is_small(count) else count


def is_small(count: int) -> bool:
    """Whether a count could point to one family."""
    return 0 < count < SMALL


def parts(
    counts: Mapping[str, int], *, total_shown: bool, besides: Collection[Cell] = ()
) -> dict[str, Shown]:
    """Counts that add up to a total, which is told elsewhere when it is `total_shown`. `besides`: see `table`."""
    values = {(SUM, name): count for name, count in counts.items()}
    line = Line(tuple(values), ("total", SUM))
    values[line.total] = sum(counts.values())
    gone = hidden(values, [line], unknown=(*besides, *(() if total_shown else (line.total,))))
    return {name: None if (SUM, name) in gone else count for name, count in counts.items()}


def table(
    rows: Mapping[str, Mapping[str, int]],
    columns: Sequence[str],
    total: str,
    beside: Sequence[str] = (),
    besides: Collection[Cell] = (),
) -> dict[str, dict[str, Shown]]:
    """Rows whose `columns` add up to their `total`, with further columns `beside`, and the row `SUM` of all of them.

    What is shown of rows and sums together tells no hidden count. The cells `besides` are hidden as small ones are,
    because together with another table they would tell a small count.
    """
    named = (total, *columns, *beside)
    counts = {key: {name: row[name] for name in named} for key, row in rows.items()}
    counts[SUM] = {name: sum(row[name] for row in rows.values()) for name in named}
    values = {(key, name): count for key, row in counts.items() for name, count in row.items()}
    gone = hidden(
        values,
        [
            *(Line(tuple((key, name) for name in columns), (key, total)) for key in counts),
            *(Line(tuple((key, name) for key in rows), (SUM, name)) for name in named),
        ],
        unknown=besides,
    )
    return {
        key: {name: None if (key, name) in gone else count for name, count in row.items()}
        for key, row in counts.items()
    }


def hidden(values: Mapping[Cell, int], lines: Sequence[Line], unknown: Collection[Cell] = ()) -> set[Cell]:
    """The cells to hide: the small ones and `unknown`, and with them as many of the smallest as keep each untold.

    Take lines as places and hidden cells as roads between the two lines they are in (or from one into the open). A
    hidden cell follows from what is shown exactly when its road is the only one that joins its ends: then all that
    crosses between the two sides adds up to nothing, and it alone is not known. So another road across is made, of the
    smallest count that is not a sum; an empty cell would hide nothing.
    """
    sums = {line.total for line in lines}
    ends = {cell: _ends(cell, lines) for cell in values}
    gone = {cell for cell, count in values.items() if is_small(count)} | set(unknown)

    def hide_one_of(cells: Collection[Cell]) -> bool:
        open_ones = [cell for cell in cells if cell not in gone and values[cell]]
        gone.update(sorted(open_ones, key=lambda cell: (cell in sums, values[cell], cell))[:1])
        return bool(open_ones)

    changed = True
    while changed:
        changed = False
        for line in lines:
            if _all_ones(line, values, gone):
                changed |= hide_one_of((*line.cells, line.total))
        for cell in sorted(gone):
            side = _side(cell, ends, gone)
            across = [each for each, (one, other) in ends.items() if (one in side) != (other in side)]
            changed |= hide_one_of(across)
    return gone


def _ends(cell: Cell, lines: Sequence[Line]) -> tuple[int, int]:
    """The numbers of the two lines that a cell is in; -1 where it is in fewer."""
    found = [at for at, line in enumerate(lines) if cell in line.cells or cell == line.total]
    one, other, *_ = (*found, -1, -1)
    return one, other


def _all_ones(line: Line, values: Mapping[Cell, int], gone: Collection[Cell]) -> bool:
    """Whether the sum tells that each hidden cell of the line is one, since an empty cell is never hidden."""
    inside = [values[cell] for cell in line.cells if cell in gone]
    return bool(inside) and line.total not in gone and sum(inside) == len(inside)


def _side(cell: Cell, ends: Mapping[Cell, tuple[int, int]], gone: Collection[Cell]) -> set[int]:
    """The lines on the side of one end of a hidden cell that nothing else hidden joins with the other end, without
    the open (-1); empty where something does."""
    roads: dict[int, set[int]] = {end: set() for end in ends[cell]}
    for one, other in (ends[each] for each in gone if each != cell):
        roads.setdefault(one, set()).add(other)
        roads.setdefault(other, set()).add(one)
    for start, goal in (ends[cell], ends[cell][::-1]):
        reached, todo = {start}, [start]
        while todo:
            onwards = roads[todo.pop()] - reached
            reached |= onwards
            todo.extend(onwards)
        if goal in reached:
            return set()
        if -1 not in reached:
            return reached
    return set()
