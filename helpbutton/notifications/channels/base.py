"""What every SMS channel can do: hand over one message, and say whether one was handed over."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Protocol

from helpbutton.notifications.lifecycle import Verdict


@dataclass(frozen=True)
class Sms:
    """One SMS on its way: E.164 number, text with its `reference`, and after how many seconds it is stale."""

    to: str = field(repr=False)
    body: str
    reference: str
    attempt_id: str
    validity_s: int


@dataclass(frozen=True)
class Outcome:
    """What came of handing over; `error` is a short code without personal data."""

    verdict: Verdict
    provider_id: str | None = None
    error: str | None = None


class NoAnswer(Exception):
    """The provider could not be asked: nothing is known."""


class Channel(Protocol):
    def send(self, sms: Sms) -> Outcome:
        """Hand over once, without retries, in less than 15 seconds."""

    def find(self, sms: Sms, *, since: dt.datetime) -> Outcome | None:
        """What became of a message with this recipient and reference since an aware moment.

        None: the provider shows no trace of it. Raises NoAnswer.
        """
