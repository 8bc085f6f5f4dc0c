"""Learning the weights of triage from config/triage/messages, for developers: `make triage-model`.

Blends and thresholds are chosen on files that the weights have not seen: lines of one hand resemble each other. The
words learn several times without a part of the files and once with all of them; meaning takes too long for that and
never sees the files that are held back. Needs the extra `train`.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import click
import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC

from helpbutton.triage import danger, learn_meaning, meaning, package
from helpbutton.triage.encoder import Encoder
from helpbutton.triage.knowledge import FLAGS, topic_urgencies
from helpbutton.triage.lexicon import spoken_for
from helpbutton.triage.messages import Message, digest, messages
from helpbutton.triage.model import ALARM_LANGUAGES, FILE, Array, alarm_place, voices
from helpbutton.triage.pieces import pieces
from helpbutton.triage.words import Token, clean, tokenise

FOLDS = 4
HELD_BACK = 0.14
"""Share of the lessons of each language and kind of file that the weights of meaning never see, whole files."""
RAREST = 4
STRENGTH, STRENGTH_OF_DANGER = 0.3, 0.6
FALSE_ALARMS = {"fi": 0.2, "sv": 0.16, "en": 0.18, "others": 0.1}
"""Share of ordinary harmless lessons of a language that phrases and likeness to danger may raise together. Lessons
are harder than life, the more of them a language has: on messages that were written as messages, this is 5 to 10 %."""
LOOK_ALIKES = "danger"
"""What a file of dangers and of messages that only look like them has in its name."""


@dataclass(frozen=True)
class Seen:
    """Messages as numbers: rows of pieces, topic numbers, danger and its kinds, the lexicon's weights, whether a phrase
    hints at danger and whether one names it that counts alone, file and language."""

    pieces: csr_matrix
    topics: Array
    dangers: Array
    kinds: Array
    spoken: Array
    hinted: Array
    counts_alone: Array
    files: Array
    languages: Array

    @property
    def said_of_danger(self) -> Array:
        """Yes or no: danger, then its kinds."""
        return np.column_stack([self.dangers, self.kinds])

    @property
    def look_alikes(self) -> Array:
        """Whether a message's file is one of dangers and of what only looks like them."""
        return np.array([LOOK_ALIKES in file for file in self.files])

    def part(self, chosen: Array) -> "Seen":
        """Some of the messages."""
        return Seen(*(getattr(self, name)[chosen] for name in Seen.__annotations__))


def main() -> None:
    """Learn, choose, write config/triage/model.npz and meaning.npz, and say what was found."""
    given = messages()
    topics = tuple(topic_urgencies())
    tokens = [tokenise(clean(message.text)) for message in given]
    vocabulary, rarity = _vocabulary(tokens)
    seen = _seen(given, tokens, topics, _rows(tokens, vocabulary, rarity))
    held = _held_back(seen)
    weights, by_meaning = _learn_meaning(given, seen, held)
    by_words = _unseen(seen)
    stored: dict[str, Any] = {
        **_joining(1, seen, [by_words]),
        **_joining(2, seen.part(held), [by_words[held], by_meaning]),
    }
    machines = _machines(seen, np.arange(len(given)))
    stored["small"], stored["scale"] = _small(np.vstack([one.coef_ for one in machines]).T)
    stored["bias"] = np.concatenate([one.intercept_ for one in machines]).astype(np.float32)
    np.savez_compressed(meaning.FILE, **weights)
    np.savez_compressed(
        FILE,
        digest=digest(),
        digest_of_meaning=hashlib.sha256(meaning.FILE.read_bytes()).hexdigest(),
        topics=np.array(topics),
        pieces=np.array(list(vocabulary), dtype=np.uint32),
        rarity=rarity.astype(np.float16),
        flags=np.array(FLAGS),
        **stored,
    )
    click.echo(f"{len(given)} messages, {len(vocabulary)} pieces, {FILE.stat().st_size // 1024} kB")


