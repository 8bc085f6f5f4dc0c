"""Whether a request looks as if no person had sent it, pure: signs are weighed, and those that count are reasons."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from helpbutton.reasons import Reason

FAST_S = 3.0
"""The form and the summary cannot be read, filled in and sent in less; pasting a text takes longer too."""
BURST = 60
"""Requests of one site within a minute: one each second."""
REPEATED = 10
"""So often has the site had the same words today; "Please call me" may well come a few times."""


@dataclass(frozen=True)
class Signs:
    """What was noticed about a request; as it stands here it says nothing.

    `trap`: the field that people do not see was filled in. `seconds`: from showing the form until sending, None where
    nobody knows, as with the JSON API. `last_minute`: how many requests the site took in the minute before.
    `same_words`: how often the site had the same words earlier today.
    """

    trap: bool = False
    seconds: float | None = None
    last_minute: int = 0
    same_words: int = 0


def reasons_for(signs: Signs) -> tuple[Reason, ...]:
    """Why the request goes into quarantine; empty when it does not.

    The trap is enough by itself. Each other sign has an innocent explanation, so it takes two of them.
    """
    trap = (Reason("quarantine_trap"),) if signs.trap else ()
    weak = tuple(_weak(signs))
    return trap + weak if trap or len(weak) > 1 else ()


def plain_words(text: str) -> str:
    """The letters and digits of a text without case, spaces and signs: what makes two texts the same."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum()) or folded


def _weak(signs: Signs) -> Iterator[Reason]:
    if signs.seconds is not None and 0 <= signs.seconds < FAST_S:
        yield Reason("quarantine_fast", {"seconds": round(signs.seconds, 1)})
    if signs.last_minute >= BURST:
        yield Reason("quarantine_burst", {"requests": signs.last_minute})
    if signs.same_words >= REPEATED:
        yield Reason("quarantine_repeated", {"requests": signs.same_words})
