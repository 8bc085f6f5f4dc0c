"""Hiding small numbers, pure: what could point to one family is not shown, nor can it be worked out from the rest."""

from collections.abc import Mapping, Sequence

SMALL = 5
"""Counts from 1 to 4 are hidden, as Finnish health and welfare statistics do."""

Shown = int | None
"""A count as it may be shown; None is "fewer than five"."""


def shown(count: int) -> Shown:
    """One count that stands alone."""
    return None if 0 < count < SMALL else count


def parts(counts: Mapping[str, int], *, total: int) -> dict[str, Shown]:
    """Counts that add up to `total`, which is shown too.

    A single hidden part would be the total less the others, so the smallest of the others is hidden with it. When the
    total itself is small, every part but the empty ones is hidden.
    """
    if 0 < total < SMALL:
        return {name: None if count else 0 for name, count in counts.items()}
    found = {name: shown(count) for name, count in counts.items()}
    if sum(count is None for count in found.values()) == 1:
        others = [name for name, count in found.items() if count]
        if others:
            found[min(others, key=lambda name: (counts[name], name))] = None
    return found


def table(
    rows: Mapping[str, Mapping[str, int]], columns: Sequence[str], total: str
) -> dict[str, dict[str, Shown]]:
    """Rows whose `columns` add up to their `total`: hidden within each row, then within each column.

    A column that hides one row only hides its smallest other row too, because the sums of columns may be shown beside.
    """
    found = {
        key: {total: shown(row[total])} | parts({name: row[name] for name in columns}, total=row[total])
        for key, row in rows.items()
    }
    for column in (total, *columns):
        hidden = [key for key in found if found[key][column] is None]
        others = [key for key in found if found[key][column]]
        if len(hidden) == 1 and others:
            found[min(others, key=lambda key: (rows[key][column], key))][column] = None
    return found
