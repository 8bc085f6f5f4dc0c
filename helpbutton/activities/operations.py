"""Writing open help: load activities, again and again without harm, and confirm that one is still true."""

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.activities.models import Activity
from helpbutton.activities.rows import ActivityRow, check, read_demo
from helpbutton.config_dir import CONFIG_DIR
from helpbutton.db import transaction
from helpbutton.directory.models import Installation, Municipality
from helpbutton.errors import Conflict, NotFound, NotReady


def load(rows: Collection[ActivityRow]) -> None:
    """Store activities by their key, new and changed ones alike. Raises NotReady naming every problem."""
    with transaction() as session:
        _store(session, rows)


def load_demo() -> None:
    """Load or renew the demo's activities, confirmed as of today; what an editor changed stays.

    Raises Conflict outside a demo, NotReady.
    """
    rows = read_demo(CONFIG_DIR / "demo", today=clock.today())
    with transaction() as session:
        if not session.get_one(Installation, 1).demo:
            raise Conflict("this database is no demo: its open help is its own")
        edited = set(session.scalars(select(Activity.key).where(Activity.changed_at.is_not(None))))
        _store(session, [row for row in rows if row.key not in edited])


def confirm(*, key: str, on: dt.date) -> None:
    """Somebody who knows says that an activity is as written on this day; an older day changes nothing.

    Raises NotFound.
    """
    with transaction() as session:
        activity = session.scalar(select(Activity).where(Activity.key == key))
        if activity is None:
            raise NotFound("activity")
        activity.last_confirmed = max(activity.last_confirmed, on)


def _store(session: Session, rows: Collection[ActivityRow]) -> None:
    problems = check(rows, frozenset(session.scalars(select(Municipality.code))))
    if problems:
        raise NotReady("the activities are wrong: " + " ".join(problems))
    known = {row[0]: row[1] for row in session.execute(select(Activity.key, Activity.id))}
    for row in rows:
        session.merge(Activity(id=known.get(row.key), **_fields(row)))


def _fields(row: ActivityRow) -> dict[str, object]:
    fields = asdict(row)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}
