"""Earlier and other cases of the same contact, by phone number or e-mail: only those that the reader may see."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from helpbutton.audit import operations as audit
from helpbutton.cases.access import visible_cases
from helpbutton.cases.models import Case, Contact
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Names
from helpbutton.staff.actor import Actor
from helpbutton.vault import sealing
from helpbutton.vault.sealing import CaseVault

AT_MOST = 20


@dataclass(frozen=True)
class EarlierCase:
    """Another case of the same contact, newest first (aware UTC), without words."""

    number: str
    received_at: dt.datetime
    topic: str | None
    state: str
    outcome: str | None
    desk: Names


def earlier_cases(session: Session, case: Case, vault: CaseVault, actor: Actor) -> tuple[EarlierCase, ...]:
    """Other visible cases with the same phone number or e-mail address, in the transaction of the look at this one.

    A number that was given for nudges alone finds nothing and is found by nothing. What is found leaves one audit line
    in each organisation concerned.
    """
    contact = session.get_one(Contact, case.id)
    if contact.nudge_only or (contact.phone is None and contact.email is None):
        return ()
    organisations = session.scalars(
        select(Service.organisation_id).where(Service.id.in_(actor.services)).distinct()
    ).all()
    given = {field: vault.open(getattr(contact, field), f"contact.{field}") for field in ("phone", "email")}
    rows = session.execute(
        select(Case, Service.names)
        .join(Contact, Contact.case_id == Case.id)
        .join(Service, Service.id == Case.service_id)
        .where(_same(given, organisations), ~Contact.nudge_only, Case.id != case.id, visible_cases(actor))
        .order_by(Case.received_at.desc(), Case.id.desc())
        .limit(AT_MOST)
    ).all()
    for organisation_id in sorted({found.organisation_id for found, _names in rows}):
        audit.record(
            session,
            organisation_id=organisation_id,
            actor=actor.pseudonym,
            action="list",
            subject="earlier-cases",
        )
    return tuple(
        EarlierCase(found.number, found.received_at, found.topic, found.state, found.outcome, names)
        for found, names in rows
    )


def _same(given: dict[str, str | None], organisations: Collection[int]) -> ColumnElement[bool]:
    indexes = {"phone": Contact.phone_index, "email": Contact.email_index}
    return or_(
        *(
            indexes[field].in_(
                [sealing.blind_index(organisation, field, text) for organisation in organisations]
            )
            for field, text in given.items()
            if text is not None
        )
    )
