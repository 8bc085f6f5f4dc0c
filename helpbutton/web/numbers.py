"""Ids in addresses and forms: whole numbers that a database can hold."""

from typing import Any

from werkzeug.routing import IntegerConverter, Map

LARGEST_ID = 2**63 - 1


class RowId(IntegerConverter):
    """`<int:id>` in a route: a number that no row can have leads nowhere (404)."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **{"max": LARGEST_ID} | kwargs)


def row_id(text: str) -> int:
    """A number that somebody typed or an address holds. Raises ValueError for what no row can have as its id."""
    found = int(text)
    if not -1 <= found <= LARGEST_ID:
        raise ValueError("no row has this id")
    return found
