"""The roster of a desk: who reads it, who keeps it, and the shifts that its leads add, change and remove."""

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Names
from helpbutton.errors import Conflict, FieldError, Invalid, NotFound
from helpbutton.staff.actor import Actor
from helpbutton.staff.duty import NO_OTHER_DESK, still_works_here
from helpbutton.staff.duty_models import Absence
from helpbutton.staff.models import Account, Membership, Shift

LONGEST = dt.timedelta(hours=96)
"""A shift from a Thursday evening until a Monday evening still fits."""
AHEAD = dt.timedelta(days=366)


class ShiftRemoved(Conflict):
    """The desk has no such shift; whoever saw it there has an older page."""


@dataclass(frozen=True)
class RosterDesk:
    """A desk whose roster the reader may see; `keeps`: may change. `stands_in` are the names of the desk that is on
    duty while this one is closed, `stands_in_for` those of the desks for which this one is."""

    id: int
    names: Names
    keeps: bool
    stands_in: Names | None
    stands_in_for: Sequence[Names]


@dataclass(frozen=True)
class Planned:
    """A shift as it was typed: moments aware, what is missing None."""

    account_id: int | None
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None


@dataclass(frozen=True)
class ShiftRow:
    """A shift in the roster. `away`: absent on one of its days; `elsewhere`: on duty at another desk meanwhile; `gone`:
    not over yet, and the person works at this desk no longer."""

    id: int
    version: int
    account_id: int
    name: str
    instead_of: str | None
    starts_at: dt.datetime
    ends_at: dt.datetime
    away: bool
    elsewhere: bool
    gone: bool


def roster_desks(actor: Actor) -> list[RosterDesk]:
    """The desks where this person works, leads, or administers the organisation."""
    administered = actor.organisations_as("administrator")
    services = reading().scalars(
        select(Service)
        .where(or_(Service.id.in_(actor.services), Service.organisation_id.in_(administered)))
        .order_by(Service.id)
    )
    return [_desk(actor, service) for service in services]


def roster_desk(actor: Actor, service_id: int) -> RosterDesk:
    """One of them. Raises NotFound."""
    service = reading().get(Service, service_id)
    if service is None or not (service_id in actor.services or keeps(actor, service)):
        raise NotFound("desk")
    return _desk(actor, service)


def keeps(actor: Actor, service: Service) -> bool:
    """Whether this person keeps the roster of a desk: its leads and the administrators do."""
    led = actor.services.get(service.id) == "lead"
    return led or service.organisation_id in actor.organisations_as("administrator")


def shifts_of(*, actor: Actor, service_id: int, first: dt.datetime, last: dt.datetime) -> list[ShiftRow]:
    """The shifts of a desk that touch the time between two aware moments, in order. Raises NotFound."""
    roster_desk(actor, service_id)
    return shift_rows(service_id, first, last)


def shift_rows(service_id: int, first: dt.datetime, last: dt.datetime) -> list[ShiftRow]:
    """The same for readers who need no role at the desk."""
    substituted, other = aliased(Account), aliased(Shift)
    meanwhile = select(other.id).where(
        other.account_id == Shift.account_id,
        other.service_id != Shift.service_id,
        other.starts_at < Shift.ends_at,
        other.ends_at > Shift.starts_at,
    )
    found = (
        select(Shift, Account.name, substituted.name, meanwhile.exists(), still_works_here())
        .join(Account, Account.id == Shift.account_id)
        .outerjoin(substituted, substituted.id == Shift.instead_of)
        .where(Shift.service_id == service_id, Shift.starts_at < last, Shift.ends_at > first)
        .order_by(Shift.starts_at, Shift.id)
    )
    rows = reading().execute(found).all()
    absences = _absences(reading(), {row[0].account_id for row in rows}, clock.local(first).date())
    return [
        ShiftRow(
            id=shift.id,
            version=shift.version,
            account_id=shift.account_id,
            name=name,
            instead_of=before,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            away=_is_away(absences, shift.account_id, shift.starts_at, shift.ends_at),
            elsewhere=elsewhere,
            gone=not works_here and shift.ends_at > clock.now(),
        )
        for shift, name, before, elsewhere, works_here in rows
    ]


def add_shift(*, actor: Actor, service_id: int, planned: Planned) -> None:
    """One shift more; the very same again changes nothing. Raises NotFound, or Invalid with every wrong field."""
    with transaction() as session:
        service = kept_desk(session, actor, service_id)
        if put(session, service, planned):
            record(session, actor, service, "add_shift")


def change_shift(*, actor: Actor, service_id: int, shift_id: int, version: int, planned: Planned) -> None:
    """Another time, or a substitute. Raises NotFound, ShiftRemoved, Conflict (changed since `version`), or Invalid."""
    with transaction() as session:
        shift, service = _current(session, actor, service_id, shift_id, version)
        account_id, starts_at, ends_at = _checked(session, service, planned, besides=shift.id)
        if account_id != shift.account_id:
            before = shift.instead_of or shift.account_id
            shift.instead_of = before if before != account_id else None
        shift.account_id, shift.starts_at, shift.ends_at = account_id, starts_at, ends_at
        shift.version += 1
        record(session, actor, service, "change_shift")


