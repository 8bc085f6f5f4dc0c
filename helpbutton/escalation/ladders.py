"""Which ladder holds where: a desk's own, else its organisation's, else the one of config/escalation.json."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.config_dir import CONFIG_DIR
from helpbutton.db import transaction
from helpbutton.directory.models import Organisation, Service
from helpbutton.errors import Conflict, FieldError, Invalid, NotFound
from helpbutton.escalation.ladder import SUBJECTS, Ladder, read
from helpbutton.escalation.models import OwnLadder
from helpbutton.staff.actor import Actor

FILE = "escalation.json"


@cache
def usual_ladders() -> Mapping[str, Ladder]:
    """The ladders that ship with the product, by subject. Raises Invalid for a file that breaks the rules."""
    data = json.loads((CONFIG_DIR / FILE).read_text(encoding="utf-8"))["ladders"]
    if set(data) != set(SUBJECTS):
        raise Invalid(FieldError("ladders", "unknown_value"))
    return {subject: read(rows, subject=subject) for subject, rows in data.items()}


def ladder_for(session: Session, service: Service, subject: str) -> Ladder:
    """The ladder that a climb at this desk goes up."""
    for scope in (OwnLadder.service_id == service.id, OwnLadder.organisation_id == service.organisation_id):
        own = _own(session, subject, scope)
        if own is not None:
            return read(own.steps, subject=subject)
    return usual_ladders()[subject]


def set_ladder(
    *,
    actor: Actor,
    subject: str,
    organisation_id: int,
    service_id: int | None = None,
    ladder: Mapping[str, Any] | None,
    edition: str | None = None,
) -> None:
    """An administrator gives the organisation, or one of its desks, a ladder of its own; None: the usual one again.

    Climbs that have begun go on as they were. `edition` is what `edition_of` said when it was shown, None whatever
    stands. Raises NotFound (not theirs), Conflict (changed since `edition`), Invalid (see `ladder.read`).
    """
    if subject not in SUBJECTS:
        raise Invalid(FieldError("subject", "unknown_value"))
    checked = None if ladder is None else read(ladder, subject=subject)
    with transaction() as session:
        desk = session.get(Service, service_id) if service_id is not None else None
        theirs = actor.organisations.get(organisation_id) == "administrator"
        if not theirs or (
            service_id is not None and (desk is None or desk.organisation_id != organisation_id)
        ):
            raise NotFound("ladder")
        session.get_one(Organisation, organisation_id, with_for_update=True)
        place = {"service_id": service_id} if desk else {"organisation_id": organisation_id}
        scope = OwnLadder.service_id == service_id if desk else OwnLadder.organisation_id == organisation_id
        own = _own(session, subject, scope)
        if edition not in (None, edition_of(own)):
            raise Conflict("the ladder has changed")
        if checked is None:
            if own is not None:
                session.delete(own)
        else:
            own = own or OwnLadder(subject=subject, **place)
            own.steps, own.changed_at, own.changed_by = checked.as_json(), clock.now(), actor.account_id
            session.add(own)
        audit.record(
            session,
            organisation_id=organisation_id,
            actor=actor.pseudonym,
            action="change_ladder",
            subject=f"ladder/{subject}",
        )


def edition_of(own: OwnLadder | None) -> str:
    """Which state of a scope's own ladder this is; empty while it has none."""
    return own.changed_at.isoformat() if own else ""


def _own(session: Session, subject: str, scope: ColumnElement[bool]) -> OwnLadder | None:
    return session.scalar(select(OwnLadder).where(OwnLadder.subject == subject, scope))
