"""Reading the audit record for the person whom a case is about: which desks and roles looked, never who."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from helpbutton.audit.models import AuditEntry
from helpbutton.db import reading

LOOKS = ("view", "print", "export", "search")
"""Actions that show a case to a staff member; whatever else they do begins with one of these."""


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
        .where(AuditEntry.subject == subject, AuditEntry.action.in_(LOOKS), AuditEntry.actor != "sender")
        .order_by(AuditEntry.id.desc())
    )
    return [Look(*row) for row in rows]
