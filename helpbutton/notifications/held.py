"""What becomes of a quarantined case's SMS once a human has judged it."""

from sqlalchemy import select

from helpbutton import clock, outbox
from helpbutton.cases.models import Case
from helpbutton.db import transaction
from helpbutton.notifications.kinds import DELIVER
from helpbutton.notifications.limits import QUARANTINED, reason_to_hold
from helpbutton.notifications.models import Notification
from helpbutton.notifications.recipient import recipient_of


def settle_held(case_id: int) -> None:
    """To-do: a released case's confirmation leaves like any other; of a closed or answered case it is dropped."""
    with transaction() as session:
        case = session.get_one(Case, case_id)
        held = session.scalars(
            select(Notification)
            .where(
                Notification.case_id == case_id,
                Notification.status == "held",
                Notification.error == QUARANTINED,
            )
            .with_for_update()
        ).all()
        over = case.closed_at is not None or case.answered_at is not None
        for notification in held:
            recipient = recipient_of(session, notification)
            notification.changed_at = clock.now()
            if over or recipient.obstacle is not None or recipient.number is None:
                notification.status, notification.error = "dropped", "too_late"
                continue
            notification.error = reason_to_hold(session, case=case, number=recipient.number)
            if notification.error is None:
                notification.status = "planned"
                outbox.add(session, DELIVER, ref=notification.id, due_at=notification.not_before)
