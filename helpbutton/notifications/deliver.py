"""Delivering a notification: claim committed, provider called outside any transaction, outcome recorded.

A process may die or freeze anywhere. Whoever finds a notification `sending` takes its attempt for unknown and
asks the provider; a sender that wakes up late sends nothing, and what it reports late only adds knowledge.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.db import transaction
from helpbutton.notifications import channels, lifecycle, reconcile
from helpbutton.notifications.channels.base import Channel, NoAnswer, Outcome, Sms
from helpbutton.notifications.models import Attempt, Notification
from helpbutton.notifications.recipient import Recipient, recipient_of, sms
from helpbutton.notifications.reconcile import Question, attempts_so_far, locked, next_run
from helpbutton.notifications.timing import earliest, validity_s

log = structlog.get_logger()


@dataclass(frozen=True)
class Leaving:
    """An attempt that is committed and may now call the provider.

    `doubted_since`: when the first attempt began whose outcome nobody knows; None when there is none.
    """

    notification_id: int
    sms: Sms
    doubted_since: dt.datetime | None


def deliver(notification_id: int) -> dt.datetime | None:
    """To-do: bring one notification a step further; returns when to run again (aware), None when done."""
    channel = channels.current()
    began = clock.monotonic()
    with transaction() as session:
        step = _claim(session, notification_id)
    if isinstance(step, Leaving):
        return _record(step, _hand_over(channel, step, began))
    if isinstance(step, Question):
        return reconcile.ask(channel, step)
    return step


def _claim(session: Session, notification_id: int) -> Leaving | Question | dt.datetime | None:
    notification = locked(session, notification_id)
    if notification is None or notification.status not in ("planned", "sending", "unknown"):
        return None
    recipient = recipient_of(session, notification)
    if notification.status != "planned":
        return reconcile.doubt(session, notification, recipient)
    if recipient.obstacle is not None or recipient.number is None:
        reconcile.stop(notification, recipient)
        return None
    now = clock.now()
    may_leave = earliest(
        notification.purpose,
        now=now,
        created=notification.created_at,
        safe=recipient.safe,
        hours=recipient.hours,
    )
    if max(may_leave, notification.not_before) > now:
        notification.not_before = max(may_leave, notification.not_before)
        return notification.not_before
    return _start(session, notification, recipient, recipient.number)


def _start(session: Session, notification: Notification, recipient: Recipient, number: str) -> Leaving:
    now = clock.now()
    earlier = attempts_so_far(session, notification.id)
    attempt = Attempt(
        id=str(uuid.uuid4()), notification_id=notification.id, number=len(earlier) + 1, started_at=now
    )
    session.add(attempt)
    notification.status, notification.changed_at = "sending", now
    valid = validity_s(notification.purpose, now=now, safe=recipient.safe)
    leaving = sms(notification, to=number, attempt_id=attempt.id, validity_s=valid)
    doubted = [attempt.started_at for attempt in earlier if attempt.outcome == "unknown"]
    return Leaving(notification.id, leaving, min(doubted, default=None))


def _hand_over(channel: Channel, leaving: Leaving, began: float) -> Outcome:
    if leaving.doubted_since is not None:
        try:
            found = channel.find(leaving.sms, since=leaving.doubted_since)
        except NoAnswer:
            found = None
        if found is not None:
            return found
    if clock.monotonic() - began > lifecycle.CALL_MUST_START_WITHIN_S:
        return Outcome("not_sent", error="too_late")
    return channel.send(leaving.sms)


def _record(leaving: Leaving, outcome: Outcome) -> dt.datetime | None:
    with transaction() as session:
        notification = locked(session, leaving.notification_id)
        attempt = session.get(Attempt, leaving.sms.attempt_id, populate_existing=True)
        if notification is None or attempt is None:
            return None
        now = clock.now()
        attempt.outcome, attempt.provider_id, attempt.finished_at = outcome.verdict, outcome.provider_id, now
        session.flush()
        last, not_sent = session.execute(
            select(
                func.max(Attempt.number), func.count(Attempt.id).filter(Attempt.outcome == "not_sent")
            ).where(Attempt.notification_id == notification.id)
        ).one()
        status = lifecycle.after_attempt(
            notification.status, outcome.verdict, newest=attempt.number == last, not_sent=not_sent
        )
        if status != notification.status:
            notification.status, notification.error, notification.changed_at = status, outcome.error, now
            if status == "planned":
                notification.not_before = now + lifecycle.pause(not_sent)
        log.info(
            "sms_attempt",
            notification=notification.id,
            purpose=notification.purpose,
            outcome=outcome.verdict,
            error=outcome.error,
            status=notification.status,
        )
        return next_run(notification)
