"""Counts of the day: nobody is counted twice, nobody is forgotten, nothing goes beyond the limit."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from helpbutton import clock, daily_counts
from helpbutton.daily_counts import DailyCount
from helpbutton.db import db, reading, transaction

pytestmark = pytest.mark.usefixtures("app_on_both")


def add(scope: str, at_most: int | None = None) -> int | None:
    with transaction() as session:
        return daily_counts.add(session, scope, at_most=at_most)


def test_counts_up_to_the_limit_and_no_further() -> None:
    assert [add("a") for _ in range(3)] == [1, 2, 3]
    assert [add("b", at_most=2) for _ in range(4)] == [1, 2, None, None]
    assert add("c", at_most=0) is None


def test_what_is_rolled_back_is_not_counted() -> None:
    with pytest.raises(RuntimeError), transaction() as session:
        daily_counts.add(session, "a")
        raise RuntimeError
    assert add("a") == 1


def test_many_at_once_get_exactly_as_many_as_there_are(app_on_both: Flask) -> None:
    def run(_: int) -> int | None:
        with app_on_both.app_context():
            counted = add("a", at_most=10)
            db.session.remove()
            return counted

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(run, range(24)))
    assert sorted(number for number in got if number) == list(range(1, 11))


def test_a_new_day_begins_at_midnight_in_helsinki_and_forgets() -> None:
    evening = dt.datetime(2026, 11, 22, 23, 59, tzinfo=clock.HELSINKI)
    with clock.moved(evening):
        assert [add("a"), add("a")] == [1, 2]
    with clock.moved(evening + dt.timedelta(minutes=2)):
        assert add("a") == 1
        daily_counts.forget_past()
        assert [row.day.isoformat() for row in reading().query(DailyCount)] == ["2026-11-23"]
