"""The to-do list in the database: added with the change it follows from, claimed under a lease, finished or rested.

A claim pushes the row's due time to the end of its lease and raises its fence: if the claimer dies the row falls due
again by itself, and a claimer that was frozen past its lease finds the fence changed and cannot finish it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    CheckConstraint,
    ColumnElement,
    CursorResult,
    Index,
    Insert,
    String,
    Table,
    UniqueConstraint,
    Update,
    bindparam,
    case,
    func,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpbutton import bell, clock
from helpbutton.db import Model, UTCDateTime, after_commit, dialect_of, insert_into, reading, transaction

URGENT, SOON, NORMAL = 0, 5, 10
"""Urgent is what stands between a sign of danger and the alert to whoever is on duty, and nothing else: a process of
its own does it (`workers.urgent`). Soon is what goes before everything else without being that."""
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
    row = {"kind": kind.name, "ref": ref, "priority": priority, "due_at": due, "changed_at": now}
    with session.no_autoflush:
        session.execute(_put(dialect_of(session)), row)
    if due <= now:
        after_commit(session, bell.ring)


@cache
def _put(dialect: str) -> Insert:
    row = insert_into(ToDo, dialect)
    there, wanted = row.table.c, row.excluded
    opened_again = {
        "state": wanted.state,
        "due_at": wanted.due_at,
        "priority": case((wanted.priority < there.priority, wanted.priority), else_=there.priority),
        "fence": there.fence + 1,
        "attempts": wanted.attempts,
        "changed_at": wanted.changed_at,
    }
    return row.on_conflict_do_update(index_elements=["kind", "ref"], set_=opened_again)


def claim(kinds: tuple[Kind, ...], *, due_before: Mapping[int, dt.datetime]) -> Claim | None:
    """Take the most urgent to-do of these kinds, or None.

    `due_before`: the priorities that are looked at, most urgent first, and the aware moment before which a to-do of
    each has to have fallen due.
    """
    now = clock.now()
    moments = {f"before_{priority}": moment for priority, moment in due_before.items()}
    if _is_sqlite() and reading().scalar(select(_first(kinds, tuple(due_before))), moments) is None:
        return None
    leases = {f"lease_{kind.lease_s}": now + dt.timedelta(seconds=kind.lease_s) for kind in kinds}
    with transaction() as session:
        row = session.execute(_claiming(kinds, tuple(due_before)), {"now": now, **moments, **leases}).first()
    return Claim(*row) if row else None


@cache
def _claiming(kinds: tuple[Kind, ...], priorities: tuple[int, ...]) -> Update:
    """The statement of a claim, made once: values in it are constants of ours, moments are parameters."""
    todo = _todo()
    lease_end = case(
        *((todo.c.kind == _constant(kind.name), _moment(f"lease_{kind.lease_s}")) for kind in kinds),
        else_=_moment(f"lease_{kinds[0].lease_s}"),
    )
    return (
        update(todo)
        .where(todo.c.id == _first(kinds, priorities))
        .values(
            due_at=lease_end,
            fence=todo.c.fence + 1,
            attempts=todo.c.attempts + 1,
            changed_at=bindparam("now"),
        )
        .returning(todo.c.id, todo.c.kind, todo.c.ref, todo.c.fence, todo.c.attempts)
    )


@cache
def _first(kinds: tuple[Kind, ...], priorities: tuple[int, ...]) -> ColumnElement[int]:
    """The id of what to claim: one look into the index for each priority, until one of them finds something."""
    todo = _todo()
    return func.coalesce(
        *(
            select(todo.c.id)
            .where(
                todo.c.state == _constant("open"),
                todo.c.priority == literal_column(str(priority)),
                todo.c.due_at <= bindparam(f"before_{priority}"),
                todo.c.kind.in_([_constant(kind.name) for kind in kinds]),
            )
            .order_by(todo.c.due_at)
            .limit(literal_column("1"))
            .with_for_update(skip_locked=True)
            .scalar_subquery()
            for priority in priorities
        ),
        literal_column("NULL"),
    )


def _constant(word: str) -> ColumnElement[str]:
    return literal_column(f"'{word}'")


def _moment(name: str) -> BindParameter[dt.datetime]:
    return bindparam(name, type_=UTCDateTime())


def _todo() -> Table:
    return cast(Table, ToDo.__table__)


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
            _settling(tuple(values)),
            {"claimed": claimed.id, "held": claimed.fence, "now": clock.now()}
            | {f"new_{name}": value for name, value in values.items()},
        )
    return cast(CursorResult[Any], result).rowcount == 1


@cache
def _settling(changed: tuple[str, ...]) -> Update:
    """The statement that settles a claim, made once for each set of changed columns."""
    todo = _todo()
    return (
        update(todo)
        .where(
            todo.c.id == bindparam("claimed"),
            todo.c.fence == bindparam("held"),
            todo.c.state == _constant("open"),
        )
        .values(changed_at=bindparam("now"), **{name: bindparam(f"new_{name}") for name in changed})
    )


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


def wake(session: Session, *, todo_id: int) -> bool:
    """Let a resting to-do be tried again from the start; False, without effect, for any other."""
    after_commit(session, bell.ring)
    return _stir(session, todo_id, state="open", attempts=0, due_at=clock.now())


def give_up(session: Session, *, todo_id: int) -> bool:
    """Nobody does a resting to-do any more, its error stays to be read; False, without effect, for any other."""
    return _stir(session, todo_id, state="done")


def _stir(session: Session, todo_id: int, **values: object) -> bool:
    rests = (ToDo.id == todo_id) & (ToDo.state == "resting")
    result = session.execute(update(ToDo).where(rests).values(changed_at=clock.now(), **values))
    return cast(CursorResult[Any], result).rowcount == 1


def is_waiting(priority: int) -> bool:
    """Whether a to-do of this priority is due and in nobody's hands."""
    due = (ToDo.state == "open") & (ToDo.priority == priority) & (ToDo.due_at <= clock.now())
    return reading().scalar(select(ToDo.id).where(due).limit(1)) is not None


def oldest_due() -> dt.timedelta:
    """How long the oldest open to-do has been due; zero when nothing waits."""
    due = reading().scalar(select(func.min(ToDo.due_at)).where(ToDo.state == "open"))
    return max(clock.now() - due, dt.timedelta(0)) if due else dt.timedelta(0)
