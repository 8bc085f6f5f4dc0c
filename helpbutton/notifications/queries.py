"""Reading notifications: what waits for a human."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from helpbutton.cases.models import Case, CaseKey, Contact
from helpbutton.db import reading
from helpbutton.directory.models import Service, Site
from helpbutton.directory.queries import Names
from helpbutton.notifications.lifecycle import CANARY, NEEDS_HUMAN
from helpbutton.notifications.limits import LIMITS, QUARANTINED, SITE_BUDGET
from helpbutton.notifications.models import ChannelStop, Notification
from helpbutton.notifications.opt_out import is_opted_out
from helpbutton.staff.actor import Actor


@dataclass(frozen=True)
class Waiting:
    """A notification that nobody sends any more until a human decides. Those of quarantined cases wait with their case.

    `status`: held (unclear or not possible), failed (refused for good) or dead (given up). `case_number` is None for
    a bundled alert. `error` is a short code; `since` aware UTC.
    """

    id: int
    case_number: str | None
    service_id: int
    desk: Names
    purpose: str
    channel: str
    status: str
    since: dt.datetime
    error: str


@dataclass(frozen=True)
class Stopped:
    """A channel that takes nothing since an aware moment; `error` is a short code."""

    channel: str
    since: dt.datetime
    error: str


def overseen_by(actor: Actor) -> ColumnElement[bool]:
    """Notifications of the services that the actor leads and of the organisations that they administer."""
    led = [service_id for service_id, role in actor.services.items() if role == "lead"]
    administered = [key for key, role in actor.organisations.items() if role == "administrator"]
    own = select(Service.id).where(Service.organisation_id.in_(administered))
    return Notification.service_id.in_(led) | Notification.service_id.in_(own)


def waiting_for_human(actor: Actor) -> list[Waiting]:
    """Every held, failed or dead notification that the actor oversees, oldest first."""
    rows = reading().execute(
        select(Notification, Case.number, Service.names)
        .join(Service, Service.id == Notification.service_id)
        .outerjoin(Case, Case.id == Notification.case_id)
        .where(
            Notification.status.in_(NEEDS_HUMAN),
            Notification.purpose != CANARY,
            ~_in_quarantine(),
            overseen_by(actor),
        )
        .order_by(Notification.changed_at, Notification.id)
    )
    return [
        Waiting(
            n.id, number, n.service_id, names, n.purpose, n.channel, n.status, n.changed_at, n.error or ""
        )
        for n, number, names in rows
    ]


def stopped_channels() -> list[Stopped]:
    """The channels that take nothing at the moment."""
    rows = reading().scalars(select(ChannelStop).order_by(ChannelStop.since))
    return [Stopped(row.channel, row.since, row.error) for row in rows]


def opted_out(case_id: int) -> bool:
    """Whether the owner of the sender's number wants no messages. Only for a case that the caller has just opened."""
    session = reading()
    key, contact = session.get(CaseKey, case_id), session.get(Contact, case_id)
    number = key.vault().open(contact.phone, "contact.phone") if key and contact else None
    return number is not None and is_opted_out(session, number)


def waiting_in_quarantine(actor: Actor) -> int:
    """How many SMS wait with their quarantined cases, among those that the actor oversees."""
    waiting = select(func.count()).select_from(Notification).where(_in_quarantine(), overseen_by(actor))
    return reading().scalar(waiting) or 0


def spent_budgets(actor: Actor) -> list[Names]:
    """The sites of which SMS wait because there were more in a day than the site may send."""
    held = (
        select(Case.site_id)
        .join(Notification, Notification.case_id == Case.id)
        .where(Notification.status == "held", Notification.error == SITE_BUDGET, overseen_by(actor))
    )
    return list(reading().scalars(select(Site.names).where(Site.id.in_(held)).order_by(Site.id)))


def held_for_sender(case_id: int) -> str | None:
    """Why an SMS to the sender of a case waits for a lead's decision, one of `LIMITS`, or None.

    Only for a case that the caller has just opened.
    """
    return reading().scalar(
        select(Notification.error)
        .where(
            Notification.case_id == case_id,
            Notification.status == "held",
            Notification.error.in_(LIMITS),
            ~_in_quarantine(),
        )
        .order_by(Notification.id.desc())
        .limit(1)
    )


def _in_quarantine() -> ColumnElement[bool]:
    return (Notification.status == "held") & (Notification.error.is_not_distinct_from(QUARANTINED))
