"""How much a message resembles the examples of each topic: tf-idf over pieces of words, cosine to a mean."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from helpbutton.triage.words import Token, clean, stem, tokenise

_SIZES = (3, 4)
_LONGEST = 400  # words looked at: what a message is about is said early


class Likeness:
    """One language's examples, learnt at construction; deterministic and read-only afterwards."""

    def __init__(self, examples: Mapping[str, Sequence[str]]) -> None:
        documents = [
            (topic, pieces(tokenise(clean(text)))) for topic, texts in examples.items() for text in texts
        ]
        seen = Counter(piece for _, found in documents for piece in found)
        self._rarity = {piece: math.log(1 + len(documents) / n) for piece, n in seen.items()}
        centroids: dict[str, dict[str, float]] = {topic: defaultdict(float) for topic in examples}
        for topic, found in documents:
            length = math.sqrt(sum(self._rarity[piece] ** 2 for piece in found)) or 1.0
            for piece in sorted(found):
                centroids[topic][piece] += self._rarity[piece] / length
        self._weights: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for topic, centroid in centroids.items():
            length = math.sqrt(sum(weight**2 for weight in centroid.values())) or 1.0
            for piece, weight in centroid.items():
                self._weights[piece].append((topic, weight / length))

    def scores(self, tokens: Sequence[Token]) -> dict[str, float]:
        """Topic -> cosine between 0 and 1; topics without anything in common are left out."""
        sums: dict[str, float] = defaultdict(float)
        squares = 0.0
        for piece in sorted(pieces(tokens)):
            rarity = self._rarity.get(piece)
            if rarity is None:
                continue
            squares += rarity**2
            for topic, weight in self._weights[piece]:
                sums[topic] += rarity * weight
        return {topic: total / math.sqrt(squares) for topic, total in sums.items()} if squares else {}


def pieces(tokens: Sequence[Token]) -> set[str]:
    """Stems, pairs of neighbouring stems, and runs of three and four letters with word edges marked."""
    found: set[str] = set()
    before = ""
    for token in tokens[:_LONGEST]:
        word = token.folded
        root = stem(word)
        found.add("=" + root)
        if before:
            found.add(before + "+" + root)
        before = root
        edged = f" {word} "
        for size in _SIZES:
            found.update(edged[i : i + size] for i in range(len(edged) - size + 1))
    return found
