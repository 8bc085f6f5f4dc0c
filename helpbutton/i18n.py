"""The languages of the product and its words in them: gettext catalogues read straight from their .po files."""

import io
from functools import cache
from gettext import NullTranslations
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

CATALOGUES = Path(__file__).parent / "translations"

LANGUAGES = ("fi", "fi-selko", "sv", "en", "se", "ru", "uk", "ar", "so", "et")
WRITTEN = ("fi", "sv", "en")
"""Languages whose texts are written to publish; requests may be written in any of LANGUAGES."""

_FALLBACK = {"fi-selko": "fi", "se": "fi"}


def reading_language(language: str | None) -> str:
    """The written language for a person whose language is `language`: itself, Finnish for its relatives, else English.

    Without any language: Finnish.
    """
    if language is None or language in WRITTEN:
        return language or "fi"
    return _FALLBACK.get(language, "en")


@cache
def translations(language: str) -> NullTranslations:
    """Catalogue of a written language; English is the message ids themselves."""
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def gettext(language: str, message: str, /, **params: object) -> str:
    """`message` (an English message id) in `language`, its %(placeholders)s filled from `params`."""
    text = translations(reading_language(language)).gettext(message)
    return text % params if params else text


def ngettext(language: str, one: str, many: str, count: int, /, **params: object) -> str:
    """The plural form for `count`, which also fills %(count)s."""
    text = translations(reading_language(language)).ngettext(one, many, count)
    return text % {"count": count, **params}
