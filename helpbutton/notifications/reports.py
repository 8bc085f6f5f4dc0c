"""What the provider reports about messages that it has accepted: told by its calls, asked for when it is silent."""

import datetime as dt

import structlog

from helpbutton import clock
from helpbutton.db import reading, transaction
from helpbutton.notifications import channels, lifecycle
from helpbutton.notifications.channels.base import NoAnswer, Reported
from helpbutton.notifications.codes import STATUSES
from helpbutton.notifications.models import Attempt, InboundEvent, Notification
from helpbutton.notifications.once import add_once
from helpbutton.notifications.outcomes import record_report
from helpbutton.notifications.rows import attempts_so_far, locked
from helpbutton.notifications.timing import VALIDITY_S

log = structlog.get_logger()


def take_report(*, attempt_id: str, provider_id: str, status: str, error: str | None) -> bool:
    """The provider calls about an attempt; False for one that was reported already or that nobody knows.

    Reports may come late, twice and in any order, also before the sender itself has noted that it was accepted.
    """
    report = STATUSES.get(status)
    with transaction() as session:
        attempt = session.get(Attempt, attempt_id)
        if attempt is None or report is None or attempt.provider_id not in (None, provider_id):
            return False
        notification = locked(session, attempt.notification_id)
        session.refresh(attempt)
        if notification is None or not add_once(
            session, InboundEvent, provider_sid=provider_id, kind="status", status=status, at=clock.now()
        ):
            return False
        attempt.provider_id = provider_id
        record_report(session, notification, attempt, Reported(report, error))
        log.info(
            "delivery_reported",
            notification=notification.id,
            purpose=notification.purpose,
            report=report,
            error=error,
            status=notification.status,
        )
    return True


def ask_delivery(notification_id: int) -> dt.datetime | None:
    """To-do: ask what became of a message without a final report; returns when to ask again (aware), or None.

    It is given up an hour after the provider itself has stopped trying; the message then stays `sent`.
    """
    question = _question(notification_id)
    if question is None:
        return None
    provider_id, channel_name = question
    channel = channels.of(channel_name)
    if channel is None:
        return None
    try:
        reported = channel.status(provider_id)
    except NoAnswer:
        return clock.now() + lifecycle.POLL_EVERY
    with transaction() as session:
        notification = locked(session, notification_id)
        if notification is None or notification.status != "sent":
            return None
        attempt = next(
            row for row in attempts_so_far(session, notification_id) if row.provider_id == provider_id
        )
        record_report(session, notification, attempt, reported)
        return clock.now() + lifecycle.POLL_EVERY if notification.status == "sent" else None


def _question(notification_id: int) -> tuple[str, str] | None:
    """The provider's id of the newest message of a sent notification and its channel; None when nothing is to ask."""
    session = reading()
    session.expire_all()
    notification = session.get(Notification, notification_id)
    if notification is None or notification.status != "sent":
        return None
    age = clock.now() - notification.changed_at
    attempts = [row for row in attempts_so_far(session, notification_id) if row.provider_id]
    if not attempts or age > dt.timedelta(seconds=VALIDITY_S) + lifecycle.POLL_BEYOND_VALIDITY:
        return None
    return str(attempts[-1].provider_id), notification.channel
