"""When to try again: at another time of day, while the desk is open and the family may be called."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpbutton.cases.next_try import propose
from helpbutton.cases.promise import WEEKDAYS, DeskHours, is_open
from helpbutton.clock import HELSINKI

OFFICE = DeskHours.parse(
    {day: [["08:00", "16:00"]] for day in WEEKDAYS[:5]}, open_on_holidays=False, closures=[]
)
NEVER = DeskHours(((),) * 7)


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=HELSINKI)


def proposed(
    now: str, not_before: str | None = None, not_after: str | None = None, answer_by: str | None = None
) -> dt.datetime | None:
    return propose(
        OFFICE,
        now=local(now),
        not_before=not_before,
        not_after=not_after,
        answer_by=local(answer_by) if answer_by else None,
    )


@pytest.mark.parametrize(
    ("now", "again"),
    [
        ("2026-11-23T09:07", "2026-11-23T12:15"),
        ("2026-11-23T14:00", "2026-11-24T09:00"),
        ("2026-11-27T15:30", "2026-11-30T10:30"),
        ("2026-11-23T13:00", "2026-11-24T08:00"),
    ],
)
def test_after_a_morning_comes_an_afternoon_and_after_an_afternoon_the_next_morning(
    now: str, again: str
) -> None:
    assert proposed(now) == local(again)


def test_nobody_is_called_outside_the_hours_they_gave() -> None:
    assert proposed("2026-11-23T09:00", not_before="13:30") == local("2026-11-23T13:30")
    assert proposed("2026-11-23T09:00", not_after="11:00") == local("2026-11-24T08:00")
    assert proposed("2026-11-23T14:00", "10:00", "11:00") == local("2026-11-24T10:00")
    assert proposed("2026-11-23T14:00", "17:00", "19:00") is None, "the desk is never open then"


def test_a_promise_that_ends_earlier_is_not_forgotten() -> None:
    assert proposed("2026-11-23T14:00", answer_by="2026-11-23T16:00") == local("2026-11-23T15:00")
    assert proposed("2026-11-23T14:00", answer_by="2026-11-25T16:00") == local("2026-11-24T09:00")
    assert proposed("2026-11-23T14:00", answer_by="2026-11-20T16:00") == local("2026-11-24T09:00")


def test_a_desk_that_never_opens_proposes_nothing() -> None:
    moment = local("2026-11-23T14:00")
    assert propose(NEVER, now=moment, not_before=None, not_after=None, answer_by=None) is None


@settings(max_examples=150)
@given(
    st.integers(0, 60 * 24 * 370),
    st.none() | st.sampled_from(["00:00", "09:00", "12:30"]),
    st.none() | st.sampled_from(["13:00", "15:45", "23:59"]),
    st.none() | st.integers(1, 60 * 24 * 5),
)
def test_what_is_proposed_lies_ahead_and_suits_desk_and_family(
    minutes: int, not_before: str | None, not_after: str | None, promised_in: int | None
) -> None:
    now = (local("2026-01-01T00:00").astimezone(dt.UTC) + dt.timedelta(minutes=minutes)).astimezone(HELSINKI)
    answer_by = None if promised_in is None else now + dt.timedelta(minutes=promised_in)
    again = propose(OFFICE, now=now, not_before=not_before, not_after=not_after, answer_by=answer_by)
    assert again is not None
    assert again > now
    assert is_open(OFFICE, again)
    assert (not_before or "00:00") <= f"{again:%H:%M}" < (not_after or "24:00")
    assert again.minute % 15 == 0
