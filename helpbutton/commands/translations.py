"""`helpbutton translations`: collects the words of the product, lists them for translators, takes translations in."""

import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TextIO

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from helpbutton import clock
from helpbutton.config_dir import CONFIG_DIR
from helpbutton.i18n import CATALOGUES, LANGUAGES, WRITTEN, locale_of

PACKAGE = CATALOGUES.parent
TRANSLATED = tuple(language for language in LANGUAGES if language != "en")
KEYWORDS = DEFAULT_KEYWORDS | parse_keywords(
    [
        "N_",
        *(f"gettext:2,{arguments}t" for arguments in range(2, 6)),
        "gettext:1,1t",
        "ngettext:1,2,3t",
        *(f"ngettext:2,3,{arguments}t" for arguments in range(4, 7)),
    ]
)
"""In Python the language comes first and the message second, in templates there is only the message."""
CONFIG_NAMES = {
    "topics.json": ("topics", ("labels",)),
    "help_lines.json": ("help_lines", ("names", "hours")),
}
"""Names of reference data that families read: Finnish and Swedish stand in the file, the rest in the catalogues."""
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
TAG = re.compile(r"</?\w+")
HEADER = ("msgid", "translation", "unsure", "Finnish", "Swedish", "where")
PLURALS = " | "


@cache
def template(*, public: bool) -> Catalog:
    """Every message of the product, or those that families see, in the order of the files that say them."""
    with (CONFIG_DIR / ("babel-public.cfg" if public else "babel.cfg")).open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    collected = Catalog(project="helpbutton", charset="utf-8")
    for file_name, _line, message, _comments, context in extract_from_dir(
        PACKAGE, methods, options, keywords=KEYWORDS
    ):
        collected.add(message, locations=[(f"helpbutton/{file_name}", 0)], context=context)
    for file_name, names in _config_names() if public else ():
        collected.add(names["en"], locations=[(f"config/{file_name}", 0)])
    return collected


def _config_names() -> Iterator[tuple[str, dict[str, str]]]:
    for file_name, (rows, keys) in CONFIG_NAMES.items():
        found = json.loads((CONFIG_DIR / file_name).read_text(encoding="utf-8"))[rows]
        yield from ((file_name, row[key]) for row in found for key in keys)


def path_of(language: str) -> Path:
    """The file of a language's catalogue."""
    return CATALOGUES / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    """The catalogue as it is on disk; an empty one when there is none yet."""
    if not path_of(language).exists():
        name = "Easy Finnish" if language == "fi-selko" else locale_of(language).language_name
        return Catalog(
            locale=locale_of(language),
            header_comment=f"# Texts of the help button: {name}.",
            project="helpbutton",
            version=metadata.version("helpbutton"),
            msgid_bugs_address=" ",
            last_translator="helpbutton",
            language_team=name,
            revision_date=clock.now(),
            fuzzy=False,
        )
    with path_of(language).open("rb") as file:
        return read_po(file, locale=locale_of(language))


def write(language: str, catalogue: Catalog) -> None:
    """Store a catalogue without what nobody says any more."""
    path_of(language).parent.mkdir(parents=True, exist_ok=True)
    with path_of(language).open("wb") as file:
        write_po(file, catalogue, ignore_obsolete=True, include_lineno=False)


