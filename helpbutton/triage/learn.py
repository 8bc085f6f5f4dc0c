"""Learning the weights of triage from config/triage/messages, for developers: `make triage-model`.

Blends and thresholds are chosen on files that the weights of their fold have not seen: lines of one hand resemble
each other. Needs the extra `train`.
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
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC

from helpbutton.triage import danger, hidden
from helpbutton.triage.embedding import embed
from helpbutton.triage.knowledge import FLAGS, topic_urgencies
from helpbutton.triage.lexicon import spoken_for
from helpbutton.triage.messages import Message, digest, messages
from helpbutton.triage.model import ALARM_LANGUAGES, FILE, Array, alarm_place, voices
from helpbutton.triage.pieces import pieces
from helpbutton.triage.words import Token, clean, tokenise

FOLDS = 4
RAREST = 3
STRENGTH = 0.3
MEANING_PULL = 2.0
"""How long a vector of meaning is beside the pieces, whose length is 1."""
FALSE_ALARMS = 0.12
"""Share of ordinary harmless lessons of a language that phrases and likeness to danger may raise together. Lessons
are harder than life: on messages that were written as messages, this is about 9 %."""
LOOK_ALIKES = "danger"
"""What a file of dangers and of messages that only look like them has in its name."""


@dataclass(frozen=True)
class Seen:
    """Messages as numbers: rows of pieces and of meaning (each number about 1 large), topic numbers, danger and its
    kinds, the lexicon's weights, whether a phrase raised, file and language."""

    pieces: csr_matrix
    meaning: Array
    pull: Array
    topics: Array
    dangers: Array
    kinds: Array
    spoken: Array
    phrases: Array
    files: Array
    languages: Array

    def rows(self, *, with_meaning: bool) -> csr_matrix:
        if not with_meaning:
            return self.pieces
        return hstack([self.pieces, csr_matrix(self.meaning * self.pull)]).tocsr()

    @property
    def said_of_danger(self) -> Array:
        """Yes or no: danger, then its kinds."""
        return np.column_stack([self.dangers, self.kinds])

    def net(self, chosen: Array) -> hidden.Net:
        dangers = self.said_of_danger[chosen]
        return hidden.learn(self.meaning[chosen], self.topics[chosen], dangers, self.spoken.shape[1])


def main() -> None:
    """Learn, choose, write config/triage/model.npz, and say what was found."""
    given = messages()
    topics = tuple(topic_urgencies())
    tokens = [tokenise(clean(message.text)) for message in given]
    vocabulary, rarity = _vocabulary(tokens)
    vectors = np.stack([_vector(message) for message in given])
    centre, spread = vectors.mean(axis=0), vectors.std(axis=0)
    pieces_seen = _rows(tokens, vocabulary, rarity)
    seen = _seen(given, tokens, topics, pieces_seen, ((vectors - centre) / spread, spread * MEANING_PULL))
    stored: dict[str, Any] = {}
    for name in ("joint", "alone"):
        weights, bias = _learn(seen, name)
        stored[f"{name}_small"], stored[f"{name}_scale"] = _small(weights[: len(vocabulary)])
        stored[f"{name}_bias"] = bias.astype(np.float32)
        stored[f"{name}_blend"], stored[f"{name}_alarm"] = _choose(seen, name)
        if name == "joint":
            stored["meaning"] = (weights[len(vocabulary) :] * MEANING_PULL).astype(np.float32)
    stored.update(seen.net(np.arange(len(given))).stored())
    np.savez_compressed(
        FILE,
        digest=digest(),
        topics=np.array(topics),
        pieces=np.array(list(vocabulary), dtype=np.uint32),
        rarity=rarity.astype(np.float16),
        centre=centre.astype(np.float32),
        spread=spread.astype(np.float32),
        flags=np.array(FLAGS),
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
    pieces_seen: csr_matrix,
    meaning: tuple[Array, Array],
) -> Seen:
    number = {topic: place for place, topic in enumerate(topics)}
    spoken = np.zeros((len(given), len(topics)))
    phrases = np.zeros(len(given), dtype=bool)
    for row, (message, found) in enumerate(zip(given, tokens, strict=True)):
        flags = tuple(dict.fromkeys(hit.flag for hit in danger.screen_tokens(clean(message.text), found)))
        phrases[row] = bool(flags)
        for topic, weight in spoken_for(found, message.language, flags=flags)[0].items():
            spoken[row, number[topic]] = weight
    return Seen(
        pieces=pieces_seen,
        meaning=meaning[0].astype(np.float32),
        pull=meaning[1],
        topics=np.array([number[message.topic] for message in given]),
        dangers=np.array([bool(message.flags) for message in given]),
        kinds=np.array([[flag in message.flags for flag in FLAGS] for message in given]),
        spoken=spoken,
        phrases=phrases,
        files=np.array([message.file for message in given]),
        languages=np.array([alarm_place(message.language) for message in given]),
    )


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
    """Weights, a column for each topic, for danger and for each of its kinds, and their biases."""
    rows = seen.rows(with_meaning=name == "joint")
    fitted = [_fit(rows, labels) for labels in (seen.topics, *seen.said_of_danger.T)]
    weights = np.vstack([one.coef_ for one in fitted]).T
    return weights, np.concatenate([one.intercept_ for one in fitted])