def remove_shift(*, actor: Actor, service_id: int, shift_id: int, version: int) -> None:
    """One shift fewer; twice is harmless. Raises NotFound, Conflict."""
    with suppress(ShiftRemoved), transaction() as session:
        shift, service = _current(session, actor, service_id, shift_id, version)
        session.delete(shift)
        record(session, actor, service, "remove_shift")


def kept_desk(session: Session, actor: Actor, service_id: int) -> Service:
    """The desk, locked so that one change of its roster waits for the other. Raises NotFound."""
    service = session.get(Service, service_id, with_for_update=True, populate_existing=True)
    if service is None or not keeps(actor, service):
        raise NotFound("desk")
    return service


def put(session: Session, service: Service, planned: Planned) -> bool:
    """Add a shift in the caller's transaction; False when it is there already. Raises Invalid."""
    same = select(Shift.id).where(
        Shift.service_id == service.id,
        Shift.account_id == planned.account_id,
        Shift.starts_at == planned.starts_at,
        Shift.ends_at == planned.ends_at,
    )
    if session.scalar(same) is not None:
        return False
    account_id, starts_at, ends_at = _checked(session, service, planned)
    session.add(Shift(service_id=service.id, account_id=account_id, starts_at=starts_at, ends_at=ends_at))
    session.flush()
    return True


def record(session: Session, actor: Actor, service: Service, action: str) -> None:
    """One audit line about the roster of a desk."""
    audit.record(
        session,
        organisation_id=service.organisation_id,
        actor=actor.pseudonym,
        action=action,
        subject=f"roster/{service.key}",
        service_id=service.id,
    )


def _desk(actor: Actor, service: Service) -> RosterDesk:
    other = None
    if service.night_duty not in NO_OTHER_DESK:
        other = reading().scalar(select(Service.names).where(Service.key == service.night_duty))
    helped = reading().scalars(
        select(Service.names).where(Service.night_duty == service.key).order_by(Service.id)
    )
    return RosterDesk(service.id, service.names, keeps(actor, service), other, helped.all())


def _current(
    session: Session, actor: Actor, service_id: int, shift_id: int, version: int
) -> tuple[Shift, Service]:
    service = kept_desk(session, actor, service_id)
    shift = session.get(Shift, shift_id, populate_existing=True)
    if shift is None or shift.service_id != service_id:
        raise ShiftRemoved("the shift was removed since the page was opened")
    if shift.version != version:
        raise Conflict("the shift changed since the page was opened")
    return shift, service


def _checked(
    session: Session, service: Service, planned: Planned, *, besides: int = 0
) -> tuple[int, dt.datetime, dt.datetime]:
    account_id, starts_at, ends_at = planned.account_id, planned.starts_at, planned.ends_at
    errors = [
        FieldError(field, "required")
        for field, value in (("account", account_id), ("starts_at", starts_at), ("ends_at", ends_at))
        if value is None
    ]
    if account_id is None or starts_at is None or ends_at is None:
        raise Invalid(*errors)
    now = clock.now()
    if ends_at <= starts_at:
        errors.append(FieldError("ends_at", "shift_order"))
    elif ends_at - starts_at > LONGEST:
        errors.append(FieldError("ends_at", "shift_long", {"hours": LONGEST // dt.timedelta(hours=1)}))
    elif not (now < ends_at and starts_at < now + AHEAD):
        errors.append(FieldError("ends_at", "not_ahead"))
    if not _works_at(session, account_id, service.id):
        errors.append(FieldError("account", "unknown_value"))
    elif not errors:
        errors += _clashes(session, service, account_id, starts_at, ends_at, besides)
    if errors:
        raise Invalid(*errors)
    return account_id, starts_at, ends_at


def _clashes(
    session: Session,
    service: Service,
    account_id: int,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    besides: int,
) -> list[FieldError]:
    overlapping = session.scalar(
        select(Shift.id).where(
            Shift.service_id == service.id,
            Shift.account_id == account_id,
            Shift.starts_at < ends_at,
            Shift.ends_at > starts_at,
            Shift.id != besides,
        )
    )
    absences = _absences(session, {account_id}, clock.local(starts_at).date())
    found = [FieldError("starts_at", "overlap")] if overlapping is not None else []
    if _is_away(absences, account_id, starts_at, ends_at):
        found.append(FieldError("account", "away"))
    return found


def _works_at(session: Session, account_id: int, service_id: int) -> bool:
    member = (
        select(Membership.id)
        .join(Account, Account.id == Membership.account_id)
        .where(Account.active, Account.id == account_id, Membership.service_id == service_id)
    )
    return session.scalar(member.limit(1)) is not None


def _absences(session: Session, account_ids: set[int], since: dt.date) -> Sequence[Absence]:
    return session.scalars(
        select(Absence).where(Absence.account_id.in_(account_ids), Absence.ends_on >= since)
    ).all()


def _is_away(
    absences: Sequence[Absence], account_id: int, starts_at: dt.datetime, ends_at: dt.datetime
) -> bool:
    """Whether the person is away on a day of the shift; one that ends at midnight has no part of the next day."""
    first, last = clock.local(starts_at), clock.local(ends_at - dt.timedelta(microseconds=1))
    return any(
        absence.account_id == account_id
        and absence.starts_on <= last.date()
        and absence.ends_on >= first.date()
        for absence in absences
    )
