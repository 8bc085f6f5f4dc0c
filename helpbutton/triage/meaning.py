"""What a text means, alike across languages, as scores; present when the optional packages for it are installed.

Nothing is downloaded and no text leaves: the model lies inside a package, what was taught further in
config/triage/meaning.npz, and both run here.
"""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np

from helpbutton.config_dir import CONFIG_DIR
from helpbutton.triage import package
from helpbutton.triage.package import Array, Package
from helpbutton.triage.vocabulary import Vocabulary

FILE = CONFIG_DIR / "triage" / "meaning.npz"
MOST_PIECES = 62
"""Time grows with length: what is longer is read in part, three quarters from its beginning and one from its end,
because what a message is about is said early and what is wanted last."""
_LONGEST = 600
"""Characters that are cut into pieces at all, shared in the same way."""


def by_meaning(cleaned: str) -> Array | None:
    """Scores for topics, danger and its kinds from a cleaned text, or None without the packages."""
    read = _reader()
    return None if read is None else read(cleaned)


def reads(found: Package) -> Callable[[str], list[int]]:
    """Cuts a cleaned text into at most `MOST_PIECES` pieces, given by number."""
    vocabulary = Vocabulary(found.pieces, found.scores, found.unknown)

    def numbers(cleaned: str) -> list[int]:
        tail = _LONGEST // 4
        if len(cleaned) > _LONGEST:
            cleaned = f"{cleaned[: _LONGEST - tail]} {cleaned[-tail:]}"
        whole = vocabulary.numbers(cleaned)
        tail = MOST_PIECES // 4
        return whole if len(whole) <= MOST_PIECES else whole[: MOST_PIECES - tail] + whole[-tail:]

    return numbers


def present() -> bool:
    """Whether the packages are installed, so that meaning can be asked for."""
    return _reader() is not None


@cache
def _reader() -> Callable[[str], Array] | None:
    """Without the packages, or with a model file of another kind, triage goes on with words alone."""
    try:
        from helpbutton.triage.encoder import Encoder

        found = package.installed()
    except (ImportError, OSError, ValueError):
        return None
    if found is None:
        return None
    numbers, encoder = reads(found), Encoder(found, taught())
    return lambda cleaned: encoder.run(numbers(cleaned))


def taught() -> dict[str, Array]:
    """The weights of config/triage/meaning.npz by name."""
    with np.load(FILE) as stored:
        return unfolded(stored)


def unfolded(stored: Mapping[str, Array]) -> dict[str, Array]:
    """Weights as they are stored, whole numbers with a scale for each column, as the numbers that they stand for."""
    return {
        name: stored[name] * stored[f"{name}.scale"] if f"{name}.scale" in stored else stored[name]
        for name in stored
        if not name.endswith(".scale")
    }
