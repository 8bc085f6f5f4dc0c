"""Who stands on each step of a ladder, at this moment and at this desk."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.cases.models import Case
from helpbutton.directory.models import Service
from helpbutton.notifications.to_people import To
from helpbutton.staff.duty import NO_OTHER_DESK, duty_desk, on_duty, present
from helpbutton.staff.models import Account, Membership, StaffSession
from helpbutton.staff.queries import members_of


def people_on(
    session: Session, who: str, *, case: Case, service: Service, told: Collection[int]
) -> Sequence[To]:
    """The people of a step (`ladder.WHO`); `told` are the accounts that this climb has told already."""
    match who:
        case "assigned":
            return _assigned(session, case, service)
        case "duty":
            return _duty(session, service)
        case "second":
            return _second(session, service, {*told, *on_duty(session, service.id, clock.now())})
        case "desk":
            return _number(session, service)
        case "county_duty":
            return _county_duty(session, service)
    return next(_end(session, who, service), [])


def list_of(session: Session, service: Service) -> Sequence[To]:
    """Leads and administrators; without any, the duty number, else whoever works at the desk."""
    overseers = [*_members(session, _leads_of(service)), *_members(session, _administrators_of(service))]
    return [To(service.id, account_id) for account_id in dict.fromkeys(overseers)] or next(
        _end(session, "desk", service), []
    )


def _end(session: Session, who: str, service: Service) -> Iterator[Sequence[To]]:
    """The people of a last step and those who take their place, group by group; empty groups are left out."""
    leads, administrators = _leads_of(service), _administrators_of(service)
    order = {"lead": (leads, administrators), "administrators": (administrators, leads)}.get(who, ())
    for scope in order:
        if found := _members(session, scope):
            yield [To(service.id, account_id) for account_id in found]
    if number := _number(session, service):
        yield number
    if workers := _members(session, Membership.service_id == service.id):
        yield [To(service.id, account_id) for account_id in workers]


def _assigned(session: Session, case: Case, service: Service) -> Sequence[To]:
    """Whoever has the case, as long as they work at the desk or at the one that stands in for it now."""
    desks = {service.id, duty_desk(session, service, clock.now()).id}
    works_there = any(case.assigned_to in members_of(desk_id) for desk_id in desks)
    return [To(service.id, case.assigned_to)] if works_there else []


def _duty(session: Session, service: Service) -> Sequence[To]:
    shift = on_duty(session, service.id, clock.now())
    return [To(service.id, account_id) for account_id in shift] or _number(session, service)


def _number(session: Session, service: Service) -> Sequence[To]:
    known = duty_desk(session, service, clock.now()).duty_number is not None
    return [To(service.id)] if known else []


def _second(session: Session, service: Service, told: Collection[int]) -> Sequence[To]:
    """One colleague whom nobody has told yet and who is not away: the one who was last seen at work. Whoever never was
    cannot accept."""
    found = session.scalar(
        select(StaffSession.account_id)
        .join(Account, Account.id == StaffSession.account_id)
        .join(Membership, Membership.account_id == StaffSession.account_id)
        .where(
            Account.active,
            present(clock.now()),
            Membership.service_id == service.id,
            Membership.role == "worker",
            Account.id.not_in(told),
        )
        .order_by(StaffSession.seen_at.desc(), StaffSession.id.desc())
        .limit(1)
    )
    return [To(service.id, found)] if found is not None else []


def _county_duty(session: Session, service: Service) -> Sequence[To]:
    """The desk that stands in for this one at night, at any hour."""
    if service.night_duty in NO_OTHER_DESK:
        return []
    night = session.scalar(select(Service).where(Service.key == service.night_duty))
    return _duty(session, night) if night is not None else []


def _leads_of(service: Service) -> ColumnElement[bool]:
    return (Membership.service_id == service.id) & (Membership.role == "lead")


def _administrators_of(service: Service) -> ColumnElement[bool]:
    return (Membership.organisation_id == service.organisation_id) & (Membership.role == "administrator")


def _members(session: Session, scope: ColumnElement[bool]) -> Sequence[int]:
    rows = session.scalars(
        select(Membership.account_id)
        .join(Account, Account.id == Membership.account_id)
        .where(Account.active, scope)
        .distinct()
        .order_by(Membership.account_id)
    )
    return rows.all()
