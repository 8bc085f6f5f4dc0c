"""What became of a send whose outcome nobody knows: the provider is asked, and its silence is given time."""

import datetime as dt
from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.db import transaction
from helpbutton.notifications import lifecycle
from helpbutton.notifications.channels.base import Channel, NoAnswer, Outcome, Outgoing
from helpbutton.notifications.codes import is_an_answer
from helpbutton.notifications.decisions import DECISIONS
from helpbutton.notifications.lifecycle import Answer
from helpbutton.notifications.models import Attempt, Notification
from helpbutton.notifications.outcomes import record_outcome
from helpbutton.notifications.recipient import Recipient, outgoing
from helpbutton.notifications.rows import attempts_so_far, change, locked, next_run, settled_ids
from helpbutton.notifications.timing import VALIDITY_S

log = structlog.get_logger()


@dataclass(frozen=True)
class Question:
    """An unknown attempt to ask about. `since`: when the first unknown attempt of the notification began; `unanswered`:
    how many of them the provider said nothing to; `settled`: the provider's ids of the other attempts."""

    notification_id: int
    channel: str
    outgoing: Outgoing
    since: dt.datetime
    unanswered: int
    settled: frozenset[str]


def stop(session: Session, notification: Notification, recipient: Recipient) -> None:
    """Nobody to send to, or no longer wanted."""
    assert recipient.obstacle is not None
    change(session, notification, DECISIONS[recipient.obstacle].status, recipient.obstacle)


def doubt(session: Session, notification: Notification, recipient: Recipient) -> Question | None:
    """Take a running attempt for dead, its outcome unknown, and prepare the question about it."""
    attempts = attempts_so_far(session, notification.id)
    if notification.status == "sending":
        attempts[-1].outcome, attempts[-1].finished_at = "unknown", clock.now()
        change(session, notification, "unknown", "no_report")
    if recipient.to is None:
        stop(session, notification, recipient)
        return None
    doubted = [attempt for attempt in attempts if attempt.outcome == "unknown"]
    last = outgoing(session, notification, to=recipient.to, attempt_id=attempts[-1].id, validity_s=VALIDITY_S)
    return Question(
        notification.id,
        notification.channel,
        last,
        since=min(attempt.started_at for attempt in doubted),
        unanswered=sum(not is_an_answer(attempt.error) for attempt in doubted),
        settled=settled_ids(attempts),
    )


def ask(channel: Channel, question: Question) -> dt.datetime | None:
    """Ask once and record what follows; returns when to run again (aware), or None when nothing is left."""
    found: Outcome | None = None
    answer: Answer = "absent"
    try:
        found = channel.find(question.outgoing, since=question.since, settled=question.settled)
    except NoAnswer:
        answer = "no_answer"
    with transaction() as session:
        notification = locked(session, question.notification_id)
        attempt = session.get(Attempt, question.outgoing.attempt_id, populate_existing=True)
        if notification is None or attempt is None or notification.status != "unknown":
            return next_run(notification) if notification else None
        if found is not None:
            record_outcome(session, notification, attempt, found)
        else:
            _wait_or_settle(session, notification, attempt, answer, unanswered=question.unanswered)
        return next_run(notification)


def _wait_or_settle(
    session: Session, notification: Notification, attempt: Attempt, answer: Answer, *, unanswered: int
) -> None:
    now = clock.now()
    status = lifecycle.after_asking(
        notification.purpose, answer, since_attempt=now - attempt.started_at, unanswered=unanswered
    )
    if status == notification.status:
        return
    error = "no_trace" if answer == "absent" else "no_answer"
    change(session, notification, status, error)
    if status == "planned":
        notification.not_before = now
    log.info(
        "send_reconciled",
        notification=notification.id,
        purpose=notification.purpose,
        channel=notification.channel,
        error=error,
        status=status,
    )
