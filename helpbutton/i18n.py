"""The languages of the product and its words in them: gettext catalogues read straight from their .po files."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from gettext import NullTranslations
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

_TWO_STOPS = re.compile(r"(?<![.])[.]{2}(?![.])")
CATALOGUES = Path(__file__).parent / "translations"

LANGUAGES = ("fi", "fi-selko", "sv", "en", "se", "ru", "uk", "ar", "so", "et")
"""In which requests are written and public pages are read."""
WRITTEN = ("fi", "sv", "en")
"""Languages in which everything is written to publish: staff pages, the directory's names, public pages."""
DRAFTS = ("se", "ru", "uk", "ar", "so", "et")
"""Languages whose translations nobody has checked when the product is shipped. Only public pages speak them."""
RIGHT_TO_LEFT = frozenset({"ar"})

_FALLBACK = {"fi-selko": "fi", "se": "fi"}
_LOCALES = {"fi-selko": "fi", "en": "en_GB", "se": "se_FI"}


@dataclass(frozen=True)
class Coverage:
    """How much of a catalogue is translated; `unsure` translations are marked fuzzy, shown and counted in both."""

    total: int
    translated: int
    unsure: int


def reading_language(language: str | None) -> str:
    """The written language for a person whose language is `language`: itself, Finnish for its relatives, else English.

    Without any language: Finnish.
    """
    if language is None or language in WRITTEN:
        return language or "fi"
    return _FALLBACK.get(language, "en")


def locale_of(language: str) -> Locale:
    """How Babel knows a language as it is spoken in Finland (English as in Britain)."""
    return Locale.parse(_LOCALES.get(language, language))


def html_language(language: str) -> str:
    """The value of a `lang` attribute: easy Finnish is Finnish."""
    return "fi" if language == "fi-selko" else language


@cache
def catalogue(language: str) -> Catalog:
    """The .po file of a language; an empty catalogue when there is none, as for English."""
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return Catalog(locale=locale_of(language))
    with path.open("rb") as file:
        return read_po(file, locale=locale_of(language))


def coverage(language: str) -> Coverage:
    """How complete the catalogue of a language is."""
    messages = [message for message in catalogue(language) if message.id]
    translated = [message for message in messages if message.string and all(_forms(message.string))]
    return Coverage(len(messages), len(translated), sum(message.fuzzy for message in translated))


def own_words(language: str, message: str) -> str:
    """`message` as the catalogue of this very language translates it, or nothing."""
    return translations(language).gettext(message) if message else ""


def gettext(language: str, message: str, /, **params: object) -> str:
    """`message` (an English message id) in `language`, its %(placeholders)s filled from `params`.

    A message that its catalogue lacks is said in the language it falls back to: Finnish for easy Finnish and
    Northern Sámi, else English.
    """
    text = next(filter(None, (own_words(tongue, message) for tongue in _chain(language))), message)
    return _one_stop(text % params) if params else text


def ngettext(language: str, one: str, many: str, count: int, /, **params: object) -> str:
    """The plural form for `count`, which also fills %(count)s."""
    plurals = (translations(tongue).ngettext(one, many, count) for tongue in _chain(language))
    text = next(filter(None, plurals), one if count == 1 else many)
    return _one_stop(text % {"count": count, **params})


def _one_stop(text: str) -> str:
    """A Finnish date ends in a full stop of its own ("22.11."), which also ends the sentence."""
    return _TWO_STOPS.sub(".", text)


def _chain(language: str) -> Iterator[str]:
    yield language
    if language in _FALLBACK:
        yield _FALLBACK[language]


class _Silent(NullTranslations):
    """Says nothing, so that the next language of the chain is asked."""

    def gettext(self, message: str) -> str:
        return ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return ""


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language, compiled with its unsure entries; what it lacks is empty."""
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language), use_fuzzy=True)
    compiled.seek(0)
    words = Translations(compiled)
    words.add_fallback(_Silent())
    return words


def _forms(string: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)
