"""Every test has an application of its own; compiling its routes and templates is paid for once in each process."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class Templates(BytecodeCache):
    """The code of templates by name and content, in memory."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        known = self._known.get((bucket.key, bucket.checksum))
        if known is not None:
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


_templates = Templates()
_builders: dict[tuple[str, frozenset[str], bool], Callable[..., Any]] = {}
_compile = Rule._compile_builder


def share(app: Flask) -> None:
    """Let this application use what others have compiled."""
    app.jinja_env.bytecode_cache = _templates


def _compiled_once(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
    key = (rule.rule, frozenset(rule.defaults or ()), append_unknown)
    if key not in _builders:
        _builders[key] = _compile(rule, append_unknown)
    return _builders[key]


Rule._compile_builder = _compiled_once  # type: ignore[method-assign, assignment]
