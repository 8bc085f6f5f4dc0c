"""The words of the glossary in code and texts; catalogues that are whole."""

import ast
import io
import re
from collections.abc import Iterator, Sequence
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

from helpbutton.i18n import CATALOGUES, WRITTEN
from tests.rules.source import ROOT, Module, inside, modules, texts

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

TRANSLATED = tuple(language for language in WRITTEN if language != "en")
PACKAGE = "helpbutton/"
KEYWORDS = [
    "N_",
    *(f"gettext:2,{arguments}t" for arguments in range(2, 6)),
    "gettext:1,1t",
    "ngettext:1,2,3t",
    *(f"ngettext:2,3,{arguments}t" for arguments in range(4, 7)),
]
"""As in the Makefile: in Python the language comes first and the message second, in templates only the message."""
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
TAG = re.compile(r"</?\w+")


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


@cache
def wanted() -> dict[str | tuple[str, ...], str]:
    """Every message of the product with the file that says it, collected as `make translations` does."""
    with (ROOT / "config/babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    messages = extract_from_dir(
        ROOT / PACKAGE,
        [(pattern.removeprefix(PACKAGE), method) for pattern, method in methods],
        {pattern.removeprefix(PACKAGE): option for pattern, option in options.items()},
        keywords=DEFAULT_KEYWORDS | parse_keywords(KEYWORDS),
    )
    found = {message: name for name, _line, message, _comments, _context in messages}
    assert len(set(found.values())) > 20
    return found


@cache
def catalogue(language: str) -> Catalog:
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    return read_po(io.BytesIO(path.read_bytes()), locale=language)


def translated(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_left_untranslated(language: str) -> None:
    whole = {message.id for message in translated(language) if all(_forms(message))}
    missing = {str(message): where for message, where in wanted().items() if message not in whole}
    assert missing == {}, f"make translations, then translate into {language}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_kept_that_nobody_says(language: str) -> None:
    assert {message.id for message in translated(language)} - set(wanted()) == set(), "make translations"
    assert list(catalogue(language).obsolete) == [], "delete what is marked #~"


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_a_guess(language: str) -> None:
    assert [message.id for message in translated(language) if message.fuzzy] == [], (
        "check it and remove fuzzy"
    )


@pytest.mark.parametrize("language", TRANSLATED)
def test_plurals_have_every_form(language: str) -> None:
    forms = catalogue(language).num_plurals
    wrong = [
        message.id
        for message in translated(language)
        if message.pluralizable and len(_forms(message)) != forms
    ]
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_and_tags_survive_translation(language: str) -> None:
    wrong = [
        f"{original!r} -> {form!r}"
        for message in translated(language)
        for original, form in zip(_ids(message.id), _forms(message), strict=True)
        if form and not _alike(original, form)
    ]
    assert wrong == []


def _alike(original: str, form: str) -> bool:
    """Whether a translation has the placeholders and tags of its original and can be filled in."""
    names = set(PLACEHOLDER.findall(original))
    if set(PLACEHOLDER.findall(form)) != names or sorted(TAG.findall(form)) != sorted(TAG.findall(original)):
        return False
    try:
        return not names or bool(form % dict.fromkeys(names, ""))
    except (ValueError, TypeError, KeyError):
        return False


@pytest.mark.parametrize("language", WRITTEN)
def test_texts_for_people_use_no_word_of_machines(language: str) -> None:
    if language == "en":
        said = [(where, text) for message, where in wanted().items() for text in _ids(message)]
    else:
        said = [(str(message.id), form) for message in translated(language) for form in _forms(message)]
    wrong = [
        f"{where}: {text}"
        for where, text in said
        if re.search(rf"\b({IN_TEXTS[language]})", text, re.IGNORECASE)
    ]
    assert wrong == []


def _ids(message: str | Sequence[str]) -> tuple[str, ...]:
    return (message,) if isinstance(message, str) else tuple(message)


def _forms(message: Message) -> tuple[str, ...]:
    return _ids(message.string or "")
