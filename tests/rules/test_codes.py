"""Every code that a person gets to see has its sentence, and every sentence is used."""

import ast
from collections.abc import Iterator

from helpbutton.reasons import REASONS
from helpbutton.web.field_messages import MESSAGES
from tests.rules.source import Module, inside, modules

FROM_THE_DATABASE = ("helpbutton.cases.queries",)
"""Reads back reasons that were stored."""
FROM_THE_MODEL = ("helpbutton.cases.submission",)
"""Takes its codes from the typed submission's own errors; tests/web/api goes through them."""


def codes(name: str, position: int, computed: tuple[str, ...]) -> dict[str, str]:
    """The codes with which `name(...)` is called anywhere in the product, each with a place."""
    found: dict[str, str] = {}
    for module, call in calls(name):
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        argument = given.get("code") or call.args[position]
        values = list(constants(argument))
        if not inside(module.name, computed):
            assert values, f"{module.where(call)}: write the code out, so that it can be found"
        found |= dict.fromkeys(values, module.where(call))
    return found


def calls(name: str) -> Iterator[tuple[Module, ast.Call]]:
    for module in modules().values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == name:
                yield module, node


def constants(expression: ast.expr) -> Iterator[str]:
    """The texts that an expression can be: one, or one of two."""
    match expression:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from constants(one)
            yield from constants(other)


def test_every_reason_has_its_words() -> None:
    used = codes("Reason", 0, FROM_THE_DATABASE)
    assert {code: where for code, where in used.items() if code not in REASONS} == {}, (
        "add it to reasons.REASONS"
    )


def test_no_words_wait_for_a_reason_that_nobody_gives() -> None:
    assert set(REASONS) - set(codes("Reason", 0, FROM_THE_DATABASE)) == set(), (
        "remove it from reasons.REASONS"
    )


def test_every_wrong_field_has_its_words() -> None:
    used = codes("FieldError", 1, FROM_THE_MODEL)
    missing = {code: where for code, where in used.items() if code not in MESSAGES}
    assert missing == {}, "add it to web/field_messages.MESSAGES"
