"""Reading notifications: what waits for a human."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from helpbutton.cases.models import Case
from helpbutton.db import reading
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Names
from helpbutton.notifications.models import Notification
from helpbutton.notifications.operations import NEEDS_HUMAN


@dataclass(frozen=True)
class Waiting:
    """A notification that nobody sends any more until a human decides.

    `status`: held (unclear or not possible) or failed (refused for good). `case_number` is None for a
    bundled alert. `error` is a short code; `since` aware UTC.
    """

    id: int
    case_number: str | None
    service_id: int
    desk: Names
    purpose: str
    status: str
    since: dt.datetime
    error: str


def waiting_for_human() -> list[Waiting]:
    """Every held or failed notification, oldest first."""
    rows = reading().execute(
        select(Notification, Case.number, Service.names)
        .join(Service, Service.id == Notification.service_id)
        .outerjoin(Case, Case.id == Notification.case_id)
        .where(Notification.status.in_(NEEDS_HUMAN))
        .order_by(Notification.changed_at, Notification.id)
    )
    return [
        Waiting(n.id, number, n.service_id, names, n.purpose, n.status, n.changed_at, n.error or "")
        for n, number, names in rows
    ]
