"""The rows of a notification: written with its to-do when it is planned, locked and changed in one place after that."""

import datetime as dt
from functools import partial

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock, outbox
from helpbutton.cases.models import CaseEvent
from helpbutton.db import after_commit
from helpbutton.notifications import channels, lifecycle, texts
from helpbutton.notifications.decisions import DECISIONS
from helpbutton.notifications.kinds import ASK_DELIVERY, DELIVER, SECOND_CHANNEL
from helpbutton.notifications.models import Attempt, Notification

PRIORITIES = {lifecycle.DUTY_ALERT: outbox.URGENT, lifecycle.ONE_TIME_CODE: outbox.SOON}

log = structlog.get_logger()


def is_planned(session: Session, key: str) -> bool:
    """Whether a notification with this key exists, whatever became of it."""
    return session.scalar(select(Notification.id).where(Notification.dedupe_key == key)) is not None


def add(
    session: Session,
    purpose: str,
    key: str,
    *,
    case_id: int | None,
    service_id: int,
    language: str,
    not_before: dt.datetime,
    to_sealed: bytes | None = None,
    channel: str = "sms",
    account_id: int | None = None,
    decided: str | None = None,
) -> Notification:
    """Plan a notification with its to-do in the caller's transaction; `key` must be new (`is_planned`).

    `decided`: a code of `decisions.DECISIONS` for which it is held or dropped at once, on record.
    """
    now = clock.now()
    notification = Notification(
        dedupe_key=key,
        case_id=case_id,
        service_id=service_id,
        account_id=account_id,
        purpose=purpose,
        channel=channel,
        language=language,
        reference=texts.new_reference(),
        count=1,
        to_sealed=to_sealed,
        status="planned",
        not_before=not_before,
        created_at=now,
        changed_at=now,
    )
    session.add(notification)
    if decided:
        change(session, notification, DECISIONS[decided].status, decided)
    session.flush()
    if decided is None:
        send_later(session, notification)
    if purpose == lifecycle.DUTY_ALERT and channel == "sms":
        due = now + lifecycle.SECOND_CHANNEL_AFTER
        outbox.add(session, SECOND_CHANNEL, ref=notification.id, priority=outbox.SOON, due_at=due)
    return notification


def send_later(session: Session, notification: Notification) -> None:
    """The to-do of a planned notification, due when it may leave; opened again where it was done."""
    priority = PRIORITIES.get(notification.purpose, outbox.NORMAL)
    outbox.add(
        session,
        DELIVER,
        ref=notification.id,
        priority=priority,
        due_at=max(clock.now(), notification.not_before),
    )


def plan_again(session: Session, notification: Notification) -> None:
    """A human wants it sent, as if it had been planned now; a one-time code keeps its age."""
    now = clock.now()
    change(session, notification, "planned", None)
    notification.not_before = now
    if notification.purpose != lifecycle.ONE_TIME_CODE:
        notification.created_at = now
    send_later(session, notification)


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


def settled_ids(attempts: list[Attempt]) -> frozenset[str]:
    """The provider's ids of messages that are known to be one of these attempts."""
    return frozenset(attempt.provider_id for attempt in attempts if attempt.provider_id)


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


def change(session: Session, notification: Notification, status: str, error: str | None) -> None:
    """Give it another status with what that brings: an alarm, a question to the provider, a line in the logbook."""
    now = clock.now()
    before, notification.status = notification.status, status
    notification.error, notification.changed_at = error, now
    if status == "delivered":
        notification.delivered_at = now
    if status == "sent" and before != "sent" and channels.tells_delivery(notification.channel):
        canary = notification.purpose == lifecycle.CANARY
        wait = lifecycle.POLL_CANARY_AFTER if canary else lifecycle.POLL_EVERY
        outbox.add(session, ASK_DELIVERY, ref=notification.id, due_at=now + wait)
    if status == "dead":
        said = partial(
            log.error, "notification_dead", notification=notification.id, purpose=notification.purpose
        )
        after_commit(session, partial(said, channel=notification.channel, error=error))
    decision = DECISIONS.get(error or "")
    if notification.case_id is not None and decision is not None and decision.tell:
        not_told(session, notification.case_id, notification.purpose, str(error))


def not_told(session: Session, case_id: int, purpose: str, because: str) -> None:
    """The case's logbook says, once, that something was not said to somebody and why."""
    params = {"purpose": purpose, "because": because}
    said = session.scalars(
        select(CaseEvent.params).where(CaseEvent.case_id == case_id, CaseEvent.verb == "not_told")
    )
    if params not in list(said):
        session.add(
            CaseEvent(case_id=case_id, at=clock.now(), actor="system", verb="not_told", params=params)
        )
        session.flush()
