"""Recording a case onwards: its whole story for the client record system, and the mark that it was recorded there."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.cases.access import case_for, write_logbook
from helpbutton.cases.models import Case
from helpbutton.cases.outside_models import RecordOnward
from helpbutton.cases.sent_forms import done_already
from helpbutton.db import transaction
from helpbutton.errors import FieldError, Invalid
from helpbutton.staff.actor import Actor
from helpbutton.staff.queries import account_names
from helpbutton.vault.sealing import CaseVault

SYSTEM_LIMIT = 200


@dataclass(frozen=True)
class OnwardView:
    """Where a case was recorded, by whom and when (aware UTC)."""

    system: str
    name: str
    at: dt.datetime


def mark_recorded(*, actor: Actor, number: str, system: str, token: str) -> None:
    """The case stands in the client record system `system` (name and reference) and is kept there from now on.

    The same `token` with the same words changes nothing. Raises NotFound, Invalid (also when something else was noted
    with this token).
    """
    system = system.strip()
    if not system:
        raise Invalid(FieldError("system", "required"))
    if len(system) > SYSTEM_LIMIT:
        raise Invalid(FieldError("system", "too_long", {"limit": SYSTEM_LIMIT}))
    if not system.isprintable():
        raise Invalid(FieldError("system", "characters"))
    with transaction() as session:
        case = case_for(session, actor=actor, number=number, action="record_onward")
        vault = case.case_key.vault()
        if done_already(
            session,
            RecordOnward,
            token,
            case,
            field="system",
            same=lambda made: _system(made, vault) == system,
        ):
            return
        session.add(
            RecordOnward(
                case_id=case.id,
                at=clock.now(),
                account_id=actor.account_id,
                token=token,
                system=vault.seal_text(system, f"record_onward.system/{token}"),
            )
        )
        case.recorded_at = case.recorded_at or clock.now()
        write_logbook(session, case, "recorded_onward", actor=actor)


def records_of(session: Session, case: Case, vault: CaseVault) -> tuple[OnwardView, ...]:
    """Where a case that the caller has opened was recorded, oldest first."""
    rows = session.scalars(
        select(RecordOnward).where(RecordOnward.case_id == case.id).order_by(RecordOnward.id)
    ).all()
    names = account_names({row.account_id for row in rows})
    return tuple(
        OnwardView(
            _system(row, vault),
            names.get(row.account_id, ""),
            row.at,
        )
        for row in rows
    )


def _system(row: RecordOnward, vault: CaseVault) -> str:
    return vault.open(row.system, f"record_onward.system/{row.token}") or ""


def put_on_record(*, actor: Actor, number: str, way: str) -> None:
    """The audit line of a look at the whole case: `print` (the page to copy or print) or `export`. Raises NotFound."""
    with transaction() as session:
        case_for(session, actor=actor, number=number, action=way)
