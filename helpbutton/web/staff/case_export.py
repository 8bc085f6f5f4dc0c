"""A case as plain data, for a client record system that reads files."""

from collections.abc import Sequence
from dataclasses import asdict

from helpbutton.cases.queries import CasePage
from helpbutton.conversation.queries import Entry

FORMAT = "helpbutton-case/1"
FACTS = (
    *(
        "number",
        "outcome",
        "kind",
        "role",
        "municipality",
        "topic",
        "urgency",
        "language",
        "interpreter",
        "channel",
    ),
    *("age_group", "may_forward", "do_not_tell_guardian", "secret_address", "text", "existing_worker"),
)
CONTACT = (
    *("name", "phone", "email", "safe_to_call", "safe_to_leave_message", "safe_to_text"),
    *("not_before", "not_after"),
)


def as_data(case: CasePage, thread: Sequence[Entry]) -> dict[str, object]:
    """The whole opened case as plain data (JSON): facts, words, contact, conversation, tries to
    reach the family, steps, logbook; times in UTC."""
    return {
        "format": FORMAT,
        **{name: getattr(case, name) for name in FACTS},
        "received_at": case.received_at.isoformat(),
        "answered_at": case.answered_at.isoformat() if case.answered_at else None,
        "closed_at": case.closed_at.isoformat() if case.closed_at else None,
        "desk": dict(case.desk.names),
        "organisation": dict(case.desk.organisation_names),
        "consent": dict(case.consent) if case.consent else None,
        "contact": {name: getattr(case.contact, name) for name in CONTACT},
        "conversation": [
            {"at": entry.at.isoformat(), "kind": entry.kind, "author": entry.author, "body": entry.body}
            for entry in thread
        ],
        "contact_attempts": [
            {"at": tried.at.isoformat(), "name": tried.name, "how": tried.how, "result": tried.result}
            for tried in case.work.attempts
        ],
        "statutory_steps": [
            asdict(step) | {"taken_on": step.taken_on.isoformat()} for step in case.statutory_steps
        ],
        "logbook": [
            {"at": line.at.isoformat(), "actor": line.actor, "name": line.name, "verb": line.verb}
            for line in case.logbook
        ],
    }
