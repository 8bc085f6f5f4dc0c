"""Delivering a notification: claim committed, provider called outside any transaction, outcome recorded.

A process may die or freeze anywhere. Whoever finds a notification `sending` takes its attempt for unknown and
asks the provider; a sender that wakes up late sends nothing, and what it reports late only adds knowledge.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.db import transaction
from helpbutton.notifications import channels, lifecycle, reconcile, stops, texts
from helpbutton.notifications.channels.base import Channel, NoAnswer, Outcome, Outgoing
from helpbutton.notifications.decisions import DECISIONS
from helpbutton.notifications.models import Attempt, Notification
from helpbutton.notifications.outcomes import record_outcome
from helpbutton.notifications.recipient import Recipient, outgoing, recipient_of
from helpbutton.notifications.reconcile import Question
from helpbutton.notifications.rows import attempts_so_far, change, locked, next_run, settled_ids
from helpbutton.notifications.timing import earliest, is_too_old, validity_s

log = structlog.get_logger()


@dataclass(frozen=True)
class Leaving:
    """An attempt that is committed and may now call the provider.

    `doubted`: the newest attempt whose outcome nobody knows, None when there is none; `doubted_since`: when the first
    of them began; `settled`: the provider's ids of the others.
    """

    notification_id: int
    channel: str
    outgoing: Outgoing
    doubted: str | None
    doubted_since: dt.datetime
    settled: frozenset[str]


def deliver(notification_id: int) -> dt.datetime | None:
    """To-do: bring one notification a step further; returns when to run again (aware), None when done."""
    began = clock.monotonic()
    with transaction() as session:
        step = _claim(session, notification_id)
    if isinstance(step, Leaving):
        channel = _channel(step.channel)
        if _has_arrived(channel, step):
            return None
        return _record(step, _hand_over(channel, step, began))
    if isinstance(step, Question):
        return reconcile.ask(_channel(step.channel), step)
    return step


def _channel(name: str) -> Channel:
    channel = channels.of(name)
    assert channel is not None, "nothing is claimed for a channel that is not there"
    return channel


def _claim(session: Session, notification_id: int) -> Leaving | Question | dt.datetime | None:
    notification = locked(session, notification_id)
    if notification is None or notification.status not in ("planned", "sending", "unknown"):
        return None
    recipient = recipient_of(session, notification)
    if channels.variant_of(notification.channel) is None:
        change(session, notification, "held", "no_channel")
        return None
    if notification.status != "planned":
        return reconcile.doubt(session, notification, recipient)
    if recipient.obstacle is not None or recipient.to is None:
        reconcile.stop(session, notification, recipient)
        return None
    if _is_too_old(notification, recipient):
        change(session, notification, lifecycle.after_too_long(notification.purpose), "too_old")
        return None
    wait = _wait(session, notification, recipient)
    return wait or _start(session, notification, recipient, recipient.to)


def _is_too_old(notification: Notification, recipient: Recipient) -> bool:
    return is_too_old(
        notification.purpose,
        now=clock.now(),
        created=notification.created_at,
        safe=recipient.safe,
        hours=recipient.hours,
    )


def _wait(session: Session, notification: Notification, recipient: Recipient) -> dt.datetime | None:
    """Until when it has to wait (aware), and why; None when it may leave now."""
    now = clock.now()
    if notification.not_before > now:
        return notification.not_before
    may_leave = earliest(
        notification.purpose,
        now=now,
        created=notification.created_at,
        safe=recipient.safe,
        hours=recipient.hours,
    )
    if may_leave > now:
        notification.error = "quiet_hours"
    else:
        closed_until = stops.wait_until(session, notification.channel, notification.purpose)
        if closed_until is None:
            return None
        may_leave, notification.error = closed_until, "channel_stopped"
    assert DECISIONS[notification.error].status == "planned"
    notification.not_before = may_leave
    return may_leave


def _start(session: Session, notification: Notification, recipient: Recipient, to: str) -> Leaving:
    now = clock.now()
    earlier = attempts_so_far(session, notification.id)
    attempt = Attempt(
        id=str(uuid.uuid4()), notification_id=notification.id, number=len(earlier) + 1, started_at=now
    )
    session.add(attempt)
    change(session, notification, "sending", None)
    valid = validity_s(notification.purpose, now=now, created=notification.created_at, safe=recipient.safe)
    leaving = outgoing(session, notification, to=to, attempt_id=attempt.id, validity_s=valid)
    if notification.channel == "sms":
        notification.segments = texts.segments(leaving.body)
    doubted = [attempt for attempt in earlier if attempt.outcome == "unknown"]
    return Leaving(
        notification.id,
        notification.channel,
        leaving,
        doubted=doubted[-1].id if doubted else None,
        doubted_since=min((attempt.started_at for attempt in doubted), default=now),
        settled=settled_ids(earlier),
    )


def _has_arrived(channel: Channel, leaving: Leaving) -> bool:
    """Whether the provider shows by now that it has taken an earlier attempt, so that this one is not made.

    What it shows is recorded on that attempt.
    """
    if leaving.doubted is None:
        return False
    try:
        found = channel.find(leaving.outgoing, since=leaving.doubted_since, settled=leaving.settled)
    except NoAnswer:
        return False
    if found is None:
        return False
    with transaction() as session:
        notification = locked(session, leaving.notification_id)
        doubted = session.get(Attempt, leaving.doubted, populate_existing=True)
        if notification is None or doubted is None:
            return False
        begun = session.get_one(Attempt, leaving.outgoing.attempt_id, populate_existing=True)
        if found.verdict == "accepted" and begun.outcome is None:
            session.delete(begun)
        record_outcome(session, notification, doubted, found)
        return found.verdict == "accepted"


def _hand_over(channel: Channel, leaving: Leaving, began: float) -> Outcome:
    if clock.monotonic() - began > lifecycle.CALL_MUST_START_WITHIN_S:
        return Outcome("not_sent", error="too_late_to_call")
    return channel.send(leaving.outgoing)


def _record(leaving: Leaving, outcome: Outcome) -> dt.datetime | None:
    with transaction() as session:
        notification = locked(session, leaving.notification_id)
        attempt = session.get(Attempt, leaving.outgoing.attempt_id, populate_existing=True)
        if notification is None or attempt is None:
            return None
        record_outcome(session, notification, attempt, outcome)
        log.info(
            "send_attempt",
            notification=notification.id,
            purpose=notification.purpose,
            channel=notification.channel,
            outcome=outcome.verdict,
            error=outcome.error,
            status=notification.status,
        )
        return next_run(notification)
