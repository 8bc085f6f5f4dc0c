"""A text cut into the pieces that the encoder knows: the likeliest way to put it together."""

_START_OF_WORD = "\u2581"
_UNLIKELIER_THAN_ANY = 10.0


class Vocabulary:
    """Pieces with scores (logarithms of how common they are); the place of a piece is its number."""

    def __init__(self, pieces: list[str], scores: list[float], unknown: int) -> None:
        self._number = {piece: number for number, piece in enumerate(pieces) if number != unknown}
        self._longest = max(map(len, self._number))
        self._scores, self._unknown = scores, unknown
        self._score_of_unknown = min(scores) - _UNLIKELIER_THAN_ANY

    def numbers(self, cleaned: str) -> list[int]:
        """The numbers of a cleaned text's pieces in order."""
        text = _START_OF_WORD + _START_OF_WORD.join(cleaned.split())
        best, steps = [0.0], [(0, 0)]
        for stop in range(1, len(text) + 1):
            score, step = best[stop - 1] + self._score_of_unknown, (stop - 1, self._unknown)
            for start in range(max(0, stop - self._longest), stop):
                number = self._number.get(text[start:stop])
                if number is not None and best[start] + self._scores[number] > score:
                    score, step = best[start] + self._scores[number], (start, number)
            best.append(score)
            steps.append(step)
        return _followed(steps)


def _followed(steps: list[tuple[int, int]]) -> list[int]:
    """The pieces on the way that ends last, from the first on."""
    found, stop = [], len(steps) - 1
    while stop > 0:
        stop, number = steps[stop]
        found.append(number)
    return found[::-1]
