"""Rows of a file, pure: a part of it read field by field, written again, and what loading it would change."""

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from helpbutton.directory.rows import RouteRow
from helpbutton.errors import FieldError, Invalid
from helpbutton.plain_text import is_text

KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
DATES = ("valid_from", "valid_to", "last_confirmed", "checked_on")
LARGEST = 2**31 - 1
Row = TypeVar("Row")
Keys = Mapping[str, tuple[str, ...]]
"""By the name of a part of the file."""


@dataclass(frozen=True)
class Plan:
    """What loading would do: keys of what is new, changes and goes; routes that are added and that end."""

    added: Keys
    changed: Keys
    new_routes: tuple[RouteRow, ...]
    ended_routes: tuple[RouteRow, ...]
    removed: Keys = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether the file says what stands already."""
        keys = (*self.added.values(), *self.changed.values(), *self.removed.values())
        return not any((*keys, self.new_routes, self.ended_routes))


def columns_of(row: object, *, without: Iterable[str] = ()) -> dict[str, Any]:
    """The fields of a row in the shapes of its table: lists and dictionaries."""
    return {
        name: list(value)
        if isinstance(value, tuple)
        else dict(value)
        if isinstance(value, Mapping)
        else value
        for name, value in vars(row).items()
        if name not in without
    }


def same(one: object, other: object) -> bool:
    """Whether two rows say the same, in whatever order their texts stand."""
    return _plain(one) == _plain(other)


def read_rows(part: str, kind: type[Row], rows: object) -> tuple[Row, ...]:
    """The rows of one part of a file. Raises Invalid naming the row for another shape, or a key that comes twice."""
    if not isinstance(rows, list):
        raise wrong(part)
    found: dict[object, Row] = {}
    for number, data in enumerate(rows, 1):
        row = _row(part, number, kind, data)
        key = getattr(row, "key", number)
        if key in found:
            raise wrong(f"{part} {number}: {key} (2)")
        found[key] = row
    return tuple(found.values())


def wrong(where: str) -> Invalid:
    """A file with a faulty part: its name, and the number of the row in it."""
    return Invalid(FieldError("file", "directory_file", {"where": where[:80]}))


def _plain(row: object) -> str:
    return json.dumps(columns_of(row), sort_keys=True, default=str)


def _row(part: str, number: int, kind: type[Row], row: object) -> Row:
    where = f"{part} {number}"
    types = {field.name: str(field.type) for field in fields(kind)}  # type: ignore[arg-type]
    if not isinstance(row, dict) or not _is_storable(row):
        raise wrong(where)
    if unknown := set(row) - set(types):
        raise wrong(f"{where}: {min(unknown)}")
    if "key" in types and not (isinstance(row.get("key"), str) and KEY.fullmatch(row["key"])):
        raise wrong(f"{where}: key")
    values = {name: _value(f"{where}: {name}", name, types[name], value) for name, value in row.items()}
    try:
        return kind(**values)
    except TypeError:
        raise wrong(where) from None


def _value(where: str, name: str, wanted: str, value: object) -> object:
    """A value in the shape of its field. Raises Invalid for another shape."""
    if value is None and "None" in wanted:
        return None
    if name in DATES:
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError:
            raise wrong(where) from None
    if wanted.startswith("tuple"):
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
    elif "Mapping" in wanted:
        is_part = _is_spans if "Sequence" in wanted else _is_text
        if isinstance(value, dict) and ("Any" in wanted or all(map(is_part, value.values()))):
            return value
    elif type(value).__name__ in wanted and not (isinstance(value, int) and abs(value) > LARGEST):
        return value
    raise wrong(where)


def _is_storable(value: object) -> bool:
    """Whether the database and every page can hold each text in it."""
    if isinstance(value, dict):
        return all(map(_is_storable, (*value, *value.values())))
    if isinstance(value, list):
        return all(map(_is_storable, value))
    return not isinstance(value, str) or is_text(value)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_spans(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_span, value))


def _is_span(span: object) -> bool:
    return isinstance(span, list) and len(span) == 2 and all(map(_is_text, span))
