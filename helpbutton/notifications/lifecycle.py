"""The life of a notification, pure: what each outcome and each answer of the provider makes of its status.

planned -> sending -> sent | planned again | held | failed | unknown; unknown -> sent | planned again | held.
What the provider has accepted never becomes unsent; what is not known is asked, never guessed.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["accepted", "not_sent", "refused", "unknown"]
"""What an attempt came to: the provider has it; proved not sent; refused for good; nobody knows."""
Answer = Literal["absent", "no_answer"]
"""What the provider says about an unknown send that it did not find: no trace of it, or nothing at all."""

DUTY_ALERT, DESK_ALERT, CONFIRMATION, NUDGE = "duty_alert", "desk_alert", "confirmation", "nudge"
ONE_TIME_CODE = "one_time_code"
ALERTS = frozenset({DUTY_ALERT, DESK_ALERT})
NEEDS_HUMAN = ("held", "failed")

NOT_SENT_TRIES = 240
"""With the longest pause that is about four hours of an unreachable provider; then a human is asked."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2, 60
ASK_EVERY_S, ASK_LATER_EVERY_S = 5, 30
ASK_OFTEN_FOR_S = 120
CALL_MUST_START_WITHIN_S = 20
"""A sender that was held up for longer than this since its claim sends nothing: others may think it dead."""


@dataclass(frozen=True)
class Patience:
    """How long an unknown send may show no trace, what then follows, and when a human is asked at last."""

    grace_s: int
    then: Literal["planned", "held"]
    hold_after_s: int


ALERT_PATIENCE = Patience(grace_s=60, then="planned", hold_after_s=4 * 3600)
SENDER_PATIENCE = Patience(grace_s=900, then="held", hold_after_s=900)


def after_attempt(status: str, verdict: Verdict, *, newest: bool, not_sent: int) -> str:
    """The status once an attempt has reported its verdict.

    `newest`: no later attempt began, so the status speaks of this one. `not_sent`: how many attempts were
    proved not sent, this one included. An accepted message counts however late the report comes.
    """
    if verdict == "accepted":
        return status if status == "delivered" else "sent"
    if status not in ("sending", "unknown") or not newest:
        return status
    if verdict == "not_sent":
        return "planned" if not_sent < NOT_SENT_TRIES else "held"
    return "failed" if verdict == "refused" else "unknown"


def after_asking(purpose: str, answer: Answer, *, since_attempt: dt.timedelta) -> str:
    """The status of an unknown send that the provider did not show, so long after the attempt began."""
    patience = ALERT_PATIENCE if purpose in ALERTS else SENDER_PATIENCE
    age = since_attempt.total_seconds()
    if answer == "absent" and age >= patience.grace_s:
        return patience.then
    return "held" if age >= patience.hold_after_s else "unknown"


def pause(not_sent: int) -> dt.timedelta:
    """How long to wait before the next attempt after so many that were proved not sent."""
    return dt.timedelta(seconds=min(FIRST_PAUSE_S * 2.0 ** min(not_sent - 1, 10), LONGEST_PAUSE_S))


def ask_again_after(since_attempt: dt.timedelta) -> dt.timedelta:
    """How long to wait before asking the provider once more."""
    often = since_attempt.total_seconds() < ASK_OFTEN_FOR_S
    return dt.timedelta(seconds=ASK_EVERY_S if often else ASK_LATER_EVERY_S)
