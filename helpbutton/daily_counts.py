"""How often something has happened today, counted safely by many at once: one row for each scope and day."""

import datetime as dt

from sqlalchemy import Date, String, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpbutton import clock
from helpbutton.db import Model, transaction


class DailyCount(Model):
    """`scope` names what is counted; where that is a number or a text, by a keyed digest."""

    __tablename__ = "daily_count"

    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    scope: Mapped[str] = mapped_column(String(80), primary_key=True)
    count: Mapped[int]


def add(session: Session, scope: str, *, at_most: int | None = None) -> int | None:
    """Count one more today (Helsinki) in the caller's transaction and return how many that makes.

    Where `at_most` are counted already, nothing is counted and the answer is None. Others who count the same
    scope wait until this transaction has ended.
    """
    if at_most is not None and at_most < 1:
        return None
    dialect = session.get_bind().dialect.name
    row: sqlite.Insert | postgresql.Insert
    row = sqlite.insert(DailyCount) if dialect == "sqlite" else postgresql.insert(DailyCount)
    one_more = row.values(day=clock.today(), scope=scope, count=1).on_conflict_do_update(
        index_elements=[DailyCount.day, DailyCount.scope],
        set_={"count": DailyCount.count + 1},
        where=None if at_most is None else DailyCount.count < at_most,
    )
    return session.scalar(one_more.returning(DailyCount.count))


def forget_past() -> None:
    """Delete the counts of past days."""
    with transaction() as session:
        session.execute(delete(DailyCount).where(DailyCount.day < clock.today()))
