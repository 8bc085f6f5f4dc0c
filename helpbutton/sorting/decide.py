"""What follows from triage for the desk of a case: stay, move inside the organisation, forward, or propose."""

from dataclasses import dataclass
from typing import Literal

from helpbutton.reasons import Reason
from helpbutton.triage import Suggestion
from helpbutton.triage.knowledge import FALLBACK_TOPIC

SURE_ENOUGH_TO_MOVE = 0.95

Verdict = Literal["stay", "move", "forward", "propose"]


@dataclass(frozen=True)
class TopicChoice:
    """The topic a case goes by, whether it came from the sender, and the reason for the choice."""

    topic: str
    stated: bool
    sure: bool
    reason: Reason | None


def choose_topic(stated: str | None, suggestion: Suggestion) -> TopicChoice:
    """What the sender stated wins; without it, triage's topic counts for the desk only when it is sure.

    The topic for those who do not know is no statement.
    """
    if stated not in (None, FALLBACK_TOPIC):
        agree = suggestion.topic == stated or suggestion.score == 0
        reason = Reason(
            "topic_stated" if agree else "topic_stated_over_triage",
            {"topic": stated, "other": suggestion.topic},
        )
        return TopicChoice(stated, True, True, reason)
    sure = not suggestion.needs_review and suggestion.score >= SURE_ENOUGH_TO_MOVE
    return TopicChoice(suggestion.topic, False, sure, None)


def urgency_of(choice: TopicChoice, suggestion: Suggestion, topic_urgency: str) -> tuple[str, Reason | None]:
    """Words of danger make a case urgent; else a stated topic brings its own urgency, with the reason for it."""
    if suggestion.flags or not choice.stated:
        return suggestion.urgency, None
    return topic_urgency, Reason("urgency_topic", {"urgency": topic_urgency, "topic": choice.topic})


def decide(
    *, sure: bool, same_desk: bool, same_organisation: bool, may_forward: bool, in_hand: bool
) -> Verdict:
    """Unsure stays where it was addressed, and so does what somebody has in hand.

    Only the sender's leave takes a case to another organisation by itself.
    """
    if same_desk or not sure or in_hand:
        return "stay"
    if same_organisation:
        return "move"
    return "forward" if may_forward else "propose"
