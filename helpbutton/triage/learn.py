"""Learning the weights of triage from config/triage/messages, for developers: `make triage-model`.

Blends and thresholds are chosen on messages that the weights of their fold have not seen. Needs the extra `train`.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click
import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from helpbutton.triage import danger
from helpbutton.triage.embedding import embed
from helpbutton.triage.knowledge import FLAGS, topic_urgencies
from helpbutton.triage.lexicon import spoken_for
from helpbutton.triage.messages import Message, digest, messages
from helpbutton.triage.model import FILE, Array
from helpbutton.triage.pieces import pieces
from helpbutton.triage.words import Token, clean, tokenise

FOLDS = 4
RAREST = 3
STRENGTH = 0.3
MEANING_PULL = 2.0
"""How long a vector of meaning is beside the pieces, whose length is 1."""
FALSE_ALARMS = 0.06
"""Share of harmless messages that likeness to danger may raise, besides those that the phrases raise."""


@dataclass(frozen=True)
class Seen:
    """Messages as numbers: rows of pieces and of meaning, topic numbers, danger, the lexicon's weights and phrases."""

    pieces: csr_matrix
    meaning: Array
    topics: Array
    dangers: Array
    spoken: Array
    phrases: Array

    def rows(self, *, with_meaning: bool) -> csr_matrix:
        return hstack([self.pieces, csr_matrix(self.meaning)]).tocsr() if with_meaning else self.pieces


def main() -> None:
    """Learn, choose, write config/triage/model.npz, and say what was found."""
    given = messages()
    topics = tuple(topic_urgencies())
    tokens = [tokenise(clean(message.text)) for message in given]
    vocabulary, rarity = _vocabulary(tokens)
    vectors = np.stack([_vector(message) for message in given])
    centre = vectors.mean(axis=0)
    seen = _seen(given, tokens, topics, vocabulary, rarity, (vectors - centre) * MEANING_PULL)
    stored: dict[str, Any] = {}
    for name in ("joint", "alone"):
        weights, bias = _learn(seen, name)
        stored[f"{name}_small"], stored[f"{name}_scale"] = _small(weights[: len(vocabulary)])
        stored[f"{name}_bias"] = bias.astype(np.float32)
        stored[f"{name}_blend"], stored[f"{name}_alarm"] = _choose(seen, name)
        if name == "joint":
            stored["meaning"] = (weights[len(vocabulary) :] * MEANING_PULL).astype(np.float32)
    np.savez_compressed(
        FILE,
        digest=digest(),
        topics=np.array(topics),
        pieces=np.array(list(vocabulary), dtype=np.uint32),
        rarity=rarity.astype(np.float16),
        centre=centre.astype(np.float32),
        flags=np.array(FLAGS),
        flag_weights=_flag_weights(given, seen),
        **stored,
    )
    click.echo(f"{len(given)} messages, {len(vocabulary)} pieces, {FILE.stat().st_size // 1024} kB")


def _vocabulary(tokens: Sequence[Sequence[Token]]) -> tuple[dict[int, int], Array]:
    seen = Counter(piece for found in tokens for piece in pieces(found))
    kept = sorted(piece for piece, count in seen.items() if count >= RAREST)
    rarity = np.array([math.log(1 + len(tokens) / seen[piece]) for piece in kept])
    return {piece: row for row, piece in enumerate(kept)}, rarity.astype(np.float16).astype(np.float32)


def _vector(message: Message) -> Array:
    vector = embed(clean(message.text))
    if vector is None:
        raise click.ClickException("install the extra `semantic` first: the weights for meaning need it")
    return vector


def _seen(
    given: Sequence[Message],
    tokens: Sequence[tuple[Token, ...]],
    topics: tuple[str, ...],
    vocabulary: dict[int, int],
    rarity: Array,
    meaning: Array,
) -> Seen:
    number = {topic: place for place, topic in enumerate(topics)}
    spoken = np.zeros((len(given), len(topics)))
    for row, (message, found) in enumerate(zip(given, tokens, strict=True)):
        for topic, weight in _spoken(message, found).items():
            spoken[row, number[topic]] = weight
    return Seen(
        pieces=_rows(tokens, vocabulary, rarity),
        meaning=meaning,
        topics=np.array([number[message.topic] for message in given]),
        dangers=np.array([bool(message.flags) for message in given]),
        spoken=spoken,
        phrases=np.array([bool(danger.screen(message.text)) for message in given]),
    )


