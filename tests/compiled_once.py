"""Every test has an application of its own; compiling routes, templates and SQL is paid for once in each process."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Dialect
from werkzeug.routing import Rule

from helpbutton.db import db


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
_dialects: dict[str, Dialect] = {}
"""By name: SQLAlchemy knows a compiled statement again by the very dialect that it was compiled for."""
_statements: dict[Any, Any] = {}
_builders: dict[tuple[str, frozenset[str], bool], Callable[..., Any]] = {}
_compile = Rule._compile_builder


def share(app: Flask) -> None:
    """Let this application, which has asked its database already, use what others have compiled."""
    app.jinja_env.bytecode_cache = _templates
    with app.app_context():
        engine = db.engine
    engine.dialect = _dialects.setdefault(engine.dialect.name, engine.dialect)
    engine.update_execution_options(compiled_cache=_statements)


def _compiled_once(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
    key = (rule.rule, frozenset(rule.defaults or ()), append_unknown)
    if key not in _builders:
        _builders[key] = _compile(rule, append_unknown)
    return _builders[key]


Rule._compile_builder = _compiled_once  # type: ignore[method-assign, assignment]
