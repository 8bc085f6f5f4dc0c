"""The words of the glossary in code and texts."""

import ast
import re
from collections.abc import Iterator

import pytest

from helpbutton.commands.translations import forms, read, template
from helpbutton.i18n import WRITTEN
from tests.rules.source import Module, inside, modules, texts

INSTEAD = {
    "ticket": "case",
    "customer": "sender",
    "queue": "worklist, or to-do",
    "helpdesk": "desk",
    "requester": "sender",
    "caseworker": "staff member",
}
"""Words that we do not use (docs/glossary.md), and what we say."""
BROKER = ("helpbutton.bell", "helpbutton.commands.processes", "workers")
"""Where Celery's queue is a queue."""

IN_TEXTS = {
    "en": r"ticket|customer|queue|users?\b|helpdesk",
    "fi": r"tiketti|tiketin|helpdesk|käyttäjä",
    "sv": r"kund\b|kunden|biljett|helpdesk|användar",
}
"""What no person shall read."""


def singular(word: str) -> str:
    return word.lower().removesuffix("s")


def identifiers(module: Module) -> Iterator[tuple[str, ast.AST]]:
    """Every name that a module uses or gives."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name):
                yield name, node
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node
            case ast.keyword(arg=str(name)):
                yield name, node


def test_code_speaks_the_words_of_the_glossary() -> None:
    wrong = [
        f"{module.where(node)}: {name}; say {INSTEAD[singular(word)]}"
        for module in modules().values()
        for name, node in identifiers(module)
        for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)
        if singular(word) in INSTEAD and not (singular(word) == "queue" and inside(module.name, BROKER))
    ]
    assert wrong == []


def test_pages_and_scripts_speak_the_words_of_the_glossary() -> None:
    wrong = [
        f"{name}:{number}: {word}; say {INSTEAD[singular(word)]}"
        for name, text in texts().items()
        if name.endswith((".html", ".js", ".css")) and not name.startswith("tests/")
        for number, line in enumerate(text.splitlines(), 1)
        for word in re.findall(r"[A-Za-z]+", line)
        if singular(word) in INSTEAD
    ]
    assert wrong == []


@pytest.mark.parametrize("language", WRITTEN)
def test_texts_for_people_use_no_word_of_machines(language: str) -> None:
    spoken = template(public=False) if language == "en" else read(language)
    said = [
        (message.id, text)
        for message in spoken
        for text in forms(message.id if language == "en" else message.string)
    ]
    wrong = [
        f"{where}: {text}"
        for where, text in said
        if re.search(rf"\b({IN_TEXTS[language]})", text, re.IGNORECASE)
    ]
    assert wrong == []
