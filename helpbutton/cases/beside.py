"""Who else has the page of a case open, and whether something has happened to it since: asked every few seconds."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.cases.access import visible_cases
from helpbutton.cases.models import Case, CaseEvent
from helpbutton.cases.work_models import CaseViewer
from helpbutton.db import reading, transaction
from helpbutton.errors import NotFound
from helpbutton.staff.actor import Actor
from helpbutton.staff.models import Account

PRESENT = dt.timedelta(seconds=50)
"""For so long after they last asked, somebody counts as being there."""
FORGOTTEN_AFTER = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Beside:
    """Names of the others who have the case open; `events`: how many lines its logbook has."""

    names: tuple[str, ...]
    events: int


def be_there(*, actor: Actor, number: str) -> Beside:
    """The actor still has the page of this case open. Raises NotFound.

    This is no look at the case: its page was opened before, which is on record, and nothing of its content is told.
    """
    with transaction() as session:
        case_id = session.scalar(select(Case.id).where(Case.number == number, visible_cases(actor)))
        if case_id is None:
            raise NotFound("case")
        _mark(session, case_id, actor.account_id)
        events = session.scalar(select(func.count(CaseEvent.id)).where(CaseEvent.case_id == case_id)) or 0
        return Beside(_others(session, case_id, actor), events)


def others_there(case_id: int, *, actor: Actor) -> tuple[str, ...]:
    """Names of the others who have this case open; the caller has just opened it."""
    return _others(reading(), case_id, actor)


def forget_viewers() -> None:
    """Delete the traces of those who have long left."""
    with transaction() as session:
        session.execute(delete(CaseViewer).where(CaseViewer.seen_at < clock.now() - FORGOTTEN_AFTER))


def _mark(session: Session, case_id: int, account_id: int) -> None:
    row: sqlite.Insert | postgresql.Insert
    row = (
        sqlite.insert(CaseViewer)
        if session.get_bind().dialect.name == "sqlite"
        else postgresql.insert(CaseViewer)
    )
    now = clock.now()
    session.execute(
        row.values(case_id=case_id, account_id=account_id, seen_at=now).on_conflict_do_update(
            index_elements=[CaseViewer.case_id, CaseViewer.account_id], set_={"seen_at": now}
        )
    )


def _others(session: Session, case_id: int, actor: Actor) -> tuple[str, ...]:
    rows = session.scalars(
        select(Account.name)
        .join(CaseViewer, CaseViewer.account_id == Account.id)
        .where(
            CaseViewer.case_id == case_id,
            CaseViewer.account_id != actor.account_id,
            CaseViewer.seen_at > clock.now() - PRESENT,
        )
        .order_by(Account.name)
    )
    return tuple(rows)
