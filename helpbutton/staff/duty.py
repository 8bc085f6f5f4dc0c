"""Who is on duty at a desk: its shifts, and the desk that stands in for it while it is closed."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.cases.promise import is_open
from helpbutton.db import reading
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Names, desk_hours
from helpbutton.staff.duty_models import Absence
from helpbutton.staff.models import Account, Membership, Shift

NO_OTHER_DESK = (None, "own", "none")


@dataclass(frozen=True)
class OnDuty:
    """Who is on duty for a desk now: `people` maps account ids to names, those of `stands_in` while it is closed."""

    service_id: int
    names: Names
    stands_in: Names | None
    people: Mapping[int, str]


def on_duty_now(service_ids: Collection[int]) -> list[OnDuty]:
    """The same as `on_duty` for several desks at this moment, in three queries however many there are."""
    session, now = reading(), clock.now()
    desks = session.scalars(select(Service).where(Service.id.in_(service_ids)).order_by(Service.id)).all()
    keys = {desk.night_duty for desk in desks if not is_open(desk_hours(desk), now)}
    others = session.scalars(select(Service).where(Service.key.in_(keys.difference(NO_OTHER_DESK))))
    by_key = {other.key: other for other in others}
    shifts = _shifts_at(session, {*service_ids, *(other.id for other in by_key.values())}, now)
    found = []
    for desk in desks:
        stands_in = desk.id not in shifts and not is_open(desk_hours(desk), now)
        other = by_key.get(desk.night_duty or "") if stands_in else None
        people = shifts.get((other or desk).id, {})
        found.append(OnDuty(desk.id, desk.names, other.names if other else None, people))
    return found


def on_duty(session: Session, service_id: int, at: dt.datetime) -> list[int]:
    """Accounts on duty for a desk at an aware moment, the one who began first at the front; often nobody.

    Only active members of the desk who are not away count. While the desk is closed and nobody has a shift there,
    those of the desk that stands in for it are on duty.
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


def present(at: dt.datetime) -> ColumnElement[bool]:
    """Whether an account is not away at the aware moment."""
    day = clock.local(at).date()
    away = select(Absence.id).where(
        Absence.account_id == Account.id, Absence.starts_on <= day, Absence.ends_on >= day
    )
    return ~away.exists()


def still_works_here() -> ColumnElement[bool]:
    """Whether the account of a shift is active and a member of the shift's desk."""
    member = select(Membership.id).where(
        Membership.account_id == Shift.account_id, Membership.service_id == Shift.service_id
    )
    return Account.active & member.exists()


def stood_in_for(service_ids: Collection[int], at: dt.datetime) -> frozenset[int]:
    """Ids of the desks that are closed at an aware moment and leave their urgent cases to one of these desks."""
    if not service_ids:
        return frozenset()
    keys = select(Service.key).where(Service.id.in_(service_ids))
    wards = reading().scalars(
        select(Service).where(Service.night_duty.in_(keys), Service.id.not_in(service_ids))
    )
    return frozenset(desk.id for desk in wards if not is_open(desk_hours(desk), at))


def _on_shift(session: Session, service_id: int, at: dt.datetime) -> list[int]:
    return list(_shifts_at(session, {service_id}, at).get(service_id, {}))


def _shifts_at(session: Session, service_ids: Collection[int], at: dt.datetime) -> dict[int, dict[int, str]]:
    """Names by account id by desk, the one who began first at the front."""
    rows = session.execute(
        select(Shift.service_id, Account.id, Account.name)
        .join(Account, Account.id == Shift.account_id)
        .where(
            Shift.service_id.in_(service_ids),
            Shift.starts_at <= at,
            Shift.ends_at > at,
            still_works_here(),
            present(at),
        )
        .order_by(Shift.starts_at, Shift.id)
    )
    found: dict[int, dict[int, str]] = {}
    for service_id, account_id, name in rows:
        found.setdefault(service_id, {}).setdefault(account_id, name)
    return found
