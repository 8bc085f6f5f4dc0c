"""Reading notifications: what waits for a human."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from helpbutton.cases.models import Case
from helpbutton.db import reading
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Names
from helpbutton.notifications.lifecycle import NEEDS_HUMAN
from helpbutton.notifications.models import Notification
from helpbutton.staff.actor import Actor


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


def overseen_by(actor: Actor) -> ColumnElement[bool]:
    """Notifications of the services that the actor leads and of the organisations that they administer."""
    led = [service_id for service_id, role in actor.services.items() if role == "lead"]
    administered = [key for key, role in actor.organisations.items() if role == "administrator"]
    own = select(Service.id).where(Service.organisation_id.in_(administered))
    return Notification.service_id.in_(led) | Notification.service_id.in_(own)


def waiting_for_human(actor: Actor) -> list[Waiting]:
    """Every held or failed notification that the actor oversees, oldest first."""
    rows = reading().execute(
        select(Notification, Case.number, Service.names)
        .join(Service, Service.id == Notification.service_id)
        .outerjoin(Case, Case.id == Notification.case_id)
        .where(Notification.status.in_(NEEDS_HUMAN), overseen_by(actor))
        .order_by(Notification.changed_at, Notification.id)
    )
    return [
        Waiting(n.id, number, n.service_id, names, n.purpose, n.status, n.changed_at, n.error or "")
        for n, number, names in rows
    ]
