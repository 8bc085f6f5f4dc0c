"""A case as plain data, for a client record system that reads files."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict

from helpbutton.cases.handovers import Handovers, TransferView
from helpbutton.cases.queries import CasePage, LogbookLine
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
    *("name", "phone", "email", "preferred", "safe_to_call", "safe_to_leave_message", "safe_to_text"),
    *("sms_may_name_service", "nudge_only", "not_before", "not_after"),
)


def as_data(case: CasePage, thread: Sequence[Entry], handed: Handovers) -> dict[str, object]:
    """The whole opened case as plain data (JSON): facts, words, contact, conversation, tries to
    reach the family, hand-overs, help outside, steps, logbook; times in UTC."""
    return {
        "format": FORMAT,
        **{name: getattr(case, name) for name in FACTS},
        "danger_flags": list(case.danger_flags),
        "received_at": case.received_at.isoformat(),
        "respond_by": case.respond_by.isoformat(),
        "answered_at": _moment(case.answered_at),
        "closed_at": _moment(case.closed_at),
        "desk": dict(case.desk.names),
        "organisation": dict(case.desk.organisation_names),
        "consent": dict(case.consent) if case.consent else None,
        "contact": {name: getattr(case.contact, name) for name in CONTACT},
        "conversation": [
            {
                "at": entry.at.isoformat(),
                "kind": entry.kind,
                "author": entry.author,
                "body": entry.body,
                "interpreted": asdict(entry.interpretation) if entry.interpretation else None,
            }
            for entry in thread
        ],
        "contact_attempts": [
            asdict(tried) | {"at": tried.at.isoformat(), "next_try": _moment(tried.next_try)}
            for tried in case.work.attempts
        ],
        "hand_overs": [_hand_over(made) for made in reversed(handed.transfers)],
        "help_outside": [
            {"at": told.at.isoformat(), "name": told.name, "how": told.how} for told in handed.referrals
        ],
        "statutory_steps": [
            asdict(step) | {"taken_on": step.taken_on.isoformat()} for step in case.statutory_steps
        ],
        "logbook": [_line(line) for line in case.logbook],
    }


def _hand_over(made: TransferView) -> dict[str, object]:
    return {
        "offered_at": made.offered_at.isoformat(),
        "offered_by": made.offered_by,
        "from": dict(made.from_names),
        "to": dict(made.to_names),
        "ground": made.ground,
        "why": made.why,
        "status": made.status,
        "decided_at": _moment(made.decided_at),
        "return_reason": made.return_reason,
        "return_words": made.return_words,
    }


def _line(line: LogbookLine) -> dict[str, object]:
    elsewhere = ("colleague", "service", "version")
    about = {name: value for name, value in line.params.items() if name not in elsewhere}
    return {
        "at": line.at.isoformat(),
        "actor": line.actor,
        "name": line.name,
        "verb": line.verb,
        "colleague": line.colleague,
        "desk": dict(line.desk) if line.desk else None,
        "about": about,
    }


def _moment(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None
