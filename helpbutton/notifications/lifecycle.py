"""The life of a notification, pure: what each outcome and each answer of the provider makes of its status.

planned -> sending -> sent | planned again | dead | failed | unknown; unknown -> sent | planned again | held;
sent -> delivered | failed | planned for one more attempt | held. An alert of which too many attempts stay unanswered
is dead. What the provider has accepted becomes unsent only
where it says itself that it did not arrive; what is not known is asked, never guessed. `delivered` is the end, and
`dropped`, whatever is reported late.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from helpbutton.notifications.codes import Follows, Report

Verdict = Literal["accepted", "not_sent", "stopped", "refused", "unknown"]
"""What an attempt came to: the provider has it; proved not sent; the channel takes nothing at the moment; refused
for good; nobody knows."""
Answer = Literal["absent", "no_answer"]
"""What the provider says about an unknown send that it did not find: no trace of it, or nothing at all."""

DUTY_ALERT, DESK_ALERT, CONFIRMATION, NUDGE = "duty_alert", "desk_alert", "confirmation", "nudge"
ONE_TIME_CODE, SLIPPED, CANARY = "one_time_code", "slipped", "canary"
REMINDER_ALERT, DIGEST = "reminder_alert", "digest"
ALERTS = frozenset({DUTY_ALERT, DESK_ALERT, REMINDER_ALERT, DIGEST})
"""What staff get; everything else goes to a sender."""
NEEDS_HUMAN = ("held", "failed", "dead")

UNANSWERED_TRIES = 3
"""So many attempts without any answer may each have arrived; then a human is asked."""
NOT_SENT_TRIES = 240
"""With the longest pause that is about four hours of an unreachable provider; then it is dead: a human is asked."""
ONCE_MORE_AFTER = dt.timedelta(minutes=15)
SECOND_CHANNEL_AFTER = dt.timedelta(seconds=45)
"""An urgent alert that its provider has not accepted by then also goes by e-mail, within a minute of being planned."""
PROBE_EVERY = dt.timedelta(seconds=60)
"""How often one message tries a channel that was stopped."""
POLL_EVERY = dt.timedelta(minutes=10)
POLL_CANARY_AFTER = dt.timedelta(minutes=2)
"""A canary has to have come out by the time at which the others are asked about."""
POLL_BEYOND_VALIDITY = dt.timedelta(hours=1)
TOO_OLD_AFTER = {
    DUTY_ALERT: dt.timedelta(hours=4),
    REMINDER_ALERT: dt.timedelta(hours=24),
    DESK_ALERT: dt.timedelta(hours=72),
    DIGEST: dt.timedelta(hours=24),
    CONFIRMATION: dt.timedelta(hours=24),
    NUDGE: dt.timedelta(hours=72),
    SLIPPED: dt.timedelta(hours=24),
    CANARY: dt.timedelta(hours=1),
}
"""How long after the moment at which it could first have left a notification still says something."""
MATTERS_STILL = frozenset({DUTY_ALERT, DESK_ALERT, NUDGE})
"""When these have become too old, somebody still does not know what they should: a human is asked."""
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


def after_attempt(
    status: str,
    verdict: Verdict,
    *,
    newest: bool,
    not_sent: int = 0,
    follows: Follows = "call",
    refusals: int = 1,
) -> str:
    """The status once an attempt has reported its verdict.

    `newest`: no later attempt began, so the status speaks of this one. `not_sent` and `refusals`: how many attempts
    were proved not sent or refused, this one included. An accepted message counts however late the report comes, but
    for what was dropped meanwhile.
    """
    if status == "dropped":
        return status
    if verdict == "accepted":
        return status if status == "delivered" else "sent"
    if status not in ("sending", "unknown") or not newest:
        return status
    if verdict == "not_sent":
        return "planned" if not_sent < NOT_SENT_TRIES else "dead"
    if verdict == "stopped":
        return "planned"
    return _after_refusal(follows, refusals) if verdict == "refused" else "unknown"


def after_report(
    status: str, report: Report, *, newest: bool, follows: Follows = "call", refusals: int = 1
) -> str:
    """The status once the provider has said what became of a message that it accepted.

    Only its word makes `delivered`, and nothing undoes that, nor that it was dropped. That a message did not arrive
    counts for the newest attempt alone, while nobody has decided anything else about the notification.
    """
    if status == "dropped":
        return status
    if report == "delivered" or status == "delivered":
        return "delivered"
    if report == "on_its_way":
        return "sent"
    if not newest or status not in ("sending", "unknown", "sent"):
        return status
    return _after_refusal(follows, refusals)


def after_no_report(purpose: str, *, looked: bool) -> str:
    """The status of a sent notification of which the provider never said that it arrived.

    `looked`: whether the family has had its page open since. A confirmation repeats what the family saw on sending.
    """
    return "held" if purpose in (NUDGE, SLIPPED) and not looked else "sent"


def after_too_long(purpose: str) -> str:
    """The status of a notification that could not leave while it still said something."""
    return "dead" if purpose in MATTERS_STILL else "dropped"


def _after_refusal(follows: Follows, refusals: int) -> str:
    match follows:
        case "stop_channel":
            return "planned"
        case "once_more":
            return "planned" if refusals < 2 else "held"
    return "failed"


def after_asking(purpose: str, answer: Answer, *, since_attempt: dt.timedelta, unanswered: int) -> str:
    """The status of an unknown send that the provider did not show, so long after the attempt began.

    `unanswered`: to how many attempts of unknown outcome the provider said nothing at all.
    """
    patience = ALERT_PATIENCE if purpose in ALERTS else SENDER_PATIENCE
    age = since_attempt.total_seconds()
    if answer == "absent" and age >= patience.grace_s:
        return "dead" if patience.then == "planned" and unanswered >= UNANSWERED_TRIES else patience.then
    return "held" if age >= patience.hold_after_s else "unknown"


def pause(not_sent: int) -> dt.timedelta:
    """How long to wait before the next attempt after so many that were proved not sent."""
    return dt.timedelta(seconds=min(FIRST_PAUSE_S * 2.0 ** min(not_sent - 1, 10), LONGEST_PAUSE_S))


def ask_again_after(since_attempt: dt.timedelta) -> dt.timedelta:
    """How long to wait before asking the provider once more."""
    often = since_attempt.total_seconds() < ASK_OFTEN_FOR_S
    return dt.timedelta(seconds=ASK_EVERY_S if often else ASK_LATER_EVERY_S)
