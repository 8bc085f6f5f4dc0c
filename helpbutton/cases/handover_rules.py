"""The rules of handing a case over, pure: on what ground, until when, why it may come back."""

import datetime as dt
import unicodedata
from collections.abc import Mapping, Sequence

from helpbutton.errors import FieldError, Invalid
from helpbutton.plain_text import is_text

SENDER_ALLOWED = "sender_allowed"
"""The sender allowed passing on when sending."""
RECORDED_CONSENT = "recorded_consent"
"""The family's consent, as a professional recorded it with the request; whom it names is for the reader to judge."""
RETURN_REASONS = ("not_ours", "other_area", "known_elsewhere", "leave_missing", "other")
"""Why a desk returns what it was offered; the last one has to be told in words."""
IN_WORDS = "other"
SHORTEST_OFFER = dt.timedelta(hours=1)
WORDS_LIMIT = 2_000
LINE_LIMIT = 200


def grounds(*, crosses: bool, may_forward: bool, consented: bool, legal: Sequence[str]) -> tuple[str, ...]:
    """The grounds of which one has to be chosen; none inside an organisation, one alone needs no choice.

    `crosses`: the other desk belongs to another organisation. `consented`: a recorded consent is in force. `legal`:
    those that a person may claim (`handling.GROUNDS`).
    """
    if not crosses:
        return ()
    if may_forward:
        return (SENDER_ALLOWED,)
    return (*((RECORDED_CONSENT,) if consented else ()), *legal)


def in_force(consent: Mapping[str, object] | None, *, on: dt.date) -> bool:
    """Whether a consent as it was recorded (`submission.ConsentInput`) holds on this day; without an end it does."""
    return consent is not None and (consent.get("until") is None or str(consent["until"]) >= on.isoformat())


def offer_ends(
    *, due_at: dt.datetime, now: dt.datetime, warn_at: dt.datetime | None, answer_by: dt.datetime | None
) -> dt.datetime:
    """When an offer expires; moments aware.

    `due_at` is what the other desk has by its own working days. While the family waits for an answer by `answer_by`,
    the offer ends when that clock warns, so that the desk that promised can still keep its word.
    """
    for moment in (warn_at, answer_by):
        if moment is not None and moment - now >= SHORTEST_OFFER:
            return min(due_at, moment)
    return due_at


def checked(text: str, *, field: str, limit: int, required: bool = True) -> str | None:
    """What staff wrote, as it is kept; None when it is empty and need not be there. Raises Invalid."""
    kept = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    if not kept:
        if required:
            raise Invalid(FieldError(field, "required"))
        return None
    if len(kept) > limit:
        raise Invalid(FieldError(field, "too_long", {"limit": limit}))
    if not is_text(kept):
        raise Invalid(FieldError(field, "characters"))
    return kept
