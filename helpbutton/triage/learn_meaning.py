"""Teaching the upper layers of the encoder with our lessons, for developers: a part of `make triage-model`.

Topics, danger and its kinds are learnt together, because what helps with one helps with the others. What the layers
said before is asked for too, so that words which stand in no lesson keep their meaning. Half an hour on two cores.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import click
import numpy as np
import torch
from torch.nn import functional

from helpbutton.triage.encoder import LOWER, SMALLEST, Encoder, whole_numbers
from helpbutton.triage.package import Array, Package

Tensor: TypeAlias = Any
"""torch.Tensor; typed so, because only developers install it."""

ROUNDS = 3
BATCH = 48
PACE, PACE_OF_ANSWERS = 2e-4, 1e-3
DECAY = 0.02
WARMING = 150
FORGET, FORGET_PIECES, FORGET_LAST = 0.1, 0.08, 0.2
"""Shares that each step looks away from, so that nothing is leant on alone."""
BLUR = 0.05
PULL_OF_DANGER, PULL_OF_KINDS, PULL_OF_BEFORE = 2.0, 0.5, 2.0


@dataclass(frozen=True)
class Lessons:
    """Pieces of each lesson by number, topic numbers (n), danger and its kinds (n x 1 + kinds, yes or no)."""

    numbers: Sequence[Sequence[int]]
    topics: Array
    dangers: Array
    n_topics: int


def learn(package: Package, lessons: Lessons) -> dict[str, Array]:
    """The taught weights, named as in the package, and "answers.w" and "answers.b": topics, danger, then its kinds."""
    torch.manual_seed(0)
    lower = Encoder(package)
    below = [torch.from_numpy(lower.run(numbers)).half() for numbers in lessons.numbers]
    model = _Model(package, below, lessons)
    lengths = np.array([len(rows) for rows in below])
    chance = np.random.default_rng(0)
    steps = ROUNDS * -(-len(below) // BATCH)
    done = 0
    for _ in range(ROUNDS):
        order = np.argsort(lengths + chance.random(len(below)) * 6)
        batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        for place in chance.permutation(len(batches)):
            done += 1
            wrong = model.step(batches[place], min(1, done / WARMING) * (1 - done / (steps + 1)))
            if done % 200 == 0:
                click.echo(f"step {done} of {steps}: {wrong:.2f}")
    return model.weights()


def stored(weights: dict[str, Array]) -> dict[str, Array]:
    """Weights as they are kept in a file: matrices of layers as whole numbers with a scale for each column."""
    kept = {}
    for name, values in weights.items():
        if values.ndim == 2 and not name.startswith("answers"):
            kept[name], kept[f"{name}.scale"] = whole_numbers(values)
        else:
            kept[name] = values
    return kept


class _Model:
    """The upper layers with their answers, and how they change with each step."""

    def __init__(self, package: Package, below: list[Tensor], lessons: Lessons) -> None:
        self._heads, self._below = package.heads, below
        self._layers = [f"l{number}" for number in range(LOWER, package.layers)]
        self._parts: dict[str, Tensor] = {}
        for layer in self._layers:
            for part in ("q", "k", "v", "ao", "fi", "fo"):
                self._parts[f"{layer}.{part}.w"] = _changing(package.matrix(f"{layer}.{part}.w"))
                self._parts[f"{layer}.{part}.b"] = _changing(package.line(f"{layer}.{part}.b"))
            for part in ("aln", "oln"):
                for kind in ("w", "b"):
                    self._parts[f"{layer}.{part}.{kind}"] = _changing(package.line(f"{layer}.{part}.{kind}"))
        self._topics = torch.from_numpy(lessons.topics).long()
        self._dangers = torch.from_numpy(lessons.dangers).float()
        self._n_topics = lessons.n_topics
        self._before = self._means_of_all()
        self._centre, self._spread = self._before.mean(0), self._before.std(0)
        answers = self._n_topics + self._dangers.shape[1]
        self._answers = _changing(0.02 * np.random.default_rng(1).standard_normal((package.width, answers)))
        self._answers_bias = _changing(np.zeros(answers))
        self._back = _changing(0.05 * np.eye(package.width))
        self._back_bias = _changing(self._centre.numpy())
        matrices = [part for part in self._parts.values() if part.ndim == 2]
        lines = [part for part in self._parts.values() if part.ndim == 1]
        last = [self._answers, self._answers_bias, self._back, self._back_bias]
        self._paces = (PACE, PACE, PACE_OF_ANSWERS)
        groups = zip((matrices, lines, last), (DECAY, 0.0, DECAY), strict=True)
        self._changer = torch.optim.AdamW(
            [{"params": group, "weight_decay": decay} for group, decay in groups], lr=PACE, betas=(0.9, 0.99)
        )

    def step(self, chosen: Array, pace: float) -> float:
        """Change a little after a few lessons; what was wrong before."""
        for group, own in zip(self._changer.param_groups, self._paces, strict=True):
            group["lr"] = own * pace
        evened = (self._means(chosen, FORGET_PIECES, FORGET) - self._centre) / self._spread
        given = functional.dropout(evened, FORGET_LAST) @ self._answers + self._answers_bias
        of_topics = functional.cross_entropy(
            given[:, : self._n_topics], self._topics[chosen], label_smoothing=BLUR
        )
        of_dangers = functional.binary_cross_entropy_with_logits(
            given[:, self._n_topics :], self._dangers[chosen], reduction="none"
        ).mean(0)
        again = evened @ self._back + self._back_bias
        of_before = 1 - functional.cosine_similarity(again, self._before[chosen]).mean()
        wrong = (
            of_topics
            + PULL_OF_DANGER * of_dangers[0]
            + PULL_OF_KINDS * of_dangers[1:].sum()
            + PULL_OF_BEFORE * of_before
        )
        self._changer.zero_grad()
        wrong.backward()
        torch.nn.utils.clip_grad_norm_(list(self._parts.values()), 1.0)
        self._changer.step()
        return float(wrong.detach())

    def weights(self) -> dict[str, Array]:
        """The layers, and the answers to means that were not made even first."""
        found = {name: part.detach().numpy() for name, part in self._parts.items()}
        with torch.no_grad():
            found["answers.w"] = (self._answers / self._spread[:, None]).numpy()
            found["answers.b"] = (self._answers_bias - (self._centre / self._spread) @ self._answers).numpy()
        return found

    def _means_of_all(self) -> Tensor:
        """What the layers say before they change."""
        means = torch.zeros(len(self._below), self._below[0].shape[1])
        order = sorted(range(len(self._below)), key=lambda number: len(self._below[number]))
        with torch.no_grad():
            for start in range(0, len(order), BATCH):
                chosen = order[start : start + BATCH]
                means[chosen] = self._means(chosen)
        return means

    def _means(
        self, chosen: Sequence[int] | Array, forget_pieces: float = 0.0, forget: float = 0.0
    ) -> Tensor:
        """The mean of the last rows of lessons, side by side."""
        lessons = [self._below[number].float() for number in chosen]
        rows = torch.nn.utils.rnn.pad_sequence(lessons, batch_first=True)
        places = torch.arange(rows.shape[1])
        there = places < torch.tensor([len(lesson) for lesson in lessons])[:, None]
        if forget_pieces:
            there &= (torch.rand(there.shape) >= forget_pieces) | (places == 0)
        rows = functional.dropout(rows, forget, training=forget > 0)
        for layer in self._layers:
            rows = self._layer(rows, there[:, None, None, :], layer, forget)
        shown = there[..., None].float()
        return (rows * shown).sum(1) / shown.sum(1)

    def _layer(self, rows: Tensor, there: Tensor, name: str, forget: float) -> Tensor:
        """As `encoder` puts it together, for many lessons at once."""
        count, length, width = rows.shape
        asks, offers, tells = (
            self._weigh(rows, f"{name}.{part}").view(count, length, self._heads, -1).transpose(1, 2)
            for part in ("q", "k", "v")
        )
        told = functional.scaled_dot_product_attention(asks, offers, tells, attn_mask=there)
        gathered = self._weigh(told.transpose(1, 2).reshape(count, length, width), f"{name}.ao")
        rows = self._even(rows + functional.dropout(gathered, forget), f"{name}.aln")
        widened = functional.gelu(self._weigh(rows, f"{name}.fi"), approximate="tanh")
        narrowed = functional.dropout(self._weigh(widened, f"{name}.fo"), forget)
        return self._even(rows + narrowed, f"{name}.oln")

    def _weigh(self, rows: Tensor, name: str) -> Tensor:
        return rows @ self._parts[f"{name}.w"] + self._parts[f"{name}.b"]

    def _even(self, rows: Tensor, name: str) -> Tensor:
        scale, offset = self._parts[f"{name}.w"], self._parts[f"{name}.b"]
        return functional.layer_norm(rows, scale.shape, scale, offset, SMALLEST)


def _changing(values: Array) -> Tensor:
    return torch.tensor(np.ascontiguousarray(values), dtype=torch.float32, requires_grad=True)
