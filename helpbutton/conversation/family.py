"""What the receipt code opens: the family's own page about its case."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit.queries import Look, looks
from helpbutton.cases import receipts, tasks
from helpbutton.cases.access import case_of_family
from helpbutton.cases.after_closing import Answers, said
from helpbutton.cases.clock_queries import ClockView, clocks_of
from helpbutton.cases.contact import contact_of
from helpbutton.cases.handovers import Whereabouts, whereabouts
from helpbutton.cases.intake import receipt_digest
from helpbutton.cases.models import Case
from helpbutton.cases.submission import ContactInput
from helpbutton.cases.tasks import TaskView
from helpbutton.cases.unread import case_unread_until
from helpbutton.conversation.operations import mark_read
from helpbutton.conversation.queries import Entry, messages
from helpbutton.db import reading, transaction
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Organisation
from helpbutton.directory.queries import Desk, Names
from helpbutton.errors import NotFound
from helpbutton.vault import sealing

NO_CODE = "0000-0000-0000-0000-0000"
"""Looked up in place of what cannot be a code, so that every answer takes the same work."""


@dataclass(frozen=True)
class Readers:
    """A desk and a role (`worker`, `lead`) that read the case on one day (Helsinki), at these moments (aware UTC).

    `desk_names` is None where only the organisation is on record.
    """

    day: dt.date
    desk_names: Names | None
    organisation_names: Names
    role: str
    moments: tuple[dt.datetime, ...]


@dataclass(frozen=True)
class FamilyPage:
    """Everything that the family sees of its case; opened texts, so keep it out of logs."""

    case_id: int
    number: str
    state: str
    language: str
    received_at: dt.datetime
    respond_by: dt.datetime
    answered: bool
    taken: bool
    withdrawn_at: dt.datetime | None
    closed_at: dt.datetime | None
    desk: Desk
    text: str
    danger_flags: tuple[str, ...]
    unread_until: dt.datetime | None
    """It is urgent, nobody reads it now, and the desk opens then (Helsinki)."""
    contact: ContactInput
    entries: tuple[Entry, ...]
    tasks: tuple[TaskView, ...]
    clocks: tuple[ClockView, ...]
    after_closing: Answers | None
    whereabouts: Whereabouts
    readers: tuple[Readers, ...]

    def opened(self, at: dt.datetime) -> bool:
        """Whether a staff member has looked since this moment."""
        return any(moment >= at for reader in self.readers for moment in reader.moments)

    def task(self, kind: str) -> TaskView | None:
        """The newest task of this kind, open or done."""
        return next((task for task in reversed(self.tasks) if task.kind == kind), None)


def case_of_code(typed: str) -> int:
    """The id of the case that a receipt code belongs to, however it was typed. Raises NotFound."""
    code = receipts.normalise(typed)
    case_id = reading().scalar(select(Case.id).where(Case.receipt_digest == receipt_digest(code or NO_CODE)))
    if case_id is None or code is None:
        raise NotFound("receipt")
    return case_id


def code_mark(case_id: int) -> str:
    """A stand-in for the case's present receipt code: when staff issue a new code, pages with the old mark end.

    Raises NotFound.
    """
    digest = reading().scalar(select(Case.receipt_digest).where(Case.id == case_id))
    if digest is None:
        raise NotFound("case")
    return sealing.digest("code-mark", digest.hex()).hex()[:16]


def kind_of(case_id: int) -> str:
    """What kind of request the case is. Raises NotFound."""
    kind = reading().scalar(select(Case.kind).where(Case.id == case_id))
    if kind is None:
        raise NotFound("case")
    return kind


def family_page(*, case_id: int) -> FamilyPage:
    """The family's page; messages to it are marked as read and the look is recorded. Raises NotFound."""
    with transaction() as session:
        case = case_of_family(session, case_id)
        mark_read(session, case)
        vault, desk = case.case_key.vault(), directory.desk(case.service_id)
        return FamilyPage(
            case_id=case.id,
            number=case.number,
            state=case.state,
            language=case.language,
            received_at=case.received_at,
            respond_by=case.respond_by,
            answered=case.answered_at is not None,
            taken=case.assigned_to is not None,
            withdrawn_at=case.withdrawn_at,
            closed_at=case.closed_at,
            desk=desk,
            text=vault.open(case.text, "case.text") or "",
            danger_flags=tuple(case.danger_flags),
            unread_until=case_unread_until(session, case, desk, at=clock.now()),
            contact=contact_of(session, case, vault),
            entries=messages(session, case.id, vault),
            tasks=tasks.tasks_of(session, case.id),
            clocks=clocks_of(session, case.id),
            after_closing=said(session, case.id),
            whereabouts=whereabouts(session, case, vault),
            readers=_readers(session, looks(sealing.pseudonym("case", case.id))),
        )


def _readers(session: Session, found: Iterable[Look]) -> tuple[Readers, ...]:
    """Looks gathered by day, desk and role, the newest day first; moments within a minute count once."""
    groups: dict[tuple[dt.date, int, int | None, str], dict[str, dt.datetime]] = {}
    for look in found:
        local = clock.local(look.at)
        moments = groups.setdefault((local.date(), look.organisation_id, look.service_id, look.role), {})
        moments.setdefault(f"{local:%H:%M}", look.at)
    desks = directory.desks({service for _, _, service, _ in groups if service is not None})
    wanted = {organisation for _, organisation, _, _ in groups}
    rows = session.execute(
        select(Organisation.id, Organisation.names).where(Organisation.id.in_(wanted))
    ).all()
    organisations = {row[0]: row[1] for row in rows}
    return tuple(
        Readers(
            day,
            desks[service].names if service in desks else None,
            organisations.get(organisation, {}),
            role,
            tuple(sorted(moments.values())),
        )
        for (day, organisation, service, role), moments in groups.items()
    )
