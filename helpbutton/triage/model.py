"""The learnt part of triage: weights for pieces of words, joined with the message as a whole and with the lexicon.

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
from helpbutton.triage.pieces import piece_of_stem, pieces, pieces_of_word
from helpbutton.triage.words import Token, stem

Array: TypeAlias = NDArray[Any]

FILE = CONFIG_DIR / "triage" / "model.npz"
ALARM_LANGUAGES = ("fi", "sv", "en", "others")
"""Danger has a threshold for each: their lessons differ in number, and so do their scores."""
_WINDOW = 7


@dataclass(frozen=True)
class Evidence:
    """What the weights say of one message: a row by its words, and where it was asked one by its meaning.

    `topics` has a column for each topic, `dangers` one for danger as such and one for each of its kinds.
    `known_words` counts the words whose stem stands in the lessons.
    """

    topics: Array
    dangers: Array
    known_words: int


@dataclass(frozen=True)
class _Joining:
    """What the rows of an evidence weigh: `blend` has a factor for each and one for the lexicon's phrases, `alarm`
    factors and offset that make the voices of danger, the hint last, a share, and for each language the share from
    where it counts."""

    blend: Array
    alarm: Array


class Model:
    """Read-only weights: for words rows of pieces, columns of topics, danger and its kinds, kept as bytes and
    multiplied by `scale`."""

    def __init__(self, stored: Mapping[str, Array]) -> None:
        self.topics: tuple[str, ...] = tuple(str(topic) for topic in stored["topics"])
        self.digest, self.digest_of_meaning = str(stored["digest"]), str(stored["digest_of_meaning"])
        self._row = {int(piece): row for row, piece in enumerate(stored["pieces"])}
        self._rarity = stored["rarity"].astype(np.float32)
        self._small, self._scale, self._bias = stored["small"], stored["scale"], stored["bias"]
        self._joining = [_Joining(stored[f"blend_{count}"], stored[f"alarm_{count}"]) for count in (1, 2)]
        self._flags: tuple[str, ...] = tuple(str(flag) for flag in stored["flags"])

    def evidence(self, tokens: Sequence[Token], by_meaning: Array | None = None) -> Evidence:
        """The scores of one message, from its words alone or with those of its meaning."""
        rows, values = self._found(pieces(tokens))
        by_words: Array = self._bias
        if rows:
            length = math.sqrt(float(values @ values)) or 1.0
            by_words = by_words + (values / length) @ self._small[rows].astype(np.float32) * self._scale
        known = sum(piece_of_stem(token.folded) in self._row for token in tokens)
        said = np.stack([by_words] if by_meaning is None else [by_words, by_meaning])
        first_danger = len(self.topics)
        return Evidence(said[:, :first_danger], said[:, first_danger:], known)

    def topic_shares(self, evidence: Evidence, spoken: Mapping[str, float]) -> dict[str, float]:
        """Topic -> probability, from the scores and the weights of the lexicon's phrases."""
        *of_scores, of_phrases = self._joined(evidence).blend
        phrases = np.array([spoken.get(topic, 0.0) for topic in self.topics])
        pulls = of_scores @ evidence.topics + of_phrases * phrases
        shares = np.exp(pulls - pulls.max())
        shares = shares / shares.sum()
        return dict(zip(self.topics, (float(share) for share in shares), strict=True))

    def danger_share(self, evidence: Evidence, language: str, *, hinted: bool) -> tuple[float, float]:
        """How much the message resembles those in which somebody was in danger (0-1), and from where it counts.

        `hinted`: whether a phrase names danger in it.
        """
        alarm = self._joined(evidence).alarm
        heard = np.append(voices(evidence.dangers).ravel(), hinted)
        count = len(heard)
        odds = float(np.clip(alarm[:count] @ heard + alarm[count], -30, 30))
        return 1 / (1 + math.exp(-odds)), float(alarm[count + 1 + alarm_place(language)])

    def likeliest_flag(self, evidence: Evidence) -> str:
        """The kind of danger that a message which resembles danger is most like; the rows weigh as for topics."""
        kinds = self._joined(evidence).blend[:-1] @ evidence.dangers[:, 1:]
        return self._flags[int(np.argmax(kinds))]

    def telling_words(self, tokens: Sequence[Token]) -> tuple[int, int]:
        """First and last token of the stretch that speaks most for danger; of all where no word does."""
        danger = self._small[:, len(self.topics)]
        weights, before = [], ""
        for token in tokens:
            rows, values = self._found(pieces_of_word(token.folded, before))
            weights.append(float(values @ danger[rows]) if rows else 0.0)
            before = stem(token.folded)
        width = min(_WINDOW, len(weights))
        sums = [sum(weights[i : i + width]) for i in range(len(weights) - width + 1)]
        best = max(range(len(sums)), key=sums.__getitem__)
        return (best, best + width - 1) if sums[best] > 0 else (0, len(weights) - 1)

    def _joined(self, evidence: Evidence) -> _Joining:
        return self._joining[len(evidence.topics) - 1]

    def _found(self, found: set[int]) -> tuple[list[int], Array]:
        rows = sorted(row for piece in found if (row := self._row.get(piece)) is not None)
        return rows, self._rarity[rows]


def voices(dangers: Array) -> Array:
    """What is said of danger (last axis: as such, then its kinds) with the strongest kind added."""
    found: Array = np.concatenate([dangers, dangers[..., 1:].max(axis=-1, keepdims=True)], axis=-1)
    return found


def alarm_place(language: str) -> int:
    """Which of `ALARM_LANGUAGES` a language is."""
    return ALARM_LANGUAGES.index(language if language in ALARM_LANGUAGES else "others")


@cache
def learnt() -> Model:
    """The model of config/triage/model.npz."""
    with np.load(FILE) as stored:
        return Model({name: stored[name] for name in stored.files})
