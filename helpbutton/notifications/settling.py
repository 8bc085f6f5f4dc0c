"""What a human decides about a notification that nobody sends any more."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.cases.models import CaseEvent
from helpbutton.db import transaction
from helpbutton.errors import Conflict, NotFound
from helpbutton.notifications.lifecycle import NEEDS_HUMAN
from helpbutton.notifications.models import Notification
from helpbutton.notifications.queries import overseen_by
from helpbutton.notifications.rows import plan_again
from helpbutton.staff.actor import Actor


def retry_held(*, actor: Actor, notification_id: int) -> None:
    """It is sent again. Raises NotFound, Conflict."""
    with transaction() as session:
        plan_again(session, _decided(session, notification_id, actor, "notification_retried"))


def call_instead(*, actor: Actor, notification_id: int) -> None:
    """Somebody calls, so it is not sent any more. Raises NotFound, Conflict."""
    with transaction() as session:
        _decided(session, notification_id, actor, "notification_called").status = "dropped"


def drop_held(*, actor: Actor, notification_id: int) -> None:
    """Nobody sends it and nobody calls. Raises NotFound, Conflict."""
    with transaction() as session:
        _decided(session, notification_id, actor, "notification_dropped").status = "dropped"


def _decided(session: Session, notification_id: int, actor: Actor, verb: str) -> Notification:
    notification = session.scalar(
        select(Notification)
        .where(Notification.id == notification_id, overseen_by(actor))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if notification is None:
        raise NotFound("notification")
    if notification.status not in NEEDS_HUMAN:
        raise Conflict(f"the notification is {notification.status}")
    notification.changed_at = clock.now()
    if notification.case_id is not None:
        session.add(
            CaseEvent(
                case_id=notification.case_id,
                at=clock.now(),
                actor="staff",
                account_id=actor.account_id,
                verb=verb,
                params={"purpose": notification.purpose},
            )
        )
    return notification
