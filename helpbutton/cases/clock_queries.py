"""Reading the clocks of a case that the caller has just opened."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton.cases import clock_rules as rules
from helpbutton.cases.models import Case, Clock
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Names


@dataclass(frozen=True)
class ClockView:
    """A clock as it stands; moments aware UTC. `statute` is the key of the law behind a statutory clock."""

    kind: str
    service_names: Names
    started_at: dt.datetime
    due_at: dt.datetime
    paused_at: dt.datetime | None
    pause_reason: str | None
    stopped_at: dt.datetime | None
    kept: bool | None
    statute: str | None

    @property
    def running(self) -> bool:
        """Whether it has not stopped; it may be paused."""
        return self.stopped_at is None

    @property
    def pausable(self) -> bool:
        """Whether a reason on the list may pause it."""
        return self.kind not in rules.NEVER_PAUSED

    def slipped(self, now: dt.datetime) -> bool:
        """Whether what it promised should have happened by the aware moment `now`, and has not."""
        return self.running and self.paused_at is None and self.due_at < now


def clocks_of(session: Session, case_id: int) -> tuple[ClockView, ...]:
    """Every clock of a case: those that run, the most pressing first, then those that stopped, the latest first."""
    rows = session.execute(
        select(Clock, Case.kind, Case.role, Service.kind, Service.names)
        .join(Case, Case.id == Clock.case_id)
        .join(Service, Service.id == Clock.service_id)
        .where(Clock.case_id == case_id)
    ).all()
    views = [_view(*row) for row in rows]
    stopped = sorted(
        (view for view in views if not view.running), key=lambda view: view.stopped_at or view.due_at
    )
    running = sorted((view for view in views if view.running), key=lambda view: view.due_at)
    return (*running, *reversed(stopped))


def _view(clock: Clock, kind: str, role: str, desk_kind: str, names: Names) -> ClockView:
    statute = (
        rules.statute_for(kind=kind, role=role, desk_kind=desk_kind)
        if clock.kind == rules.STATUTORY
        else None
    )
    return ClockView(
        kind=clock.kind,
        service_names=names,
        started_at=clock.started_at,
        due_at=clock.due_at,
        paused_at=clock.paused_at,
        pause_reason=clock.pause_reason,
        stopped_at=clock.stopped_at,
        kept=clock.kept,
        statute=statute.key if statute else None,
    )
