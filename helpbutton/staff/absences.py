"""Days on which somebody is away: said by themselves or by whoever keeps the roster of one of their desks."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Service
from helpbutton.errors import FieldError, Invalid, NotFound
from helpbutton.staff.actor import Actor
from helpbutton.staff.duty_models import Absence
from helpbutton.staff.models import Account, Membership
from helpbutton.staff.roster import keeps, roster_desk

LONGEST = dt.timedelta(days=366)


@dataclass(frozen=True)
class AbsenceRow:
    """Both days included; `removable` by the reader."""

    id: int
    name: str
    starts_on: dt.date
    ends_on: dt.date
    removable: bool


def absences_of(*, actor: Actor, service_id: int) -> list[AbsenceRow]:
    """Who of a desk is away today or later, the earliest first. Raises NotFound."""
    desk = roster_desk(actor, service_id)
    members = select(Membership.account_id).where(Membership.service_id == service_id)
    rows = reading().execute(
        select(Absence, Account.name)
        .join(Account, Account.id == Absence.account_id)
        .where(Account.active, Account.id.in_(members), Absence.ends_on >= clock.today())
        .order_by(Absence.starts_on, Absence.id)
    )
    return [
        AbsenceRow(row.id, name, row.starts_on, row.ends_on, desk.keeps or row.account_id == actor.account_id)
        for row, name in rows
    ]


def add_absence(
    *, actor: Actor, account_id: int | None, starts_on: dt.date | None, ends_on: dt.date | None
) -> None:
    """Somebody is away; the same days again change nothing. Raises NotFound, Invalid."""
    if starts_on is None or ends_on is None or account_id is None:
        given = (("away_account", account_id), ("starts_on", starts_on), ("ends_on", ends_on))
        raise Invalid(*(FieldError(field, "required") for field, value in given if value is None))
    if ends_on < starts_on:
        raise Invalid(FieldError("ends_on", "ends_before"))
    if ends_on < clock.today() or ends_on - starts_on > LONGEST or starts_on > clock.today() + LONGEST:
        raise Invalid(FieldError("ends_on", "not_ahead"))
    with transaction() as session:
        organisation_id = _organisation(session, actor, account_id)
        same = (Absence.starts_on == starts_on, Absence.ends_on == ends_on)
        if session.scalar(select(Absence.id).where(Absence.account_id == account_id, *same)) is not None:
            return
        session.add(
            Absence(
                account_id=account_id,
                starts_on=starts_on,
                ends_on=ends_on,
                created_at=clock.now(),
                created_by=actor.account_id,
            )
        )
        _record(session, actor, organisation_id, "add_absence")


def remove_absence(*, actor: Actor, absence_id: int) -> None:
    """They are not away after all. Raises NotFound."""
    with transaction() as session:
        absence = session.get(Absence, absence_id, with_for_update=True)
        if absence is None:
            raise NotFound("absence")
        organisation_id = _organisation(session, actor, absence.account_id)
        session.delete(absence)
        _record(session, actor, organisation_id, "remove_absence")


def _organisation(session: Session, actor: Actor, account_id: int) -> int:
    """The organisation of a desk of this person that the actor keeps, or of the actor's own. Raises NotFound."""
    desks = session.scalars(
        select(Service)
        .join(Membership, Membership.service_id == Service.id)
        .where(Membership.account_id == account_id)
        .order_by(Service.id)
    )
    for desk in desks:
        if account_id == actor.account_id or keeps(actor, desk):
            return desk.organisation_id
    raise NotFound("member")


def _record(session: Session, actor: Actor, organisation_id: int, action: str) -> None:
    audit.record(
        session,
        organisation_id=organisation_id,
        actor=actor.pseudonym,
        action=action,
        subject="roster",
    )
