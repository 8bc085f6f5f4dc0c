"""Why something was decided: a code, its parameters and quoted words, rendered late in the reader's language.

Pure rooms build reasons, operations store them (the quoted words encrypted under the case key), doors render them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from helpbutton import i18n

Param = str | int | float


def N_(message: str) -> str:
    """Mark a message id for extraction without translating it."""
    return message


@dataclass(frozen=True)
class Reason:
    """One step of an explanation.

    `code` is a key of `REASONS`; `params` fill its placeholders and hold no personal data; `words` are quotations
    from the sender's text (personal data: encrypt before storing), joined into the placeholder `words`.
    """

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)
    words: tuple[str, ...] = ()


REASONS = {
    "topic_by_words": N_("Topic: %(topic)s, because the message says %(words)s (%(score)s %%)."),
    "topic_by_likeness": N_(
        "Topic: %(topic)s, because the message resembles others about it (%(score)s %%)."
    ),
    "topic_by_age": N_("A child's mood or a young person's: age or role in the request decided."),
    "topic_second": N_("Another possibility: %(topic)s (%(score)s %%)."),
    "topic_unsure": N_("The topic is unsure: a person should look at it."),
    "topic_stated": N_("Topic: %(topic)s, as the sender chose."),
    "topic_stated_over_triage": N_(
        "Topic: %(topic)s, as the sender chose. The words alone would suggest: %(other)s."
    ),
    "language_detected": N_("Language of the message: %(language)s."),
    "danger_alike": N_(
        "Possible danger (%(flag)s): the message as a whole is like those of people in danger. Its most telling words: "
        "%(words)s."
    ),
    "danger_not_raised": N_(
        "The message mentions %(words)s (%(flag)s), but as a whole it is not like those of people in danger."
    ),
    "danger": N_("Possible danger (%(flag)s): the message says %(words)s."),
    "urgency_topic": N_("Urgency: %(urgency)s, as is usual for the topic %(topic)s."),
    "urgency_unsure": N_("Urgency: %(urgency)s, because the topic %(topic)s would be urgent but is unsure."),
    "urgency_far": N_(
        "Urgency: %(urgency)s. The topic %(topic)s would be urgent, but nothing here is like messages of people in "
        "danger."
    ),
    "urgency_danger": N_("Urgency: %(urgency)s, because of signs of danger (%(flag)s)."),
    "personal_data_found": N_("The message holds personal data: %(kind)s (%(count)s)."),
    "route_topic": N_("Desk: %(desk)s. It answers the topic %(topic)s in %(municipality)s."),
    "route_front_desk": N_(
        "Desk: %(desk)s. It is the first contact for %(municipality)s when no topic is stated."
    ),
    "route_fallback": N_(
        "Desk: %(desk)s. It answers in %(municipality)s what has no desk of its own (topic: %(topic)s)."
    ),
    "promise_days": N_("Promise: an answer at the latest on %(date)s (working days of the desk: %(days)s)."),
    "promise_earlier": N_(
        "Promise moved earlier: an answer at the latest on %(date)s (urgency: %(urgency)s)."
    ),
    "stays_unsure": N_("The case stays where it was addressed: a person decides whether to move it."),
    "moved_inside": N_("Moved inside the same organisation, because of the topic: %(desk)s."),
    "forwarded_allowed": N_("Passed on to another organisation, as the sender allowed: %(desk)s."),
    "proposed": N_(
        "The right desk would be %(desk)s, but it belongs to another organisation. The sender has not allowed "
        "passing on, so a person decides."
    ),
    "registered_here": N_("Registered here by the person who took the call or visit."),
    "handed_over": N_("Taken over from another desk: %(desk)s."),
    "moved_by_staff": N_("Moved to the right desk by a person: %(desk)s."),
    "forwarded_by_staff": N_("Passed on by a person. Ground: %(ground)s."),
    "quarantine_trap": N_("A field was filled in that people do not see."),
    "quarantine_fast": N_("It was sent %(seconds)s seconds after the form opened."),
    "quarantine_burst": N_("Many requests at once: this page got %(requests)s within a minute."),
    "quarantine_repeated": N_(
        "The same words had come from this page %(requests)s times before on that day."
    ),
}


def in_words(reason: Reason, language: str, name: Callable[[str, Param], str]) -> str:
    """The sentence in `language`; `name` turns a parameter (its name, its value) into words for the reader."""
    params = {key: name(key, value) for key, value in reason.params.items()}
    quoted = ", ".join(f'"{word}"' for word in reason.words)
    return i18n.gettext(language, REASONS[reason.code], **{**params, "words": quoted})
