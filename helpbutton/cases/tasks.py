"""Tasks of a desk: what a sender asked for, by when it has to be done, and that it was done."""

import datetime as dt
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.cases.access import case_for, visible_cases, write_logbook
from helpbutton.cases.models import Case, CaseTask
from helpbutton.cases.promise import END_OF_DAY
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Names
from helpbutton.errors import NotFound
from helpbutton.staff.actor import Actor
from helpbutton.staff.queries import staffed_services

COPY, ERASURE, WITHDRAWN = "copy_request", "erasure_request", "withdrawn"
FOR_LEADS = (COPY, ERASURE)
"""Tasks that the lead of the desk answers for, or whoever works there when it has none; the rest anybody there."""
PAGE = 200


@dataclass(frozen=True)
class TaskView:
    """A task of one case; moments aware UTC. `done_at` is None while it is open."""

    id: int
    kind: str
    created_at: dt.datetime
    due_at: dt.datetime
    done_at: dt.datetime | None


@dataclass(frozen=True)
class TaskRow:
    """An open task in the list of all desks whose tasks the actor answers for."""

    task: TaskView
    number: str
    service_names: Names
    overdue: bool


def due_in_a_month(moment: dt.datetime) -> dt.datetime:
    """The end of the day one month after an aware moment, in Helsinki time.

    One month from the request (GDPR art. 12(3)), which ends on the same date of the next month or on that month's
    last day (Regulation 1182/71 art. 3(2)(c)); it is not prolonged here when that day is a holiday.
    """
    asked = clock.local(moment).date()
    year, month = asked.year + asked.month // 12, asked.month % 12 + 1
    day = dt.date(year, month, min(asked.day, monthrange(year, month)[1]))
    return dt.datetime.combine(day, END_OF_DAY, tzinfo=clock.HELSINKI)


def add_task(session: Session, case: Case, kind: str) -> bool:
    """Put a task on the case in the caller's transaction; False when the same is open already."""
    waiting = select(CaseTask.id).where(
        CaseTask.case_id == case.id, CaseTask.kind == kind, CaseTask.done_at.is_(None)
    )
    if session.scalar(waiting) is not None:
        return False
    now = clock.now()
    session.add(CaseTask(case_id=case.id, kind=kind, created_at=now, due_at=due_in_a_month(now)))
    session.flush()
    return True


def settle_withdrawal(session: Session, case: Case, *, account_id: int) -> None:
    """Who closes a withdrawn case has decided what becomes of it."""
    session.execute(
        update(CaseTask)
        .where(CaseTask.case_id == case.id, CaseTask.kind == WITHDRAWN, CaseTask.done_at.is_(None))
        .values(done_at=clock.now(), done_by=account_id)
    )


def tasks_of(session: Session, case_id: int) -> tuple[TaskView, ...]:
    """Every task of a case that the caller has just opened, oldest first."""
    rows = session.scalars(select(CaseTask).where(CaseTask.case_id == case_id).order_by(CaseTask.id))
    return tuple(_view(row) for row in rows)


def open_tasks(*, actor: Actor) -> list[TaskRow]:
    """The open tasks of the desks of `answers_for`, the most pressing first; at most `PAGE`.

    Opening the list leaves one audit line in each of the organisations concerned.
    """
    led = answers_for(actor)
    with transaction() as session:
        organisations = select(Service.organisation_id).where(Service.id.in_(led)).distinct()
        for organisation_id in session.scalars(organisations).all():
            audit.record(
                session,
                organisation_id=organisation_id,
                actor=actor.pseudonym,
                action="list",
                subject="tasks",
            )
        rows = session.execute(
            select(CaseTask, Case.number, Service.names)
            .join(Case, Case.id == CaseTask.case_id)
            .join(Service, Service.id == Case.service_id)
            .where(CaseTask.done_at.is_(None), visible_cases(actor), Case.service_id.in_(led))
            .order_by(CaseTask.due_at, CaseTask.id)
            .limit(PAGE)
        ).all()
    now = clock.now()
    return [TaskRow(_view(task), number, names, task.due_at < now) for task, number, names in rows]


def finish_task(*, actor: Actor, task_id: int) -> str:
    """The task is done, which the sender sees on the receipt; returns the case's number. Twice is harmless.

    Raises NotFound for a task of a case that the actor does not see, and of one that only the desk's lead may finish.
    """
    found = (
        reading()
        .execute(
            select(Case.number, Case.service_id, CaseTask.kind)
            .join(CaseTask, CaseTask.case_id == Case.id)
            .where(CaseTask.id == task_id, visible_cases(actor))
        )
        .one_or_none()
    )
    if found is None or not may_finish(actor, service_id=found.service_id, kind=found.kind):
        raise NotFound("task")
    with transaction() as session:
        case = case_for(session, actor=actor, number=found.number, action="finish_task")
        task = session.get_one(CaseTask, task_id, populate_existing=True)
        if task.done_at is None:
            task.done_at, task.done_by = clock.now(), actor.account_id
            write_logbook(session, case, "task_done", actor=actor, task=task.kind)
    return case.number


def may_finish(actor: Actor, *, service_id: int, kind: str) -> bool:
    """Whether this person of the desk may mark a task of this kind as done."""
    return kind not in FOR_LEADS or service_id in answers_for(actor)


def answers_for(actor: Actor) -> Sequence[int]:
    """Ids of the desks whose tasks this person answers for: those they lead, and their own that have no active lead."""
    led = staffed_services(role="lead") if actor.services else frozenset()
    return [
        service_id for service_id, role in actor.services.items() if role == "lead" or service_id not in led
    ]


def _view(row: CaseTask) -> TaskView:
    return TaskView(row.id, row.kind, row.created_at, row.due_at, row.done_at)
