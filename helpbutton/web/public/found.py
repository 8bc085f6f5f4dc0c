"""Personal data in a text, to be pointed out to its sender before sending. Nothing of it is kept or logged."""

import re
from collections.abc import Sequence

from helpbutton.triage import PersonalDatum
from helpbutton.triage.personal_data import find


def worth_pointing_out(text: str, *, anonymous: bool) -> tuple[PersonalDatum, ...]:
    """Everything that could tell who a family is when it shall stay unknown; else personal identity codes alone."""
    found = find(text)
    if anonymous:
        return found
    return tuple(datum for datum in found if datum.kind == "identity_code")


def marked(text: str, found: Sequence[PersonalDatum]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is one of the data found; joined they are the text again."""
    if not found:
        return [(text, False)]
    longest_first = sorted((datum.words for datum in found), key=len, reverse=True)
    pieces = re.split(f"({'|'.join(map(re.escape, longest_first))})", text)
    return [(piece, at % 2 == 1) for at, piece in enumerate(pieces) if piece]
