"""Every code that the staff pages meet has words, and the promise clock says what it means."""

import datetime as dt
import re
from pathlib import Path

import pytest

from helpbutton.cases.worklist import VIEWS
from helpbutton.clock import HELSINKI
from helpbutton.notifications.decisions import DECISIONS
from helpbutton.notifications.lifecycle import NEEDS_HUMAN
from helpbutton.web.staff import words
from helpbutton.web.staff.promise_clock import duration, promise_clock
from helpbutton.web.vocabulary import WORDS
from workers.pipeline import PIPELINE

ROOMS = Path(words.__file__).parents[2]
NOW = dt.datetime(2026, 11, 23, 10, 0, tzinfo=HELSINKI)


def test_every_verb_of_the_logbook_has_words() -> None:
    written = set()
    for file in ROOMS.rglob("*.py"):
        code = file.read_text(encoding="utf-8")
        written |= set(re.findall(r'write_logbook\(\s*session,\s*case,\s*"(\w+)"', code))
    assert {"received", "taken", "closed"} <= written
    assert written <= words.VERBS.keys()


def test_every_view_to_do_and_status_has_words() -> None:
    assert tuple(words.VIEWS) == VIEWS
    assert {step.kind.name for step in PIPELINE} <= words.TO_DOS.keys()
    assert set(NEEDS_HUMAN) <= words.STATUSES.keys()
    assert set(DECISIONS) <= WORDS["because"].keys()


@pytest.mark.parametrize(
    ("respond_by", "level", "said"),
    [
        (NOW - dt.timedelta(minutes=35), "overdue", "overdue 35 min"),
        (NOW - dt.timedelta(hours=30), "overdue", "overdue 30 h"),
        (NOW - dt.timedelta(days=3), "overdue", "overdue 3 d"),
        (NOW.replace(hour=16), "today", "today 16:00"),
        (NOW.replace(day=24, hour=0, minute=30), "later", "tomorrow 00:30"),
        (NOW.replace(day=26, hour=16), "later", "Thu 26 Nov 16:00"),
    ],
)
def test_the_promise_clock_speaks_helsinki_time(respond_by: dt.datetime, level: str, said: str) -> None:
    clock = promise_clock(respond_by=respond_by.astimezone(dt.UTC), answered=False, now=NOW, language="en")
    assert (clock.level, clock.words) == (level, said)


def test_a_kept_promise_is_never_overdue() -> None:
    clock = promise_clock(respond_by=NOW - dt.timedelta(days=1), answered=True, now=NOW, language="en")
    assert clock.level == "kept"


def test_a_moment_ago_is_a_minute() -> None:
    assert duration(dt.timedelta(seconds=5)) == "1 min"