def _held_back(seen: Seen) -> Array:
    """Places of the messages whose files meaning never sees."""
    order: list[str] = sorted(set(seen.files), key=lambda file: hashlib.sha256(file.encode()).hexdigest())
    held: set[str] = set()
    for place in range(len(ALARM_LANGUAGES)):
        for alike in (False, True):
            own = Counter(seen.files[(seen.languages == place) & (seen.look_alikes == alike)])
            wanted = HELD_BACK * own.total()
            for file in order:
                if 0 < own[file] <= 1.5 * wanted:
                    held.add(file)
                    wanted -= own[file]
    return np.flatnonzero([file in held for file in seen.files])


def _learn_meaning(given: Sequence[Message], seen: Seen, held: Array) -> tuple[dict[str, Any], Array]:
    """The weights as they are stored, and their scores for the messages that are held back."""
    found = package.installed()
    if found is None:
        raise click.ClickException("install the extra `semantic` first: the weights for meaning need it")
    read = meaning.reads(found)
    shown = np.setdiff1d(np.arange(len(given)), held)
    lessons = learn_meaning.Lessons(
        [read(clean(given[place].text)) for place in shown],
        seen.topics[shown],
        seen.said_of_danger[shown],
        seen.spoken.shape[1],
    )
    weights = learn_meaning.stored(learn_meaning.learn(found, lessons))
    encoder = Encoder(found, meaning.unfolded(weights))
    return weights, np.stack([encoder.run(read(clean(given[place].text))) for place in held])


def _vocabulary(tokens: Sequence[Sequence[Token]]) -> tuple[dict[int, int], Array]:
    seen = Counter(piece for found in tokens for piece in pieces(found))
    kept = sorted(piece for piece, count in seen.items() if count >= RAREST)
    rarity = np.array([math.log(1 + len(tokens) / seen[piece]) for piece in kept])
    return {piece: row for row, piece in enumerate(kept)}, rarity.astype(np.float16).astype(np.float32)


