"""What becomes of a quarantined case's SMS once a human has judged it."""

from sqlalchemy import select

from helpbutton.cases.models import Case
from helpbutton.db import transaction
from helpbutton.notifications.decisions import DECISIONS
from helpbutton.notifications.limits import QUARANTINED, reason_not_to_send
from helpbutton.notifications.models import Notification
from helpbutton.notifications.recipient import recipient_of
from helpbutton.notifications.rows import change, plan_again


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
            if over or recipient.obstacle is not None or recipient.to is None:
                change(session, notification, "dropped", "too_late")
                continue
            reason = reason_not_to_send(session, case=case, channel=notification.channel, to=recipient.to)
            if reason is None:
                plan_again(session, notification)
            else:
                change(session, notification, DECISIONS[reason].status, reason)