def _choose(seen: Seen, name: str) -> tuple[Array, Array]:
    """The blend with the lexicon and the alarm of danger, on scores of weights that had not seen the file."""
    rows = seen.rows(with_meaning=name == "joint")
    scores = np.zeros(seen.spoken.shape)
    dangers = np.zeros(seen.said_of_danger.shape)
    net = np.zeros(dangers.shape)
    for learn, ask in GroupKFold(FOLDS).split(rows, groups=seen.files):
        scores[ask] = _fit(rows[learn], seen.topics[learn]).decision_function(rows[ask])
        for place, labels in enumerate(seen.said_of_danger.T):
            dangers[ask, place] = _fit(rows[learn], labels[learn]).decision_function(rows[ask])
        if name == "joint":
            net[ask] = seen.net(learn).answers(seen.meaning[ask])
    heard = voices(dangers) if name == "alone" else np.hstack([voices(dangers), net])
    return _blend(seen, scores, name), _alarm(seen, heard, name)


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
    """Factors and offset of danger, then its threshold for each of `ALARM_LANGUAGES`: few harmless messages pass."""
    size = scores.std(axis=0)
    fitted = LogisticRegression(C=0.3, max_iter=1000).fit(scores / size, seen.dangers)
    shares = 1 / (1 + np.exp(-fitted.decision_function(scores / size)))
    ordinary = ~seen.dangers & ~np.array([LOOK_ALIKES in file for file in seen.files])
    heard = np.where(seen.phrases, 1.0, shares)
    counts_from = np.array(
        [
            np.quantile(heard[ordinary & (seen.languages == place)], 1 - FALSE_ALARMS)
            for place in range(len(ALARM_LANGUAGES))
        ]
    )
    raised = heard >= np.minimum(counts_from, 0.99)[seen.languages]
    for place, language in enumerate(ALARM_LANGUAGES):
        own = seen.languages == place
        click.echo(
            f"{name}, {language}: danger found {raised[own & seen.dangers].mean():.3f}, false alarms "
            f"{raised[own & ordinary].mean():.3f}, from {counts_from[place]:.2f}"
        )
    return np.array([*(fitted.coef_[0] / size), fitted.intercept_[0], *counts_from])


def _small(weights: Array) -> tuple[Array, Array]:
    """Weights as bytes, and the number that each column's bytes are multiplied by."""
    scale = np.abs(weights).max(axis=0) / 127
    return np.round(weights / scale).astype(np.int8), scale.astype(np.float32)


if __name__ == "__main__":
    main()
