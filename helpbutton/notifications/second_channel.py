"""When the first channel has not taken an urgent alert in time, the people of the desk get it by e-mail."""

import datetime as dt

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.db import transaction
from helpbutton.notifications import channels, rows
from helpbutton.notifications.lifecycle import DUTY_ALERT
from helpbutton.notifications.models import Notification
from helpbutton.staff.duty import on_duty
from helpbutton.staff.models import Account, Membership

TAKEN = ("sent", "delivered", "dropped")

log = structlog.get_logger()


def reach_by_second_channel(notification_id: int) -> dt.datetime | None:
    """To-do: e-mail to whom the alert was for; where it was for a number, to those on duty, else to the desk."""
    with transaction() as session:
        alert = rows.locked(session, notification_id)
        if alert is None or alert.status in TAKEN:
            return None
        if channels.variant_of("email") is None:
            log.error("no_second_channel", notification=notification_id)
            return None
        people = _people(session, alert)
        if not people:
            log.error("nobody_to_alert", notification=notification_id, service=alert.service_id)
        for account_id, language in people:
            key = f"second/{alert.id}/{account_id}"
            if not rows.is_planned(session, key):
                rows.add(
                    session,
                    DUTY_ALERT,
                    key,
                    case_id=alert.case_id,
                    service_id=alert.service_id,
                    language=language,
                    not_before=clock.now(),
                    channel="email",
                    account_id=account_id,
                )
    return None


def _people(session: Session, alert: Notification) -> list[tuple[int, str]]:
    """Accounts with their languages."""
    wanted = select(Account.id, Account.language).where(Account.active).order_by(Account.id)
    own = [alert.account_id] if alert.account_id is not None else []
    ids = own or on_duty(session, alert.service_id, clock.now())
    if not ids:
        members = select(Membership.account_id).where(Membership.service_id == alert.service_id)
        ids = list(session.scalars(members))
    return [(row[0], row[1]) for row in session.execute(wanted.where(Account.id.in_(ids)))]
