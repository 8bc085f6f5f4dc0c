"""The file of everything that administrators keep, pure: written, read back, and compared with what stands."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from helpbutton.directory.files import Plan, read_rows, same, wrong
from helpbutton.directory.rows import Directory
from helpbutton.exchange.rows import DIRECTORY, FURTHER, PARTS, Whole

FORMAT = "helpbutton-directory/2"
FIRST_FORMAT = "helpbutton-directory/1"
"""The directory alone: organisations, desks, areas, routes, sites."""
FORMATS = {FORMAT: PARTS, FIRST_FORMAT: DIRECTORY}


@dataclass(frozen=True)
class KeptFile:
    """A file that was read. `revision` names the state that it was exported from; a file made by hand has none."""

    whole: Whole
    parts: frozenset[str]
    """Those that stand in it; of the others it says nothing."""
    format: str
    revision: str | None

    def is_of(self, whole: Whole) -> bool:
        """Whether it may take the place of this state: it was exported from it, or made by hand."""
        return self.revision is None or self.revision == revision_of(whole, self.format)


def written(whole: Whole) -> str:
    """The file, in a fixed order, so that two states can be compared line by line."""
    data = {"format": FORMAT, "revision": revision_of(whole), **_parts(whole, FORMAT)}
    return json.dumps(data, ensure_ascii=False, indent=1, default=str) + "\n"


def revision_of(whole: Directory, format: str = FORMAT) -> str:
    """A short name of this very content, as far as a file of that format holds it."""
    plain = json.dumps(_parts(whole, format), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def text_of(content: bytes) -> str:
    """The text of a file, also with a byte order mark. Raises Invalid for another encoding: letters would be lost."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise wrong("UTF-8") from None


def read(text: str) -> KeptFile:
    """What a file of this or the first format says. Raises Invalid for what is no such file, naming the row."""
    try:
        data = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise wrong("JSON") from None
    format = data.get("format") if isinstance(data, dict) else None
    if not isinstance(format, str) or format not in FORMATS:
        raise wrong("format")
    parts = FORMATS[format]
    if unknown := set(data) - {"format", "revision", *parts}:
        raise wrong(min(unknown))
    revision = data.get("revision")
    if not isinstance(revision, str | None):
        raise wrong("revision")
    try:
        rows = {name: read_rows(name, kind, data.get(name, [])) for name, kind in parts.items()}
    except RecursionError:
        raise wrong("JSON") from None
    return KeptFile(Whole(**rows), frozenset(data) & frozenset(parts), format, revision)


def plan(now: Whole, file: KeptFile) -> Plan:
    """How what stands becomes what the file says. What it does not name stays.

    Only of the desks and organisations that it names do the parts that are in it become exactly those of the file:
    routes, saved replies, texts, ladders and open help; and the served counties, when it names any.
    """
    added, changed, removed = {}, {}, {}
    named = {(name, row.key) for name in ("organisations", "services") for row in getattr(file.whole, name)}
    if file.whole.served_counties:
        named |= {row.holder for row in now.served_counties}
    for name in [name for name in PARTS if name != "routes"]:
        stand = {row.key: row for row in getattr(now, name)}
        rows: Sequence[Any] = getattr(file.whole, name)
        added[name] = tuple(row.key for row in rows if row.key not in stand)
        changed[name] = tuple(row.key for row in rows if row.key in stand and not same(stand[row.key], row))
        if name in FURTHER and name in file.parts:
            gone = stand.keys() - {row.key for row in rows}
            removed[name] = tuple(key for key in stand if key in gone and stand[key].holder in named)
    standing, new = dict.fromkeys(now.routes), dict.fromkeys(file.whole.routes)
    old = [row for row in standing if ("services", row.service) in named] if "routes" in file.parts else []
    return Plan(
        added=added,
        changed=changed,
        new_routes=tuple(route for route in new if route not in standing),
        ended_routes=tuple(route for route in old if route not in new),
        removed=removed,
    )


def _parts(whole: Directory, format: str) -> dict[str, list[dict[str, Any]]]:
    return {name: [vars(row) for row in getattr(whole, name)] for name in FORMATS[format]}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of the file. Raises Invalid for a name that stands in it twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise wrong(f"{max(names, key=names.count)} (2)")
    return found
