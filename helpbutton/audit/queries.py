"""Reading the audit record: for the person whom a case is about, and page by page for an auditor."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from helpbutton.audit.models import AuditEntry
from helpbutton.clock import HELSINKI
from helpbutton.db import reading

LOOKS = ("view", "print", "export", "search")
"""Actions that show a case to a staff member; whatever else they do begins with one of these."""

FAMILY = "sender"
"""The actor of what a family does with its receipt code."""


@dataclass(frozen=True)
class Look:
    """One look at a case (aware UTC). `service_id` is None on lines older than the recording of desks."""

    at: dt.datetime
    organisation_id: int
    service_id: int | None
    role: str


def looks(subject: str) -> list[Look]:
    """Every look at the subject (a case's pseudonym), newest first; the family's own are not among them."""
    rows = reading().execute(
        select(AuditEntry.at, AuditEntry.organisation_id, AuditEntry.service_id, AuditEntry.ground)
        .where(AuditEntry.subject == subject, AuditEntry.action.in_(LOOKS), AuditEntry.actor != FAMILY)
        .order_by(AuditEntry.id.desc())
    )
    return [Look(*row) for row in rows]


def family_looked_since(session: Session, subject: str, moment: dt.datetime) -> bool:
    """Whether the family has had its case (a pseudonym) open since then (aware); one line is enough to know."""
    own = (AuditEntry.subject == subject, AuditEntry.actor == FAMILY, AuditEntry.at >= moment)
    return session.scalar(select(AuditEntry.id).where(*own).limit(1)) is not None


@dataclass(frozen=True)
class Wanted:
    """What an auditor wants to see; empty fields want everything.

    `first` and `last` are days in Helsinki, both included; `actor` and `subject` are pseudonyms; `before` is the id
    of the last line of the page before.
    """

    first: dt.date | None = None
    last: dt.date | None = None
    actor: str | None = None
    subject: str | None = None
    before: int | None = None


@dataclass(frozen=True)
class AuditLine:
    """One line of the record (aware UTC); `actor` and `subject` as in `operations.record`."""

    id: int
    at: dt.datetime
    actor: str
    action: str
    subject: str
    ground: str
    service_id: int | None
    sealed: bool


def lines(session: Session, *, organisation_id: int, wanted: Wanted, at_most: int) -> list[AuditLine]:
    """The lines of an organisation that are wanted, newest first, from the page before on."""
    chosen = select(AuditEntry).where(AuditEntry.organisation_id == organisation_id)
    if wanted.first is not None:
        chosen = chosen.where(AuditEntry.at >= _midnight(wanted.first))
    if wanted.last is not None and wanted.last < dt.date.max:
        chosen = chosen.where(AuditEntry.at < _midnight(wanted.last + dt.timedelta(days=1)))
    if wanted.actor is not None:
        chosen = chosen.where(AuditEntry.actor == wanted.actor)
    if wanted.subject is not None:
        chosen = chosen.where(AuditEntry.subject == wanted.subject)
    if wanted.before is not None:
        last = session.execute(
            select(AuditEntry.at, AuditEntry.id).where(AuditEntry.id == wanted.before)
        ).first()
        if last is not None:
            chosen = chosen.where(tuple_(AuditEntry.at, AuditEntry.id) < tuple_(*last))
    rows = session.scalars(chosen.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(at_most))
    return [
        AuditLine(
            row.id,
            row.at,
            row.actor,
            row.action,
            row.subject,
            row.ground,
            row.service_id,
            row.mac is not None,
        )
        for row in rows
    ]


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=HELSINKI)
