"""What every channel can do: hand over one message, say whether one was handed over and what became of it."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Protocol

from helpbutton.notifications.codes import Report
from helpbutton.notifications.lifecycle import Verdict


@dataclass(frozen=True)
class Outgoing:
    """One message on its way: E.164 number or e-mail address, text with its `reference`, and after how many seconds
    it is stale. E-mail has a `subject` and the same `message_id` however often it is sent.
    """

    to: str = field(repr=False)
    body: str
    reference: str
    attempt_id: str
    validity_s: int
    subject: str = ""
    message_id: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of handing over; `error` is a short code without personal data."""

    verdict: Verdict
    provider_id: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class Reported:
    """What the provider says became of a message."""

    report: Report
    error: str | None = None


class NoAnswer(Exception):
    """The provider could not be asked: nothing is known."""


class Channel(Protocol):
    def send(self, message: Outgoing) -> Outcome:
        """Hand over once, without retries, in less than 25 seconds."""

    def find(self, message: Outgoing, *, since: dt.datetime, settled: frozenset[str]) -> Outcome | None:
        """What became of a message with this recipient and reference since an aware moment, none of the `settled`
        ones by the provider's id.

        None: the provider shows no trace of it. Raises NoAnswer.
        """

    def status(self, provider_id: str) -> Reported:
        """What became of an accepted message. Raises NoAnswer."""
