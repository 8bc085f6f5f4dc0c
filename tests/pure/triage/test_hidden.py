"""The net over meaning learns what no straight line can tell apart, and learns the same twice."""

import numpy as np

from helpbutton.triage import hidden


def test_the_net_learns_what_a_straight_line_cannot() -> None:
    chance = np.random.default_rng(1)
    vectors = chance.standard_normal((6_000, 6)).astype(np.float32)
    unlike = (vectors[:, 0] > 0) != (vectors[:, 1] > 0)
    dangers = np.column_stack([unlike, ~unlike])
    topics = (vectors[:, 2] > 0).astype(int)
    net = hidden.learn(vectors, topics, dangers, 2)
    answers = net.answers(vectors)
    assert ((answers[:, 2] > 0) == unlike).mean() > 0.85
    assert (answers[:, :2].argmax(axis=1) == topics).mean() > 0.95
    again = hidden.read(hidden.learn(vectors, topics, dangers, 2).stored())
    kept = hidden.read(net.stored())
    assert np.array_equal(again.answers(vectors[0]), kept.answers(vectors[0]))
