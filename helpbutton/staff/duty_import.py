"""Shifts from another roster's calendar file: first what each line would become, then the good ones are added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton.db import transaction
from helpbutton.directory.models import Service
from helpbutton.errors import FieldError, Invalid, NotFound
from helpbutton.staff.actor import Actor
from helpbutton.staff.duty_calendar import Entry
from helpbutton.staff.models import Account, Membership
from helpbutton.staff.roster import Planned, kept_desk, put, record, roster_desk


@dataclass(frozen=True)
class Line:
    """An event of the file as one member has it (None: nobody known), how it would be planned, and why it is not."""

    title: str
    member: str | None
    planned: Planned
    errors: Sequence[FieldError]


def lines_of(*, actor: Actor, service_id: int, entries: Sequence[Entry]) -> list[Line]:
    """What a file would do to the roster of a desk, decided by trying it and taking it back. Raises NotFound."""
    if not roster_desk(actor, service_id).keeps:
        raise NotFound("desk")
    with transaction() as session:
        service = kept_desk(session, actor, service_id)
        by_address, by_name = _members(session, service_id)
        trial = session.begin_nested()
        lines = [line for entry in entries for line in _tried(session, service, entry, by_address, by_name)]
        trial.rollback()
    return lines


def add_shifts(*, actor: Actor, service_id: int, planned: Sequence[Planned]) -> int:
    """Add the shifts that were looked at; returns how many are new. What is no longer possible is left out.

    Raises NotFound.
    """
    added = 0
    with transaction() as session:
        service = kept_desk(session, actor, service_id)
        for one in planned:
            added += not _errors(session, service, one)
        record(session, actor, service, "load_shifts")
    return added


def _tried(
    session: Session,
    service: Service,
    entry: Entry,
    by_address: Mapping[str, int],
    by_name: Mapping[str, int],
) -> list[Line]:
    """One line for each member whom the event names, or one that says that there is none."""
    found = [by_address[address] for address in entry.addresses if address in by_address]
    found += [by_name[name.casefold()] for name in entry.names if name.casefold() in by_name]
    lines = []
    for account_id in dict.fromkeys(found) or [None]:
        member = session.get_one(Account, account_id).name if account_id is not None else None
        planned = Planned(account_id, entry.starts_at, entry.ends_at)
        refused = _not_one_shift(entry, member)
        errors = [refused] if refused else _errors(session, service, planned)
        lines.append(Line(entry.title, member, planned, errors))
    return lines


def _not_one_shift(entry: Entry, member: str | None) -> FieldError | None:
    """Why the event is not one shift of one member, whatever the roster holds."""
    if entry.cancelled:
        return FieldError("event", "cancelled")
    if member is None:
        return FieldError("event", "unknown_member")
    return FieldError("event", "repeats") if entry.repeats else None


def _errors(session: Session, service: Service, planned: Planned) -> Sequence[FieldError]:
    """Add the shift in the caller's transaction, or say why it is not added."""
    try:
        new = put(session, service, planned)
    except Invalid as refusal:
        return refusal.errors
    return () if new else (FieldError("event", "already_there"),)


def _members(session: Session, service_id: int) -> tuple[dict[str, int], dict[str, int]]:
    """Account ids of the active members of a desk by address and by name; names that two of them have are left out."""
    rows = session.execute(
        select(Account.id, Account.email, Account.name)
        .join(Membership, Membership.account_id == Account.id)
        .where(Account.active, Membership.service_id == service_id)
        .distinct()
    ).all()
    named = [name.casefold() for _, _, name in rows]
    by_name = {name.casefold(): id for id, _, name in rows if named.count(name.casefold()) == 1}
    return {email: id for id, email, _ in rows}, by_name
