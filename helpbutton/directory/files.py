"""The directory as a file, pure: written, read back, and compared with what stands."""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

from helpbutton.directory.rows import AreaRow, Directory, OrganisationRow, RouteRow, ServiceRow, SiteRow
from helpbutton.errors import FieldError, Invalid

FORMAT = "helpbutton-directory/1"
PARTS: Mapping[str, type[Any]] = {
    "organisations": OrganisationRow,
    "services": ServiceRow,
    "areas": AreaRow,
    "routes": RouteRow,
    "sites": SiteRow,
}
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
DATES = ("valid_from", "valid_to")
Row = TypeVar("Row")


@dataclass(frozen=True)
class DirectoryFile:
    """A file that was read. `revision` names the state that it was exported from; a file made by hand has none."""

    directory: Directory
    revision: str | None


@dataclass(frozen=True)
class Plan:
    """What loading would do: keys of what is new and what changes; routes that are added and that end."""

    added: Mapping[str, tuple[str, ...]]
    changed: Mapping[str, tuple[str, ...]]
    new_routes: tuple[RouteRow, ...]
    ended_routes: tuple[RouteRow, ...]

    @property
    def empty(self) -> bool:
        """Whether the file says what stands already."""
        changes = (*self.added.values(), *self.changed.values(), self.new_routes, self.ended_routes)
        return not any(changes)


def written(directory: Directory) -> str:
    """The file, in a fixed order, so that two states can be compared line by line."""
    parts = _parts(directory)
    whole = {"format": FORMAT, "revision": revision_of(directory), **parts}
    return json.dumps(whole, ensure_ascii=False, indent=1, default=str) + "\n"


def revision_of(directory: Directory) -> str:
    """A short name of this very content."""
    plain = json.dumps(_parts(directory), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def read(text: str) -> DirectoryFile:
    """The directory of a file. Raises Invalid for what is no such file, naming the row."""
    try:
        data = json.loads(text)
    except ValueError:
        raise _wrong("JSON") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise _wrong("format")
    if unknown := set(data) - {"format", "revision", *PARTS}:
        raise _wrong(sorted(unknown)[0])
    parts = {name: _rows(name, kind, data.get(name, [])) for name, kind in PARTS.items()}
    return DirectoryFile(Directory(**parts), data.get("revision"))


def plan(now: Directory, wanted: Directory) -> Plan:
    """How `now` becomes `wanted`. What the file does not name stays; only of the desks that it names the routes
    become exactly those of the file."""
    added, changed = {}, {}
    for name in ("organisations", "services", "areas", "sites"):
        stand = {row.key: row for row in getattr(now, name)}
        rows: Sequence[Any] = getattr(wanted, name)
        added[name] = tuple(row.key for row in rows if row.key not in stand)
        changed[name] = tuple(row.key for row in rows if row.key in stand and not _same(stand[row.key], row))
    named = {row.key for row in wanted.services}
    old = {route: None for route in now.routes if route.service in named}
    new = dict.fromkeys(wanted.routes)
    return Plan(
        added=added,
        changed=changed,
        new_routes=tuple(route for route in new if route not in old),
        ended_routes=tuple(route for route in old if route not in new),
    )


def columns_of(row: object, *, without: Sequence[str] = ()) -> dict[str, Any]:
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


def _parts(directory: Directory) -> dict[str, list[dict[str, Any]]]:
    return {name: [asdict(row) for row in getattr(directory, name)] for name in PARTS}


def _same(one: object, other: object) -> bool:
    return json.dumps(columns_of(one), sort_keys=True, default=str) == json.dumps(
        columns_of(other), sort_keys=True, default=str
    )


def _rows(part: str, kind: type[Row], rows: object) -> tuple[Row, ...]:
    if not isinstance(rows, list):
        raise _wrong(part)
    return tuple(_row(part, number, kind, row) for number, row in enumerate(rows, 1))


def _row(part: str, number: int, kind: type[Row], row: object) -> Row:
    where = f"{part} {number}"
    types = {field.name: str(field.type) for field in fields(kind)}  # type: ignore[arg-type]
    if not isinstance(row, dict) or set(row) - set(types):
        raise _wrong(where)
    if "key" in types and not (isinstance(row.get("key"), str) and KEY.fullmatch(row["key"])):
        raise _wrong(f"{where}: key")
    values = {name: _value(f"{where}: {name}", name, types[name], value) for name, value in row.items()}
    try:
        return kind(**values)
    except TypeError:
        raise _wrong(where) from None


def _value(where: str, name: str, wanted: str, value: object) -> object:
    """A value in the shape of its field. Raises Invalid for another shape."""
    if value is None and "None" in wanted:
        return None
    if name in DATES:
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError:
            raise _wrong(where) from None
    if wanted.startswith("tuple"):
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
    elif "Mapping" in wanted:
        is_part = _is_spans if "Sequence" in wanted else _is_text
        if isinstance(value, dict) and all(map(is_part, value.values())):
            return value
    elif type(value).__name__ in wanted:
        return value
    raise _wrong(where)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_spans(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_span, value))


def _is_span(span: object) -> bool:
    return isinstance(span, list) and len(span) == 2 and all(map(_is_text, span))


def _wrong(where: str) -> Invalid:
    return Invalid(FieldError("file", "directory_file", {"where": where[:80]}))
