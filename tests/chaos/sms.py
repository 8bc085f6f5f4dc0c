"""The judgement about every SMS: what we say became of it against what the provider itself accepted."""

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from helpbutton import clock
from helpbutton.cases.models import Case
from helpbutton.db import db, reading
from helpbutton.notifications.lifecycle import (
    CALL_MUST_START_WITHIN_S,
    CONFIRMATION,
    DUTY_ALERT,
    NEEDS_HUMAN,
)
from helpbutton.notifications.models import Attempt, Notification
from tests.chaos.families import Ledger
from tests.fakes.provider import Provider
from workers import executor

ROUNDS, ROUND = 6, dt.timedelta(minutes=20)
REACHED = ("sent", "delivered")


@dataclass
class Figures:
    """What became of every SMS. `lost` and `doubled` must be zero; a and b are the two named cases, counted.

    a: sent again because the provider showed no trace of it for as long as its class waits. b: sent by a process
    that had been frozen beyond its lease. `seen_by_human`: held, failed or dead, by error.
    """

    notifications: int = 0
    accepted: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    case_a: int = 0
    case_b: int = 0
    seen_by_human: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled)


def attempt_of(message: dict[str, Any]) -> str:
    """The attempt that handed a message over, from the address for its callbacks."""
    callback = str(json.loads(message["form"]).get("StatusCallback", ""))
    return callback.partition("#")[0].rpartition("/")[2]


def bring_to_an_end() -> None:
    """Do what is open in the application's context as the next two hours would, so that nothing stays unclear."""
    for number in range(1, ROUNDS + 1):
        with clock.moved(clock.now() + number * ROUND):
            executor.run_due()
    db.session.remove()


def count(ledger: Ledger, provider: Provider) -> Figures:
    """In the application's context, once nothing is unclear any more."""
    session = reading()
    notifications = {row.id: row for row in session.scalars(select(Notification))}
    attempts = {row.id: row for row in session.scalars(select(Attempt))}
    copies: dict[int, list[dict[str, Any]]] = defaultdict(list)
    figures = Figures(notifications=len(notifications), accepted=len(provider.accepted()))
    for message in provider.accepted():
        attempt = attempts.get(attempt_of(message))
        if attempt is None:
            figures.doubled.append(f"a message of no attempt: {message['sid']}")
        else:
            copies[attempt.notification_id].append(message)
    _count_copies(figures, copies, attempts, _answered(provider))
    for row in notifications.values():
        figures.statuses[row.status] += 1
        if row.status in NEEDS_HUMAN:
            figures.seen_by_human[str(row.error)] += 1
        elif row.status in REACHED and row.channel == "sms" and not copies[row.id]:
            figures.lost.append(f"{row.purpose} {row.id} is {row.status}, the provider never had it")
        elif row.status in ("planned", "sending", "unknown") and row.not_before < clock.now():
            figures.lost.append(f"{row.purpose} {row.id} is still {row.status}")
    figures.lost += _untold(ledger, notifications.values())
    return figures


def _count_copies(
    figures: Figures,
    copies: dict[int, list[dict[str, Any]]],
    attempts: dict[str, Attempt],
    answered: dict[str, float],
) -> None:
    for notification, messages in copies.items():
        ordered = sorted(messages, key=lambda message: float(message["created"]))
        for earlier, later in pairwise(ordered):
            started = attempts[attempt_of(later)].started_at.timestamp()
            if later["created"] - started > CALL_MUST_START_WITHIN_S:
                figures.case_b += 1
            elif earlier["visible"] > later["created"] and answered.get(earlier["sid"]) is None:
                figures.case_a += 1
            else:
                figures.doubled.append(f"notification {notification}: {earlier['sid']}, {later['sid']}")


def _answered(provider: Provider) -> dict[str, float]:
    """When the first callback about a message was heard by us, by the message's id."""
    heard: dict[str, float] = {}
    for callback in provider.callbacks():
        if callback["answer"] == "204" and not callback["forged"]:
            heard.setdefault(callback["form"]["MessageSid"], callback["due"])
    return heard


def _untold(ledger: Ledger, notifications: Iterable[Notification]) -> list[str]:
    """Families and desks that nobody ever meant to tell."""
    numbers = dict(map(tuple, reading().execute(select(Case.id, Case.number))))
    urgent = set(reading().scalars(select(Case.number).where(Case.urgency == "urgent")))
    told = {(numbers.get(row.case_id), row.purpose) for row in notifications}
    given = {str(receipt["number"]) for receipt in ledger.receipts.values()}
    families = [
        f"nobody told the sender of {number}" for number in given if (number, CONFIRMATION) not in told
    ]
    return families + [
        f"nobody told the desk of {number}" for number in given & urgent if (number, DUTY_ALERT) not in told
    ]
