"""How often something has happened today, counted safely by many at once: one row for each scope and day."""

import datetime as dt
from functools import cache

from sqlalchemy import Date, String, bindparam, delete
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.dml import ReturningInsert

from helpbutton import clock
from helpbutton.db import Model, dialect_of, insert_into, transaction


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
    row = {"day": clock.today(), "scope": scope, "count": 1}
    limit = {} if at_most is None else {"at_most": at_most}
    return session.scalar(_one_more(dialect_of(session), limited=bool(limit)), row | limit)


@cache
def _one_more(dialect: str, *, limited: bool) -> ReturningInsert[int]:
    row = insert_into(DailyCount, dialect)
    so_far = row.table.c.count
    return row.on_conflict_do_update(
        index_elements=["day", "scope"],
        set_={"count": so_far + 1},
        where=so_far < bindparam("at_most") if limited else None,
    ).returning(so_far)


def forget_past() -> None:
    """Delete the counts of past days."""
    with transaction() as session:
        session.execute(delete(DailyCount).where(DailyCount.day < clock.today()))
