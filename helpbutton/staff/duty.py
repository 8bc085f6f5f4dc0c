"""Who is on duty at a desk: its shifts, and the desk that stands in for it while it is closed."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton.cases.promise import is_open
from helpbutton.directory.models import Service
from helpbutton.directory.queries import desk_hours
from helpbutton.staff.models import Account, Membership, Shift

NO_OTHER_DESK = (None, "own", "none")


def on_duty(session: Session, service_id: int, at: dt.datetime) -> list[int]:
    """Accounts on duty for a desk at an aware moment, the one who began first at the front; often nobody.

    Only active members of the desk count. While the desk is closed and nobody has a shift there, those of the desk
    that stands in for it are on duty.
    """
    own = _on_shift(session, service_id, at)
    if own:
        return own
    service = session.get_one(Service, service_id)
    desk = duty_desk(session, service, at)
    return [] if desk.id == service_id else _on_shift(session, desk.id, at)


def duty_desk(session: Session, service: Service, at: dt.datetime) -> Service:
    """The desk itself, or while it is closed the one that takes its urgent cases."""
    if service.night_duty in NO_OTHER_DESK or is_open(desk_hours(service), at):
        return service
    return session.scalar(select(Service).where(Service.key == service.night_duty)) or service


def _on_shift(session: Session, service_id: int, at: dt.datetime) -> list[int]:
    rows = session.scalars(
        select(Shift.account_id)
        .join(Account, Account.id == Shift.account_id)
        .where(
            Shift.service_id == service_id,
            Shift.starts_at <= at,
            Shift.ends_at > at,
            Account.active,
            select(Membership.id)
            .where(Membership.account_id == Shift.account_id, Membership.service_id == service_id)
            .exists(),
        )
        .order_by(Shift.starts_at, Shift.id)
    )
    return list(dict.fromkeys(rows))
