"""What the provider reports about messages that it has accepted: told by its calls, asked for when it is silent."""

import datetime as dt
from contextlib import suppress

import structlog
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.db import transaction
from helpbutton.notifications import channels, lifecycle
from helpbutton.notifications.channels.base import NoAnswer, Reported
from helpbutton.notifications.codes import STATUSES
from helpbutton.notifications.models import Attempt, InboundEvent, Notification
from helpbutton.notifications.outcomes import record_report
from helpbutton.notifications.recipient import has_looked_since
from helpbutton.notifications.rows import attempts_so_far, change, locked
from helpbutton.notifications.timing import VALIDITY_S
from helpbutton.once import add_once

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

    It is given up an hour after the provider itself has stopped trying: what a family may not have got is then held.
    """
    question = _question(notification_id)
    if question is None:
        return None
    provider_id, channel_name = question
    channel = channels.of(channel_name)
    if channel is None:
        return None
    reported: Reported | None = None
    with suppress(NoAnswer):
        reported = channel.status(provider_id)
    with transaction() as session:
        notification = locked(session, notification_id)
        if notification is None or notification.status != "sent":
            return None
        if reported is not None:
            attempts = attempts_so_far(session, notification_id)
            attempt = next(row for row in attempts if row.provider_id == provider_id)
            record_report(session, notification, attempt, reported)
        if notification.status != "sent" or _is_given_up(session, notification):
            return None
        return clock.now() + lifecycle.POLL_EVERY


def _question(notification_id: int) -> tuple[str, str] | None:
    """The provider's id of the newest message of a sent notification and its channel; None when nothing is to ask."""
    with transaction() as session:
        notification = locked(session, notification_id)
        if notification is None or notification.status != "sent":
            return None
        ids = [row.provider_id for row in attempts_so_far(session, notification_id) if row.provider_id]
        return (ids[-1], notification.channel) if ids else None


def _is_given_up(session: Session, notification: Notification) -> bool:
    """Whether the provider will not say any more what became of it; a family that has not looked is then called."""
    since = notification.changed_at
    if clock.now() - since <= dt.timedelta(seconds=VALIDITY_S) + lifecycle.POLL_BEYOND_VALIDITY:
        return False
    looked = has_looked_since(session, notification.case_id, since)
    status = lifecycle.after_no_report(notification.purpose, looked=looked)
    if status != notification.status:
        change(session, notification, status, "no_report")
    return True