def _spoken(message: Message, tokens: Sequence[Token]) -> dict[str, float]:
    flags = tuple(dict.fromkeys(hit.flag for hit in danger.screen(message.text)))
    return spoken_for(tokens, message.language, flags=flags)[0]


def _rows(tokens: Sequence[Sequence[Token]], vocabulary: dict[int, int], rarity: Array) -> csr_matrix:
    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for found in tokens:
        own = [vocabulary[piece] for piece in pieces(found) if piece in vocabulary]
        weights = rarity[own]
        columns += own
        values += list(weights / (np.linalg.norm(weights) or 1.0))
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(tokens), len(vocabulary)))


def _fit(rows: csr_matrix, labels: Array) -> LinearSVC:
    return LinearSVC(C=STRENGTH, class_weight="balanced" if labels.dtype == bool else None).fit(rows, labels)


def _learn(seen: Seen, name: str) -> tuple[Array, Array]:
    """Weights, a column for each topic and danger last, and their biases."""
    rows = seen.rows(with_meaning=name == "joint")
    topics, dangers = _fit(rows, seen.topics), _fit(rows, seen.dangers)
    weights = np.vstack([topics.coef_, dangers.coef_]).T
    return weights, np.append(topics.intercept_, dangers.intercept_)


def _choose(seen: Seen, name: str) -> tuple[Array, Array]:
    """The blend with the lexicon and the alarm of danger, on scores of weights that had not seen the message."""
    rows = seen.rows(with_meaning=name == "joint")
    scores = np.zeros(seen.spoken.shape)
    alarms = np.zeros(len(seen.topics))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for learn, ask in folds.split(rows, seen.topics):
        scores[ask] = _fit(rows[learn], seen.topics[learn]).decision_function(rows[ask])
        alarms[ask] = _fit(rows[learn], seen.dangers[learn]).decision_function(rows[ask])
    return _blend(seen, scores, name), _alarm(seen, alarms, name)


def _blend(seen: Seen, scores: Array, name: str) -> Array:
    """What scores and phrases count, so that the right topics are likeliest."""

    def surprise(weights: Array) -> float:
        pulls = weights[0] * scores + weights[1] * seen.spoken
        pulls = pulls - pulls.max(axis=1, keepdims=True)
        logs = pulls - np.log(np.exp(pulls).sum(axis=1, keepdims=True))
        return float(-logs[np.arange(len(logs)), seen.topics].mean())

    found: Array = minimize(surprise, np.array([3.0, 0.3]), bounds=[(0.0, 20.0), (0.0, 3.0)]).x
    right = np.argsort(-(found[0] * scores + found[1] * seen.spoken), axis=1) == seen.topics[:, None]
    first, three = right[:, 0].mean(), right[:, :3].any(axis=1).mean()
    click.echo(f"{name}: right first {first:.3f}, among three {three:.3f}, blend {found.round(2)}")
    return found


def _alarm(seen: Seen, scores: Array, name: str) -> Array:
    """Factor, offset and threshold of danger; the threshold lets few harmless messages pass."""
    fitted = LogisticRegression(C=10.0).fit(scores[:, None], seen.dangers)
    shares = 1 / (1 + np.exp(-fitted.decision_function(scores[:, None])))
    counts_from = float(np.quantile(shares[~seen.dangers & ~seen.phrases], 1 - FALSE_ALARMS))
    raised = (shares >= counts_from) | seen.phrases
    found, false = raised[seen.dangers].mean(), raised[~seen.dangers].mean()
    click.echo(f"{name}: danger found {found:.3f}, false alarms {false:.3f}, from {counts_from:.2f}")
    return np.array([fitted.coef_[0, 0], fitted.intercept_[0], counts_from])


def _flag_weights(given: Sequence[Message], seen: Seen) -> Array:
    """One column for each kind of danger: the mean of its messages less the mean of all dangers."""
    dangerous = seen.pieces[np.flatnonzero(seen.dangers)].mean(axis=0)
    columns = []
    for flag in FLAGS:
        rows = [row for row, message in enumerate(given) if flag in message.flags]
        columns.append(np.asarray(seen.pieces[rows].mean(axis=0) - dangerous).ravel())
    return _small(np.stack(columns, axis=1))[0]


def _small(weights: Array) -> tuple[Array, Array]:
    """Weights as bytes, and the number that each column's bytes are multiplied by."""
    scale = np.abs(weights).max(axis=0) / 127
    return np.round(weights / scale).astype(np.int8), scale.astype(np.float32)


if __name__ == "__main__":
    main()
