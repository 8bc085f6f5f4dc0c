"""A message cut into the pieces that the learnt weights know: stems, pairs of stems, runs of letters."""

from collections.abc import Sequence
from zlib import crc32

from helpbutton.triage.words import Token, stem

_SIZES = (4, 5)
LONGEST = 400
"""Words that are looked at."""


def pieces(tokens: Sequence[Token]) -> set[int]:
    """Checksums of the stems, pairs of neighbouring stems, and runs of four and five letters with word edges."""
    found: set[int] = set()
    before = ""
    for token in tokens[:LONGEST]:
        found |= pieces_of_word(token.folded, before)
        before = stem(token.folded)
    return found


def piece_of_stem(word: str) -> int:
    """The one piece of a folded word that stands for the word itself."""
    return crc32(f"={stem(word)}".encode())


def pieces_of_word(word: str, before: str = "") -> set[int]:
    """The pieces that one folded word adds; `before` is the stem of the word in front of it."""
    root = stem(word)
    texts = ["=" + root]
    if before:
        texts.append(before + "+" + root)
    edged = f" {word} "
    for size in _SIZES:
        texts += [edged[i : i + size] for i in range(len(edged) - size + 1)]
    return {crc32(text.encode()) for text in texts}