def _seen(
    given: Sequence[Message],
    tokens: Sequence[tuple[Token, ...]],
    topics: tuple[str, ...],
    pieces_seen: csr_matrix,
) -> Seen:
    number = {topic: place for place, topic in enumerate(topics)}
    spoken = np.zeros((len(given), len(topics)))
    hinted, counts_alone = np.zeros((2, len(given)), dtype=bool)
    for row, (message, found) in enumerate(zip(given, tokens, strict=True)):
        hits = danger.screen_tokens(clean(message.text), found)
        flags = tuple(dict.fromkeys(hit.flag for hit in hits))
        counts_alone[row] = any(hit.by == "phrase" for hit in hits)
        hinted[row] = bool(hits) and not counts_alone[row]
        for topic, weight in spoken_for(found, message.language, flags=flags)[0].items():
            spoken[row, number[topic]] = weight
    return Seen(
        pieces=pieces_seen,
        topics=np.array([number[message.topic] for message in given]),
        dangers=np.array([bool(message.flags) for message in given]),
        kinds=np.array([[flag in message.flags for flag in FLAGS] for message in given]),
        spoken=spoken,
        hinted=hinted,
        counts_alone=counts_alone,
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


def _machines(seen: Seen, chosen: Array) -> list[LinearSVC]:
    """For topics, for danger and for each of its kinds, fitted side by side on the words of the chosen messages."""
    labels = [each[chosen] for each in (seen.topics, *seen.said_of_danger.T)]
    with ThreadPoolExecutor() as pool:
        return list(pool.map(partial(_fit, seen.pieces[chosen]), labels))


def _fit(rows: csr_matrix, labels: Array) -> LinearSVC:
    if labels.dtype == bool:
        return LinearSVC(C=STRENGTH_OF_DANGER, class_weight="balanced").fit(rows, labels)
    return LinearSVC(C=STRENGTH).fit(rows, labels)


def _unseen(seen: Seen) -> Array:
    """By words: scores for topics, danger and its kinds, of weights that had not seen the file."""
    scores = np.zeros((len(seen.topics), seen.spoken.shape[1] + seen.said_of_danger.shape[1]))
    for learn, ask in GroupKFold(FOLDS).split(seen.pieces, groups=seen.files):
        fitted = _machines(seen, learn)
        scores[ask] = np.column_stack([one.decision_function(seen.pieces[ask]) for one in fitted])
    return scores


def _joining(count: int, seen: Seen, opinions: list[Array]) -> dict[str, Array]:
    """What `count` opinions weigh, for topics and for danger."""
    topics = seen.spoken.shape[1]
    heard = np.hstack([*(voices(said[:, topics:]) for said in opinions), seen.hinted[:, None]])
    return {
        f"blend_{count}": _blend(seen, [said[:, :topics] for said in opinions]),
        f"alarm_{count}": _alarm(seen, heard),
    }


def _blend(seen: Seen, scores: list[Array]) -> Array:
    """What each opinion's scores and the phrases count, so that the right topics are likeliest."""
    opinions = np.stack([*scores, seen.spoken], axis=-1)
    rows = np.arange(len(seen.topics))

    def surprise(weights: Array) -> float:
        pulls = opinions @ weights
        pulls = pulls - pulls.max(axis=1, keepdims=True)
        logs = pulls - np.log(np.exp(pulls).sum(axis=1, keepdims=True))
        return float(-logs[rows, seen.topics].mean())

    first_guess = np.array([*(1.0 for _ in scores), 0.3])
    found: Array = minimize(surprise, first_guess, bounds=[(0.0, 20.0)] * len(first_guess)).x
    right = np.argsort(-(opinions @ found), axis=1) == seen.topics[:, None]
    first, three = right[:, 0].mean(), right[:, :3].any(axis=1).mean()
    click.echo(f"{len(scores)} opinions: first {first:.3f}, among three {three:.3f}, blend {found.round(2)}")
    return found.astype(np.float32)


def _alarm(seen: Seen, scores: Array) -> Array:
    """Factors and offset of danger, then its threshold for each of `ALARM_LANGUAGES`: few harmless messages pass."""
    size = scores.std(axis=0)
    open_ = ~seen.counts_alone
    fitted = LogisticRegression(C=0.3, max_iter=1000).fit(scores[open_] / size, seen.dangers[open_])
    fitted.coef_[0, -1] = max(0.0, fitted.coef_[0, -1])
    shares = 1 / (1 + np.exp(-fitted.decision_function(scores / size)))
    ordinary = ~seen.dangers & ~seen.look_alikes
    heard = np.where(seen.counts_alone, 1.0, shares)
    counts_from = np.array(
        [
            np.quantile(heard[ordinary & (seen.languages == place)], 1 - FALSE_ALARMS[language])
            for place, language in enumerate(ALARM_LANGUAGES)
        ]
    )
    counts_from = np.minimum(counts_from, 0.99)
    raised = heard >= counts_from[seen.languages]
    for place, language in enumerate(ALARM_LANGUAGES):
        own = seen.languages == place
        click.echo(
            f"{scores.shape[1]} voices, {language}: danger found {raised[own & seen.dangers].mean():.3f}, false alarms "
            f"{raised[own & ordinary].mean():.3f}, from {counts_from[place]:.2f}"
        )
    return np.array([*(fitted.coef_[0] / size), fitted.intercept_[0], *counts_from])


def _small(weights: Array) -> tuple[Array, Array]:
    """Weights as bytes, and the number that each column's bytes are multiplied by."""
    scale = np.abs(weights).max(axis=0) / 127
    return np.round(weights / scale).astype(np.int8), scale.astype(np.float32)


if __name__ == "__main__":
    main()
