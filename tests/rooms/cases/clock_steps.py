"""What the tests of the clocks share: a Monday, and looks at the clocks as they are stored."""

import datetime as dt

from sqlalchemy import select

from helpbutton import outbox
from helpbutton.cases import clocks
from helpbutton.cases.models import Clock
from helpbutton.clock import HELSINKI
from helpbutton.db import db, reading, transaction

MONDAY = dt.datetime(2027, 1, 11, 10, 0, tzinfo=HELSINKI)
DAY = dt.timedelta(days=1)
DANGER = "Mies löi ja uhkasi tappaa"


def clocks_now(case_id: int, kind: str) -> list[Clock]:
    """The clocks of this kind, oldest first, as they are stored now."""
    db.session.remove()
    own = select(Clock).where(Clock.case_id == case_id, Clock.kind == kind).order_by(Clock.id)
    return list(reading().scalars(own))


def running(case_id: int, kind: str) -> Clock:
    found = [row for row in clocks_now(case_id, kind) if row.stopped_at is None]
    assert len(found) == 1, f"{len(found)} clocks of {kind} run"
    return found[0]


def watched_at(clock_id: int) -> dt.datetime | None:
    """When somebody looks at this clock next."""
    todo = select(outbox.ToDo.due_at).where(outbox.ToDo.kind == "watch_clock", outbox.ToDo.ref == clock_id)
    return reading().scalar(todo)


def look(clock_id: int) -> clocks.Look:
    with transaction() as session:
        return clocks.look(session, clock_id)
