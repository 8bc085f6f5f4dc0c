"""What became of a send whose outcome nobody knows: the provider is asked, and its silence is given time."""

import datetime as dt
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.db import transaction
from helpbutton.notifications import lifecycle
from helpbutton.notifications.channels.base import Channel, NoAnswer, Outcome, Sms
from helpbutton.notifications.kinds import DELIVER
from helpbutton.notifications.lifecycle import Answer
from helpbutton.notifications.models import Attempt, Notification
from helpbutton.notifications.recipient import Recipient, sms
from helpbutton.notifications.timing import VALIDITY_S

log = structlog.get_logger()


@dataclass(frozen=True)
class Question:
    """An unknown attempt to ask about. `since`: when the first unknown attempt of the notification began."""

    notification_id: int
    sms: Sms
    since: dt.datetime


def locked(session: Session, notification_id: int) -> Notification | None:
    """The notification as it is now, locked for this transaction."""
    return session.get(Notification, notification_id, with_for_update=True, populate_existing=True)


def attempts_so_far(session: Session, notification_id: int) -> list[Attempt]:
    """Every attempt of a notification, oldest first."""
    rows = session.scalars(
        select(Attempt)
        .where(Attempt.notification_id == notification_id)
        .order_by(Attempt.number)
        .execution_options(populate_existing=True)
    )
    return list(rows)


def next_run(notification: Notification) -> dt.datetime | None:
    """When the notification's to-do has something to do again."""
    match notification.status:
        case "planned":
            return notification.not_before
        case "sending":
            return clock.now() + dt.timedelta(seconds=DELIVER.lease_s)
        case "unknown":
            return clock.now() + lifecycle.ask_again_after(clock.now() - notification.changed_at)
    return None


def stop(notification: Notification, recipient: Recipient) -> None:
    """Nobody to send to, or no longer wanted."""
    assert recipient.obstacle is not None
    notification.status, notification.error = recipient.obstacle.status, recipient.obstacle.error
    notification.changed_at = clock.now()


def doubt(session: Session, notification: Notification, recipient: Recipient) -> Question | None:
    """Take a running attempt for dead, its outcome unknown, and prepare the question about it."""
    now = clock.now()
    attempts = attempts_so_far(session, notification.id)
    if notification.status == "sending":
        attempts[-1].outcome, attempts[-1].finished_at = "unknown", now
        notification.status, notification.error, notification.changed_at = "unknown", "no_report", now
    if recipient.number is None:
        stop(notification, recipient)
        return None
    doubted = [attempt.started_at for attempt in attempts if attempt.outcome == "unknown"]
    last = sms(notification, to=recipient.number, attempt_id=attempts[-1].id, validity_s=VALIDITY_S)
    return Question(notification.id, last, since=min(doubted))


def ask(channel: Channel, question: Question) -> dt.datetime | None:
    """Ask once and record what follows; returns when to run again (aware), or None when nothing is left."""
    found: Outcome | None = None
    answer: Answer = "absent"
    try:
        found = channel.find(question.sms, since=question.since)
    except NoAnswer:
        answer = "no_answer"
    with transaction() as session:
        notification = locked(session, question.notification_id)
        attempt = session.get(Attempt, question.sms.attempt_id, populate_existing=True)
        if notification is None or attempt is None or notification.status != "unknown":
            return next_run(notification) if notification else None
        _settle(notification, attempt, found, answer)
        return next_run(notification)


def _settle(notification: Notification, attempt: Attempt, found: Outcome | None, answer: Answer) -> None:
    now = clock.now()
    if found is not None:
        attempt.outcome, attempt.provider_id = found.verdict, found.provider_id
        status = lifecycle.after_attempt(notification.status, found.verdict, newest=True, not_sent=0)
        error = found.error
    else:
        status = lifecycle.after_asking(notification.purpose, answer, since_attempt=now - attempt.started_at)
        error = "no_trace" if answer == "absent" else "no_answer"
    if status == notification.status:
        return
    notification.status, notification.error, notification.changed_at = status, error, now
    if status == "planned":
        notification.not_before = now
    log.info(
        "sms_reconciled",
        notification=notification.id,
        purpose=notification.purpose,
        error=error,
        status=status,
    )
