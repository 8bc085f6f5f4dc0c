"""Text into comparable words: cleaned, folded to plain letters, cut into tokens that keep their places."""

import re
import unicodedata
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+(?:['’ʼ_][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!?…;\n؟。]")
_APOSTROPHES = {"’": "'", "ʼ": "'", "`": "'", "´": "'"}
_UNSPOKEN = re.compile(
    "[\\u00ad\\u0300-\\u036f\\u0640\\u064b-\\u0652\\u0670\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\ufeff]"
)
"""What stands inside words without being a letter: soft hyphens, marks of width and direction, Arabic vowel marks and
stretches, diacritics that no letter takes."""
_LETTERS = {"ى": "ي", "ة": "ه", "ı": "i", "ø": "o", "æ": "a", "ß": "s", "ґ": "г"}


@dataclass(frozen=True, slots=True)
class Token:
    """One word: `folded` for comparing, `start`/`end` its place in the cleaned text, `sentence` from 0."""

    folded: str
    start: int
    end: int
    sentence: int


class _FoldTable(dict[int, str]):
    """One folded letter for each character, worked out when first met, so that places do not move."""

    def __missing__(self, code: int) -> str:
        char = chr(code).lower()
        char = _APOSTROPHES.get(char, char)
        plain = unicodedata.normalize("NFKD", _LETTERS.get(char, char))
        kept = [c for c in plain if not unicodedata.combining(c)]
        folded = kept[0] if kept else " "
        if len(self) < 10_000:
            self[code] = folded
        return folded


_FOLD = _FoldTable()


def clean(text: str) -> str:
    """NFKC text without what is unspoken inside words, blanks for control characters and lone surrogates; newlines
    stay."""
    composed = _UNSPOKEN.sub("", unicodedata.normalize("NFKC", text))
    if composed.isprintable():
        return composed
    return "".join(c if c.isprintable() or c == "\n" else " " for c in composed)


def fold(text: str) -> str:
    """Small letters without diacritics, as long as `text`: "Lyönyt" -> "lyonyt"."""
    return text.translate(_FOLD)


def tokenise(cleaned: str) -> tuple[Token, ...]:
    """The words of a cleaned text in order."""
    folded = fold(cleaned)
    tokens = []
    sentence, last_end = 0, 0
    for found in _WORD.finditer(folded):
        start, end = found.span()
        if _SENTENCE_END.search(cleaned, last_end, start):
            sentence += 1
        tokens.append(Token(found.group(), start, end, sentence))
        last_end = end
    return tuple(tokens)


def stem(word: str) -> str:
    """A rough stem of a folded word: Finnish and Swedish mostly inflect what follows the fifth letter."""
    return word[: max(4, min(6, len(word) - 2))] if len(word) > 4 else word
