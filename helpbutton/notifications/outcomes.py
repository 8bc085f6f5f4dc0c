"""What an attempt's outcome or the provider's report makes of a notification; who calls holds its row locked."""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpbutton import clock, outbox
from helpbutton.cases.models import CaseKey
from helpbutton.notifications import lifecycle, stops
from helpbutton.notifications.channels.base import Outcome, Reported
from helpbutton.notifications.codes import CODES, what_follows
from helpbutton.notifications.kinds import SECOND_CHANNEL
from helpbutton.notifications.lifecycle import ALERTS, DUTY_ALERT, NUDGE, SLIPPED
from helpbutton.notifications.models import Attempt, Notification
from helpbutton.notifications.opt_out import opt_out
from helpbutton.notifications.recipient import sealed_place
from helpbutton.notifications.rows import change, send_later

ARRIVED = ("sent", "delivered")
ONCE_MORE = [error for error, follows in CODES.items() if follows == "once_more"]


def record_outcome(session: Session, notification: Notification, attempt: Attempt, outcome: Outcome) -> None:
    """What the attempt came to; what the provider itself has said about it meanwhile weighs more."""
    attempt.finished_at = clock.now()
    attempt.provider_id = outcome.provider_id or attempt.provider_id
    if outcome.verdict == "accepted" and attempt.outcome != "refused":
        stops.open_again(session, notification.channel)
    if attempt.outcome in ("accepted", "refused"):
        return
    attempt.outcome, attempt.error = outcome.verdict, outcome.error
    last, not_sent, refusals = (
        (attempt.number, 0, 0) if outcome.verdict == "accepted" else _counts(session, notification)
    )
    status = lifecycle.after_attempt(
        notification.status,
        outcome.verdict,
        newest=attempt.number == last,
        not_sent=not_sent,
        follows=what_follows(outcome.error),
        refusals=refusals,
    )
    _follow(session, notification, status, outcome.error, not_sent=not_sent)


def record_report(session: Session, notification: Notification, attempt: Attempt, reported: Reported) -> bool:
    """What the provider says about an accepted message; late and repeated reports change nothing.

    True when the notification is planned again: the caller gives it its to-do.
    """
    if reported.report == "on_its_way" and attempt.outcome == "refused":
        return False
    attempt.outcome = "refused" if reported.report == "undelivered" else "accepted"
    attempt.error = reported.error
    last, _not_sent, refusals = _counts(session, notification)
    status = lifecycle.after_report(
        notification.status,
        reported.report,
        newest=attempt.number == last,
        follows=what_follows(reported.error),
        refusals=refusals,
    )
    before = notification.status
    _follow(session, notification, status, reported.error)
    if before != "planned" and notification.status == "planned":
        send_later(session, notification)
        return True
    return False


def _follow(
    session: Session, notification: Notification, status: str, error: str | None, *, not_sent: int = 0
) -> None:
    """The new status with its pause, the channel's stop, the number's opting out, the second channel of an alert."""
    follows = what_follows(error)
    if error and follows == "opted_out":
        _remember_opt_out(session, notification)
    if status == notification.status:
        return
    if notification.status == "sent" and status != "delivered":
        _reach_otherwise(session, notification)
    if notification.purpose == NUDGE and status in ARRIVED and notification.status not in ARRIVED:
        _drop_slipped(session, notification)
    change(session, notification, status, error)
    if status != "planned":
        return
    now = clock.now()
    if follows == "stop_channel":
        notification.not_before = stops.close(session, notification.channel, str(error))
    elif follows == "once_more":
        notification.not_before = now + lifecycle.ONCE_MORE_AFTER
    else:
        notification.not_before = now + (lifecycle.pause(not_sent) if not_sent else dt.timedelta(0))


def _drop_slipped(session: Session, nudge: Notification) -> None:
    """The family is told of its answer: that the answer is late is no news any more."""
    waiting = select(Notification).where(
        Notification.case_id == nudge.case_id,
        Notification.purpose == SLIPPED,
        Notification.status.in_(("planned", "held")),
    )
    for slipped in session.scalars(waiting.with_for_update().execution_options(populate_existing=True)):
        change(session, slipped, "dropped", "already_nudged")


def _reach_otherwise(session: Session, notification: Notification) -> None:
    """An urgent alert that was taken and then did not arrive goes by the second channel at once."""
    if notification.purpose == DUTY_ALERT and notification.channel == "sms":
        outbox.add(session, SECOND_CHANNEL, ref=notification.id, priority=outbox.SOON)


def _counts(session: Session, notification: Notification) -> tuple[int, int, int]:
    """The number of the newest attempt; how many were proved not sent; how many did not arrive for now."""
    session.flush()
    row = session.execute(
        select(
            func.max(Attempt.number),
            func.count(Attempt.id).filter(Attempt.outcome == "not_sent"),
            func.count(Attempt.id).filter(Attempt.outcome == "refused", Attempt.error.in_(ONCE_MORE)),
        ).where(Attempt.notification_id == notification.id)
    ).one()
    return row[0], row[1], row[2]


def _remember_opt_out(session: Session, notification: Notification) -> None:
    """The provider knows that the sender wants no messages; a staff member's number is not ours to remember."""
    key = session.get(CaseKey, notification.case_id) if notification.case_id is not None else None
    if notification.purpose in ALERTS or key is None or not notification.to_sealed:
        return
    number = key.vault().open(notification.to_sealed, sealed_place(notification.dedupe_key))
    if number is not None:
        opt_out(session, number, language=notification.language)
