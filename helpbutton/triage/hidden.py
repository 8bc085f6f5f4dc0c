"""A small net over meaning, one hidden layer: what a straight line cannot tell apart, learnt by plain numpy.

It learns topics, danger and kinds of danger together, because what helps with one helps with the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]

UNITS = 384
ROUNDS = 24
BATCH = 256
PACE = 0.003
DECAY = 3e-4
FORGET_IN, FORGET_HIDDEN = 0.3, 0.3
"""Shares of inputs and of hidden units that each step looks away from, so that none is leant on alone."""
PULL_OF_DANGER, PULL_OF_KINDS = 2.0, 0.5


@dataclass(frozen=True)
class Net:
    """Weights: `straight` from input to answers, `enter` and `leave` through the hidden layer, and two biases."""

    straight: Array
    enter: Array
    leave: Array
    enter_bias: Array
    bias: Array

    def answers(self, vectors: Array) -> Array:
        """Scores for vectors (rows, or one): topics, danger, then its kinds."""
        hidden = np.maximum(vectors @ self.enter + self.enter_bias, 0)
        scores: Array = vectors @ self.straight + hidden @ self.leave + self.bias
        return scores

    def stored(self) -> dict[str, Array]:
        """The arrays under the names that `read` expects."""
        return {f"net_{name}": getattr(self, name).astype(np.float16) for name in Net.__annotations__}


def read(stored: Mapping[str, Array]) -> Net:
    """The net of a model file."""
    return Net(*(stored[f"net_{name}"].astype(np.float32) for name in Net.__annotations__))


def learn(vectors: Array, topics: Array, dangers: Array, n_topics: int) -> Net:
    """A net from vectors (n x d), topic numbers (n) and yes or no for danger and its kinds (n x 1 + kinds)."""
    chance = np.random.default_rng(0)
    wide, answers = vectors.shape[1], n_topics + dangers.shape[1]
    parts = [
        np.zeros((wide, answers), np.float32),
        (chance.standard_normal((wide, UNITS)) * (2 / wide) ** 0.5).astype(np.float32),
        (chance.standard_normal((UNITS, answers)) * 0.3 / UNITS**0.5).astype(np.float32),
        np.zeros(UNITS, np.float32),
        np.zeros(answers, np.float32),
    ]
    wanted = np.zeros((len(vectors), answers), np.float32)
    wanted[np.arange(len(vectors)), topics] = 1
    wanted[:, n_topics:] = dangers
    pulls = np.full(answers, PULL_OF_KINDS, np.float32)
    pulls[:n_topics], pulls[n_topics] = 1, PULL_OF_DANGER
    pace = _Pace(parts, ROUNDS * -(-len(vectors) // BATCH))
    for _ in range(ROUNDS):
        order = chance.permutation(len(vectors))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            seen = _forget(vectors[chosen], FORGET_IN, chance)
            pace.step(_slopes(parts, seen, wanted[chosen], pulls, n_topics, chance))
    return Net(*parts)


def _forget(values: Array, share: float, chance: np.random.Generator) -> Array:
    kept: Array = values * (chance.random(values.shape, dtype=np.float32) >= share) / np.float32(1 - share)
    return kept


def _slopes(
    parts: list[Array], seen: Array, wanted: Array, pulls: Array, n_topics: int, chance: np.random.Generator
) -> list[Array]:
    """How each part should change for one batch."""
    straight, enter, leave, enter_bias, bias = parts
    entered = seen @ enter + enter_bias
    alive = _forget((entered > 0).astype(np.float32), FORGET_HIDDEN, chance)
    hidden = entered * alive
    given = seen @ straight + hidden @ leave + bias
    likely = np.exp(given[:, :n_topics] - given[:, :n_topics].max(axis=1, keepdims=True))
    given[:, :n_topics] = likely / likely.sum(axis=1, keepdims=True)
    given[:, n_topics:] = 1 / (1 + np.exp(-given[:, n_topics:]))
    wrong = (given - wanted) * pulls / np.float32(len(seen))
    back = (wrong @ leave.T) * alive
    return [
        seen.T @ wrong + DECAY * straight,
        seen.T @ back + DECAY * enter,
        hidden.T @ wrong + DECAY * leave,
        back.sum(axis=0),
        wrong.sum(axis=0),
    ]


class _Pace:
    """Adam, with a short warm start and steps that shrink to nothing."""

    def __init__(self, parts: list[Array], steps: int) -> None:
        self._parts, self._steps, self._done = parts, steps, 0
        self._means = [np.zeros_like(part) for part in parts]
        self._squares = [np.zeros_like(part) for part in parts]

    def step(self, slopes: list[Array]) -> None:
        size = PACE * min(1.0, (self._done + 1) / 50) * (1 - self._done / self._steps)
        self._done += 1
        first, second = 1 - 0.9**self._done, 1 - 0.999**self._done
        for part, mean, square, slope in zip(self._parts, self._means, self._squares, slopes, strict=True):
            mean += 0.1 * (slope - mean)
            square += 0.001 * (slope * slope - square)
            part -= np.float32(size / first) * mean / (np.sqrt(square / second) + np.float32(1e-8))
