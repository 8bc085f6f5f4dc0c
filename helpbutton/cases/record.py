"""The audit record as an auditor reads it: whose organisation it is, who did what, and who looked at one case.

Every reading is itself on record, in the same transaction.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton.audit import operations as audit
from helpbutton.audit import queries
from helpbutton.audit.models import AuditEntry
from helpbutton.audit.operations import Verdict
from helpbutton.audit.queries import AuditLine, Wanted
from helpbutton.cases.models import Case
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Organisation, Service
from helpbutton.directory.queries import Names
from helpbutton.errors import NotFound
from helpbutton.staff.actor import Actor
from helpbutton.staff.models import Account, Membership
from helpbutton.vault import sealing

PAGE = 50
REPORT_LINES = 2000
READS = "auditor"
FAMILY = "sender"
LOOKS = ("read_record", "log_report")
"""What auditors do themselves: it does not make a case one of theirs."""


@dataclass(frozen=True)
class Question:
    """What the auditor asks for: days in Helsinki, both included; an account's id; a case number."""

    first: dt.date | None = None
    last: dt.date | None = None
    person: int | None = None
    number: str = ""
    before: int | None = None


@dataclass(frozen=True)
class RecordLine:
    """One line; `person` and `name` where a staff member did it. `case_number` only where the auditor asked for it."""

    line: AuditLine
    person: int | None
    name: str | None
    desk: Names | None
    case_number: str | None


@dataclass(frozen=True)
class RecordPage:
    """`next_before` is where the next page begins; None on the last one."""

    lines: tuple[RecordLine, ...]
    next_before: int | None


def audited(actor: Actor) -> dict[int, Names]:
    """The organisations whose record this person reads, by id."""
    rows = reading().execute(
        select(Organisation.id, Organisation.names)
        .where(Organisation.id.in_(actor.organisations_as(READS)))
        .order_by(Organisation.key)
    )
    return {row[0]: row[1] for row in rows}


def people_of(organisation_id: int) -> dict[int, str]:
    """Names of those who have a role in an organisation or at its desks, by account id."""
    own = select(Service.id).where(Service.organisation_id == organisation_id)
    rows = reading().execute(
        select(Account.id, Account.name)
        .join(Membership, Membership.account_id == Account.id)
        .where((Membership.organisation_id == organisation_id) | Membership.service_id.in_(own))
        .distinct()
        .order_by(Account.name, Account.id)
    )
    return {row[0]: row[1] for row in rows}


def read_record(*, actor: Actor, organisation_id: int, question: Question) -> RecordPage:
    """One page of an organisation's record, newest first. Raises NotFound for one that is not the actor's to read."""
    with transaction() as session:
        asked = _subject(session, organisation_id, question.number)
        _record(session, actor, organisation_id, "read_record", asked if question.number else "record")
        if question.number and asked is None:
            return RecordPage((), None)
        wanted = Wanted(
            first=question.first,
            last=question.last,
            actor=sealing.pseudonym("staff", question.person) if question.person is not None else None,
            subject=asked,
            before=question.before,
        )
        found = queries.lines(session, organisation_id=organisation_id, wanted=wanted, at_most=PAGE + 1)
        shown = _named(session, found[:PAGE], question.number if asked else None)
        return RecordPage(shown, found[PAGE - 1].id if len(found) > PAGE else None)


def log_report(*, actor: Actor, organisation_id: int, number: str) -> tuple[RecordLine, ...]:
    """Who has looked at or changed a case, oldest first, for the family that asks for it; not what it did itself.

    Empty, the same for an unknown number and a case of which the organisation had no line. Raises NotFound for an
    organisation that is not the actor's to read.
    """
    with transaction() as session:
        subject = _subject(session, organisation_id, number)
        _record(session, actor, organisation_id, "log_report", subject)
        found = queries.lines(
            session,
            organisation_id=organisation_id,
            wanted=Wanted(subject=subject or ""),
            at_most=REPORT_LINES,
        )
        told = [line for line in reversed(found) if line.actor != FAMILY]
        known = subject is not None and any(line.action not in LOOKS for line in told)
        return _named(session, told, number) if known else ()


def verify_record(*, actor: Actor, organisation_id: int) -> Verdict:
    """Whether every line is as it was sealed. Raises NotFound."""
    with transaction() as session:
        _record(session, actor, organisation_id, "verify_record", "record")
    return audit.verify(organisation_id)


def _record(session: Session, actor: Actor, organisation_id: int, action: str, subject: str | None) -> None:
    if organisation_id not in actor.organisations_as(READS):
        raise NotFound("record")
    audit.record(
        session,
        organisation_id=organisation_id,
        actor=actor.pseudonym,
        action=action,
        subject=subject or "record",
        ground=READS,
    )


def _subject(session: Session, organisation_id: int, number: str) -> str | None:
    """How an organisation's record names the case with this number; None for an unknown one and for one of others."""
    case_id = session.scalar(select(Case.id).where(Case.number == number)) if number.isprintable() else None
    if case_id is None:
        return None
    subject = sealing.pseudonym("case", case_id)
    own = (AuditEntry.organisation_id == organisation_id, AuditEntry.subject == subject)
    handled = select(AuditEntry.id).where(*own, AuditEntry.action.not_in(LOOKS)).limit(1)
    return subject if session.scalar(handled) is not None else None


def _named(session: Session, found: list[AuditLine], number: str | None) -> tuple[RecordLine, ...]:
    accounts = session.execute(select(Account.id, Account.name)).all()
    people: Mapping[str, tuple[int | None, str | None]] = {
        sealing.pseudonym("staff", account_id): (account_id, name) for account_id, name in accounts
    }
    desks: dict[int, Names] = dict(
        session.execute(
            select(Service.id, Service.names).where(Service.id.in_({line.service_id for line in found}))
        ).all()
    )
    nobody = (None, None)
    return tuple(
        RecordLine(line, *people.get(line.actor, nobody), desks.get(line.service_id or 0), number)
        for line in found
    )
