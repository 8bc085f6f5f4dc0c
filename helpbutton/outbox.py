"""The to-do list in the database: added with the change it follows from, claimed under a lease, finished or rested.

A claim pushes the row's due time to the end of its lease and raises its fence: if the claimer dies the row falls due
again by itself, and a claimer that was frozen past its lease finds the fence changed and cannot finish it.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import (
    CheckConstraint,
    CursorResult,
    Index,
    String,
    UniqueConstraint,
    case,
    func,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpbutton import bell, clock
from helpbutton.db import Model, after_commit, reading, transaction

URGENT, NORMAL = 0, 10
FIRST_RETRY_S, LONGEST_RETRY_S = 2, 900


@dataclass(frozen=True)
class Kind:
    """What a to-do is about: its name, a lease longer than any timeout inside it, and how often it is tried."""

    name: str
    lease_s: int
    tries: int


@dataclass(frozen=True)
class Claim:
    """A to-do in our hands until the lease ends; `attempt` counts from 1."""

    id: int
    kind: str
    ref: int
    fence: int
    attempt: int


@dataclass(frozen=True)
class Resting:
    """A to-do that nobody tries any more; a human decides what happens. `error` is an exception's class name."""

    id: int
    kind: str
    ref: int
    attempts: int
    error: str
    since: dt.datetime


class ToDo(Model):
    __tablename__ = "todo"
    __table_args__ = (
        UniqueConstraint("kind", "ref"),
        CheckConstraint("state IN ('open', 'done', 'resting')", name="state"),
        Index(
            "ix_todo_open",
            "priority",
            "due_at",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_todo_resting",
            "changed_at",
            sqlite_where=text("state = 'resting'"),
            postgresql_where=text("state = 'resting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    ref: Mapped[int]
    priority: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="open")
    due_at: Mapped[dt.datetime]
    fence: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(80))
    changed_at: Mapped[dt.datetime]


def add(
    session: Session, kind: Kind, *, ref: int, priority: int = NORMAL, due_at: dt.datetime | None = None
) -> None:
    """Put a to-do on the list in the caller's transaction; one that is there already is opened again.

    The bell rings after the commit when it is due at once.
    """
    now = clock.now()
    due = due_at or now
    todo = session.scalar(select(ToDo).where(ToDo.kind == kind.name, ToDo.ref == ref).with_for_update())
    if todo is None:
        session.add(ToDo(kind=kind.name, ref=ref, priority=priority, due_at=due, changed_at=now))
    else:
        todo.state, todo.due_at, todo.priority = "open", due, min(priority, todo.priority)
        todo.fence += 1
        todo.attempts, todo.changed_at = 0, now
    if due <= now:
        after_commit(session, bell.ring)


def claim(kinds: Collection[Kind], *, due_before: dt.datetime) -> Claim | None:
    """Take the most urgent to-do of these kinds that fell due before the aware moment, or None."""
    now = clock.now()
    candidate = (
        select(ToDo.id)
        .where(ToDo.state == "open", ToDo.due_at <= due_before, ToDo.kind.in_([kind.name for kind in kinds]))
        .order_by(ToDo.priority, ToDo.due_at)
        .limit(1)
    )
    if _is_sqlite() and reading().scalar(candidate) is None:
        return None
    lease_end = case(
        *((ToDo.kind == kind.name, now + dt.timedelta(seconds=kind.lease_s)) for kind in kinds), else_=now
    )
    with transaction() as session:
        row = session.execute(
            update(ToDo)
            .where(ToDo.id == candidate.with_for_update(skip_locked=True).scalar_subquery())
            .values(due_at=lease_end, fence=ToDo.fence + 1, attempts=ToDo.attempts + 1, changed_at=now)
            .returning(ToDo.id, ToDo.kind, ToDo.ref, ToDo.fence, ToDo.attempts)
            .execution_options(synchronize_session=False)
        ).first()
    return Claim(*row) if row else None


def _is_sqlite() -> bool:
    """There every write waits for its turn, so a look comes first."""
    return reading().get_bind().dialect.name == "sqlite"


def finish(claimed: Claim) -> bool:
    """Mark the to-do done; False when the lease was lost or the to-do was asked for again meanwhile."""
    return _settle(claimed, state="done", last_error=None)


def again(claimed: Claim, at: dt.datetime) -> bool:
    """Not finished, nothing wrong: run it again at the aware moment `at`, as a first attempt."""
    return _settle(claimed, due_at=at, attempts=0, last_error=None)


def fail(claimed: Claim, *, error: str, tries: int) -> bool:
    """Try again after a growing pause, or let it rest after the last try. `error` names the exception's class."""
    if claimed.attempt >= tries:
        return _settle(claimed, state="resting", last_error=error)
    pause = min(FIRST_RETRY_S * 2 ** (claimed.attempt - 1), LONGEST_RETRY_S)
    return _settle(claimed, due_at=clock.now() + dt.timedelta(seconds=pause), last_error=error)


def _settle(claimed: Claim, **values: object) -> bool:
    with transaction() as session:
        result = session.execute(
            update(ToDo)
            .where(ToDo.id == claimed.id, ToDo.fence == claimed.fence, ToDo.state == "open")
            .values(changed_at=clock.now(), **values)
            .execution_options(synchronize_session=False)
        )
    return cast(CursorResult[Any], result).rowcount == 1


def resting() -> list[Resting]:
    """Every to-do that waits for a human, oldest first."""
    rows = reading().scalars(select(ToDo).where(ToDo.state == "resting").order_by(ToDo.changed_at))
    return [
        Resting(
            id=t.id, kind=t.kind, ref=t.ref, attempts=t.attempts, error=t.last_error or "", since=t.changed_at
        )
        for t in rows
    ]


def resting_count() -> int:
    """How many to-dos wait for a human."""
    return reading().scalar(select(func.count(ToDo.id)).where(ToDo.state == "resting")) or 0


def wake(*, todo_id: int) -> None:
    """Let a resting to-do be tried again from the start; no effect on any other."""
    with transaction() as session:
        session.execute(
            update(ToDo)
            .where(ToDo.id == todo_id, ToDo.state == "resting")
            .values(state="open", attempts=0, due_at=clock.now(), changed_at=clock.now())
        )
        after_commit(session, bell.ring)


def oldest_due() -> dt.timedelta:
    """How long the oldest open to-do has been due; zero when nothing waits."""
    due = reading().scalar(select(func.min(ToDo.due_at)).where(ToDo.state == "open"))
    return max(clock.now() - due, dt.timedelta(0)) if due else dt.timedelta(0)
