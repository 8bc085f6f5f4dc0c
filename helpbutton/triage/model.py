"""The learnt part of triage: weights for pieces of words and for meaning, joined with what the lexicon says.

`helpbutton.triage.learn` makes the file from config/triage/messages; nothing is learnt while the product runs.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from helpbutton.config_dir import CONFIG_DIR
from helpbutton.triage.embedding import embed
from helpbutton.triage.pieces import pieces, pieces_of_word
from helpbutton.triage.words import Token, stem

Array: TypeAlias = NDArray[Any]

FILE = CONFIG_DIR / "triage" / "model.npz"
_WINDOW = 7
_LEAST = 1e-6


@dataclass(frozen=True)
class Evidence:
    """What the two learnt views say: logarithms of topic shares and log-odds of danger; `meaning` may be missing."""

    pieces: Array
    meaning: Array | None
    danger_pieces: float
    danger_meaning: float | None


class Model:
    """Read-only weights; rows of a weight matrix are pieces or dimensions, columns the topics and danger last."""

    def __init__(self, stored: Mapping[str, Array]) -> None:
        self.topics: tuple[str, ...] = tuple(str(topic) for topic in stored["topics"])
        self.digest = str(stored["digest"])
        self._row = {int(piece): row for row, piece in enumerate(stored["pieces"])}
        self._rarity = stored["rarity"].astype(np.float32)
        self._weights = stored["weights"]
        self._scale = stored["scale"].astype(np.float32)
        self._bias = stored["bias"].astype(np.float32)
        self._centre = stored["centre"].astype(np.float32)
        self._meaning = stored["meaning"].astype(np.float32)
        self._meaning_bias = stored["meaning_bias"].astype(np.float32)
        self._blend = {True: stored["blend"], False: stored["blend_without_meaning"]}
        self._danger = {True: stored["danger_blend"], False: stored["danger_blend_without_meaning"]}
        self._flags: tuple[str, ...] = tuple(str(flag) for flag in stored["flags"])
        self._flag_weights = stored["flag_weights"]

    def evidence(self, cleaned: str, tokens: Sequence[Token]) -> Evidence:
        """Both views of one message."""
        scores = self._scores(pieces(tokens))
        vector = embed(cleaned)
        if vector is None:
            return Evidence(_shares(scores[:-1]), None, float(scores[-1]), None)
        alike = (vector - self._centre) @ self._meaning + self._meaning_bias
        return Evidence(_shares(scores[:-1]), _shares(alike[:-1]), float(scores[-1]), float(alike[-1]))

    def topic_shares(self, evidence: Evidence, spoken: Mapping[str, float]) -> dict[str, float]:
        """Topic -> probability, from both views and the weights of the lexicon's phrases."""
        of_pieces, of_meaning, of_words, temperature = self._blend[evidence.meaning is not None]
        pulls = of_pieces * evidence.pieces
        if evidence.meaning is not None:
            pulls = pulls + of_meaning * evidence.meaning
        pulls = pulls + of_words * np.array([spoken.get(topic, 0.0) for topic in self.topics])
        shares = np.exp(_shares(temperature * pulls))
        return dict(zip(self.topics, (float(share) for share in shares), strict=True))

    def danger_share(self, evidence: Evidence) -> tuple[float, float]:
        """How much the message resembles those in which somebody was in danger (0-1), and from where it counts."""
        with_meaning = evidence.danger_meaning is not None
        of_pieces, of_meaning, bias, threshold = self._danger[with_meaning]
        odds = of_pieces * evidence.danger_pieces + of_meaning * (evidence.danger_meaning or 0.0) + bias
        return 1 / (1 + math.exp(-float(np.clip(odds, -30, 30)))), float(threshold)

    def likeliest_flag(self, tokens: Sequence[Token]) -> str:
        """The kind of danger that a message which resembles danger is most like."""
        rows, values = self._found(pieces(tokens))
        return self._flags[int(np.argmax(values @ self._flag_weights[rows]))] if rows else self._flags[0]

    def telling_words(self, tokens: Sequence[Token]) -> tuple[int, int]:
        """First and last token of the stretch that speaks most for danger."""
        weights, before = [], ""
        for token in tokens:
            rows, values = self._found(pieces_of_word(token.folded, before))
            weights.append(float(values @ self._weights[rows, -1]) if rows else 0.0)
            before = stem(token.folded)
        width = min(_WINDOW, len(weights))
        sums = [sum(weights[i : i + width]) for i in range(len(weights) - width + 1)]
        best = max(range(len(sums)), key=sums.__getitem__)
        return best, best + width - 1

    def _scores(self, found: set[int]) -> Array:
        rows, values = self._found(found)
        if not rows:
            return self._bias
        length = math.sqrt(float(values @ values)) or 1.0
        scores: Array = (values / length) @ self._weights[rows].astype(np.float32) * self._scale + self._bias
        return scores

    def _found(self, found: set[int]) -> tuple[list[int], Array]:
        rows = sorted(row for piece in found if (row := self._row.get(piece)) is not None)
        return rows, self._rarity[rows]


def _shares(scores: Array) -> Array:
    """Logarithms of the shares that a softmax gives."""
    shifted = scores - scores.max()
    logs: Array = np.maximum(shifted - np.log(np.exp(shifted).sum()), math.log(_LEAST))
    return logs


@cache
def learnt() -> Model:
    """The model of config/triage/model.npz."""
    with np.load(FILE) as stored:
        return Model({name: stored[name] for name in stored.files})
