"""Shifts from another roster's calendar file: first what each line would become, then the good ones are added."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton.db import reading, transaction
from helpbutton.directory.models import Service
from helpbutton.errors import FieldError, Invalid, NotFound
from helpbutton.staff.actor import Actor
from helpbutton.staff.duty_calendar import Entry
from helpbutton.staff.models import Account, Membership
from helpbutton.staff.roster import Planned, kept_desk, put, record, roster_desk


@dataclass(frozen=True)
class Line:
    """An event of the file: the member it belongs to (None: unknown), as it would be planned, and why it is not."""

    title: str
    member: str | None
    planned: Planned
    errors: Sequence[FieldError]


def lines_of(*, actor: Actor, service_id: int, entries: Sequence[Entry]) -> list[Line]:
    """What a file would do to the roster of a desk, decided by trying it and taking it back. Raises NotFound."""
    if not roster_desk(actor, service_id).keeps:
        raise NotFound("desk")
    lines: list[Line] = []
    try:
        with transaction() as session:
            service = kept_desk(session, actor, service_id)
            by_address, by_name = _members(session, service_id)
            lines += [_tried(session, service, entry, by_address, by_name) for entry in entries]
            raise _TakenBack
    except _TakenBack:
        return lines


def add_shifts(*, actor: Actor, service_id: int, planned: Sequence[Planned]) -> int:
    """Add the shifts that were looked at; returns how many are new. What is no longer possible is left out.

    Raises NotFound.
    """
    added = 0
    with transaction() as session:
        service = kept_desk(session, actor, service_id)
        for one in planned:
            added += not isinstance(_put(session, service, one), Invalid | None)
        record(session, actor, service, "load_shifts")
    return added


class _TakenBack(Exception):
    """Ends a trial: nothing of it stays."""


def _tried(
    session: Session,
    service: Service,
    entry: Entry,
    by_address: Mapping[str, int],
    by_name: Mapping[str, int],
) -> Line:
    found = [by_address[address] for address in entry.addresses if address in by_address]
    found += [by_name[name.casefold()] for name in entry.names if name.casefold() in by_name]
    account_id = next(iter(found), None)
    planned = Planned(account_id, entry.starts_at, entry.ends_at)
    member = session.get_one(Account, account_id).name if account_id is not None else None
    if entry.repeats:
        return Line(entry.title, member, planned, (FieldError("event", "repeats"),))
    return Line(entry.title, member, planned, _errors(session, service, planned))