def forms(string: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """The forms of a message or of its translation."""
    return (string or "",) if isinstance(string, str | None) else tuple(string)


def problems(message: Message, plurals: int) -> list[str]:
    """What is wrong with a translation: its number of forms, its placeholders, its tags."""
    translated = forms(message.string)
    if len(translated) != (plurals if message.pluralizable else 1):
        return [f"{len(translated)} forms instead of {plurals}"]
    original, optional = forms(message.id)[-1], {"count"} if message.pluralizable else set()
    return [
        f"{form!r} has other placeholders or tags than {original!r}"
        for form in translated
        if form and not _alike(original, form, optional)
    ]


def _alike(original: str, form: str, optional: set[str]) -> bool:
    """Whether a form can be filled in like its original; one of a plural may leave the number out."""
    names, said = set(PLACEHOLDER.findall(original)), set(PLACEHOLDER.findall(form))
    if not names - optional <= said <= names or sorted(TAG.findall(form)) != sorted(TAG.findall(original)):
        return False
    try:
        return not names or bool(form % dict.fromkeys(names, ""))
    except (ValueError, TypeError, KeyError):
        return False


@click.group()
def translations() -> None:
    """Catalogues of words: collect, list for translators, take translations in (for developers)."""


@translations.command()
def update() -> None:
    """Bring every catalogue up to date: new messages are empty, messages that nobody says are dropped."""
    for language in TRANSLATED:
        catalogue, wanted = read(language), template(public=language not in WRITTEN)
        before = {message.id for message in catalogue if message.id and all(forms(message.string))}
        catalogue.update(wanted, no_fuzzy_matching=True, update_creation_date=False)
        write(language, catalogue)
        left = [m for m in catalogue if m.id and not all(forms(m.string))]
        dropped = before - {message.id for message in catalogue if message.id}
        click.echo(f"{language}: {len(left)} of {len(catalogue)} to translate, {len(dropped)} dropped")


@translations.command("list")
@click.argument("language", type=click.Choice(TRANSLATED))
@click.option("--missing", is_flag=True, help="Only what is not translated yet.")
def list_messages(language: str, missing: bool) -> None:
    """Print a table for a translator (TSV); fill in the column "translation" and give it to `merge`."""
    own, finnish, swedish = read(language), _said("fi"), _said("sv")
    click.echo("\t".join(HEADER))
    for message in template(public=language not in WRITTEN):
        known = own.get(message.id)
        if not message.id or (missing and known and all(forms(known.string))):
            continue
        msgid = _cell(message.id)
        translation, unsure = (_cell(known.string), "unsure" if known.fuzzy else "") if known else ("", "")
        where = " ".join(sorted({name for name, _line in message.locations}))
        row = (msgid, translation, unsure, finnish.get(msgid, ""), swedish.get(msgid, ""), where)
        click.echo("\t".join(row))


def _said(language: str) -> dict[str, str]:
    """What a written language says for every message and every name of reference data."""
    names = {texts["en"]: texts[language] for _file, texts in _config_names()}
    return names | {_cell(message.id): _cell(message.string) for message in read(language) if message.id}


def _cell(string: str | list[str] | tuple[str, ...] | None) -> str:
    return PLURALS.join(forms(string))


@translations.command()
@click.argument("language", type=click.Choice(TRANSLATED))
@click.argument("file", type=click.File(encoding="utf-8"))
def merge(language: str, file: TextIO) -> None:
    """Take translations from a table (TSV: msgid, translation, unsure or nothing) into the catalogue.

    The forms of a plural stand in one cell, joined by " | ". Anything in the third column marks a translation as
    unsure. All or nothing: exit 1 with every problem.
    """
    catalogue = read(language)
    catalogue.update(
        template(public=language not in WRITTEN), no_fuzzy_matching=True, update_creation_date=False
    )
    known = {_cell(message.id): message for message in catalogue if message.id}
    wrong, taken = [], 0
    for number, line in enumerate(file, start=1):
        msgid, translation, unsure, *_more = [
            *(cell.strip() for cell in line.rstrip("\n").split("\t")),
            "",
            "",
        ]
        if not translation or msgid == HEADER[0]:
            continue
        message = known.get(msgid)
        if message is None:
            wrong.append(f"line {number}: nobody says {msgid!r}")
            continue
        message.string = tuple(translation.split(PLURALS)) if message.pluralizable else translation
        message.flags = (message.flags - {"fuzzy"}) | ({"fuzzy"} if unsure else set())
        wrong += [f"line {number}: {problem}" for problem in problems(message, catalogue.num_plurals)]
        taken += 1
    if wrong:
        click.echo("\n".join(wrong), err=True)
        sys.exit(1)
    write(language, catalogue)
    click.echo(f"{language}: {taken} translations taken")
