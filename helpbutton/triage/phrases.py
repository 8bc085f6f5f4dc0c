"""The small phrase language of config/triage and its matcher.

A phrase is words in order: `word` exactly, `stem*` a beginning, `*part*` anywhere inside, `a|b` either,
`<set>` a named list of such; between words `.` allows one word more and `..` three. Upper case and diacritics
do not matter. A phrase never reaches over the end of a sentence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from helpbutton.triage.words import Token, fold

Label = TypeVar("Label")
_KEY = 3
_GAPS = {".": 1, "..": 3}


class PhraseError(ValueError):
    """A phrase in the configuration cannot be read."""


@dataclass(frozen=True, slots=True)
class _Part:
    gap: int
    exact: frozenset[str]
    starts: tuple[str, ...]
    inside: tuple[str, ...]

    def fits(self, word: str) -> bool:
        return (
            word in self.exact
            or (bool(self.starts) and word.startswith(self.starts))
            or any(piece in word for piece in self.inside)
        )


@dataclass(frozen=True, slots=True)
class Match(Generic[Label]):
    """A phrase found at the tokens `first` to `last`, both included."""

    label: Label
    first: int
    last: int


def _part(source: str, gap: int, sets: Mapping[str, str], phrase: str) -> _Part:
    if source.startswith("<") and source.endswith(">"):
        if source[1:-1] not in sets:
            raise PhraseError(f"unknown set {source} in {phrase!r}")
        source = sets[source[1:-1]]
    exact, starts, inside = set(), [], []
    for word in fold(source).split("|"):
        bare = word.strip("*")
        if not bare or not bare.replace("'", "").isalnum():
            raise PhraseError(f"bad word {word!r} in {phrase!r}")
        if word.startswith("*"):
            inside.append(bare)
        elif word.endswith("*"):
            starts.append(bare)
        else:
            exact.add(bare)
    return _Part(gap, frozenset(exact), tuple(starts), tuple(inside))


def _parts(phrase: str, sets: Mapping[str, str]) -> tuple[_Part, ...]:
    parts: list[_Part] = []
    gap = 0
    for word in phrase.split():
        if word in _GAPS:
            gap = _GAPS[word]
        else:
            parts.append(_part(word, gap, sets, phrase))
            gap = 0
    if not parts or gap:
        raise PhraseError(f"phrase {phrase!r} must begin and end with a word")
    return tuple(parts)


_Phrase: TypeAlias = tuple[tuple[_Part, ...], Label]


class PhraseBook(Generic[Label]):
    """Many phrases, found in one walk over the tokens through an index of their first words."""

    def __init__(self) -> None:
        self._exact: dict[str, list[_Phrase[Label]]] = {}
        self._starting: dict[str, list[_Phrase[Label]]] = {}
        self._inside: list[_Phrase[Label]] = []

    def add(self, phrase: str, label: Label, sets: Mapping[str, str] | None = None) -> None:
        """Raises PhraseError for a phrase that cannot be read."""
        parts = _parts(phrase, sets or {})
        for word in parts[0].exact:
            self._exact.setdefault(word, []).append((parts, label))
        for beginning in {word[:_KEY] for word in parts[0].starts}:
            self._starting.setdefault(beginning, []).append((parts, label))
        if parts[0].inside:
            self._inside.append((parts, label))

    def find(self, tokens: Sequence[Token]) -> Iterator[Match[Label]]:
        """Every phrase at every place where it begins, in the order of the text; overlaps included."""
        begun: dict[str, list[_Phrase[Label]]] = {}
        for index, token in enumerate(tokens):
            if token.folded not in begun:
                begun[token.folded] = list(self._begun_by(token.folded))
            for parts, label in begun[token.folded]:
                last = _last_token(parts, tokens, index)
                if last is not None:
                    yield Match(label, index, last)

    def _begun_by(self, word: str) -> Iterator[_Phrase[Label]]:
        yield from self._exact.get(word, ())
        for size in range(1, min(_KEY, len(word)) + 1):
            for phrase in self._starting.get(word[:size], ()):
                if word.startswith(phrase[0][0].starts) and word not in phrase[0][0].exact:
                    yield phrase
        for phrase in self._inside:
            if any(piece in word for piece in phrase[0][0].inside):
                yield phrase


def _last_token(parts: tuple[_Part, ...], tokens: Sequence[Token], index: int) -> int | None:
    """Where a phrase whose first part fits at `index` ends; None where its other parts do not follow."""
    ends = {index}
    for part in parts[1:]:
        ends = {
            place
            for end in ends
            for place in range(end + 1, min(end + 2 + part.gap, len(tokens)))
            if tokens[place].sentence == tokens[index].sentence and part.fits(tokens[place].folded)
        }
        if not ends:
            return None
    return min(ends)


def quote(text: str, tokens: Sequence[Token], match: Match[Label]) -> str:
    """The sender's own words under a match, white space evened out."""
    return " ".join(text[tokens[match.first].start : tokens[match.last].end].split())
