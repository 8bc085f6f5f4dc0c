"""Names of people in free text: announced ones, signatures, and common given names beside kin or another name."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import takewhile

from helpbutton.triage.knowledge import load

_ANNOUNCED = re.compile(
    r"(?<!oulun )(?<!äiväkodin )(?<!erhon )(?<!kolans )(?i:\b(?:nimeni on|nimi on|nimensä on|nimeltään|jag heter|heter|"
    r"my name is|name is|меня зовут|зовут|мене звати|звати|minu nimi on|اسمي|magacaygu waa))\s+"
    r"([^\W\d_a-zåäöа-яіїє][^\W\d_]{1,24}(?:[ -][^\W\d_a-zåäöа-яіїє][^\W\d_]{1,24}){0,2})"
)
_SMALL_LETTERS = re.compile(
    r"\b(?i:nimi on|nimeni on|nimeltä|nimeltään|heter|name is) "
    r"([a-zåäö]{2,25}(?: [a-zåäö]{2,22}(?:nen|ström|berg|sson))?)"
)
_NAME = "(?:[A-ZÅÄÖ][a-zåäöéü]{1,24}|[A-ZÅÄÖ]{3,25})"
_SIGNATURE = re.compile(
    r"(?i:\b(?:terveisin|terveisiä|terv\.?|t[.:]|hälsningar|mvh|regards),?)\s+"
    rf"({_NAME}(?:[ -]{_NAME}){{0,2}})[\s.!]*\Z"
)
_CAPITALISED = re.compile(rf"\b{_NAME}(?:[ -]{_NAME}){{0,3}}")
_CYRILLIC_NAME = re.compile(
    r"\b(?i:сын[ауо]?м?|дочь|дочк[аеу]|дочери|муж[ау]?|жен[ауы]|реб[её]н[ок]к?[ау]?|мальчик[ау]?|девочк[ауе]"
    r"|сина?|синові|доньк[ауи]|донечк[ау]|чоловік[ау]?|дружин[ауи]|дитин[ауи]|хлопчик[ау]?|дівчинк[ауи])\s+"
    r"([А-ЯЁІЇЄҐ][а-яёіїєґ'’]{1,24}(?: [А-ЯЁІЇЄҐ][а-яёіїєґ'’]{1,24})?)"
)
_ARABIC_NAME = re.compile(
    r"(?:ابني|ابنتي|بنتي|ولدي|زوجي|زوجتي|طفلي|طفلتي|اسمه|اسمها)\s+((?:\w{2,12}\s+){0,1}\w{2,12})"
)
"""A word for kin and what follows; in Arabic, which has no capitals, given names alone count."""
_CASE_ENDING = re.compile(r"(?:n|a|ä|ia|lla|llä|lle|lta|ltä|sta|stä|ssa|ssä|in|en|s)$")


def names(text: str) -> Iterator[str]:
    """The names in a cleaned text, as written; a given name alone counts only after a word for kin or the like."""
    announced = [*_ANNOUNCED.finditer(text), *_SIGNATURE.finditer(text)]
    announced += [match for match in _SMALL_LETTERS.finditer(text) if _is_given(match[1].split()[0].title())]
    announced += _CYRILLIC_NAME.finditer(text)
    yield from (match[1] for match in announced)
    yield from _arabic(text)
    told = [match.span(1) for match in announced]
    for match in _CAPITALISED.finditer(text):
        start, words = _name_in(text, match.start(), match[0].split())
        if not words or any(first < match.end() and start < last for first, last in told):
            continue
        yield " ".join(words)


def _name_in(text: str, start: int, words: list[str]) -> tuple[int, list[str]]:
    """Where a name begins in capitalised words that start there, and its words; none where nobody is named."""
    while words and not _is_given(words[0].partition("-")[0].title()):
        start += len(words.pop(0)) + 1
    alone = len(words) == 1 and _word_before(text, start) not in _words("before_a_name")
    return start, [] if alone else words


def _arabic(text: str) -> Iterator[str]:
    for match in _ARABIC_NAME.finditer(text):
        named = list(takewhile(_is_given, match[1].split()))
        if named:
            yield " ".join(named)


def _word_before(text: str, place: int) -> str:
    before = text[:place].rsplit(maxsplit=1)
    return before[-1].lower().strip(",:") if before else ""


def _is_given(word: str) -> bool:
    given = _words("given_names")
    return word in given or _CASE_ENDING.sub("", word) in given


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(load("triage/given_names.json")[kind])
