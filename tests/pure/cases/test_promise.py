"""The promise engine against the calendar."""

import datetime as dt

import pytest

from helpbutton.cases.promise import WEEKDAYS, DeskHours, NeverOpen, earlier, next_opening, promise
from helpbutton.clock import HELSINKI

OFFICE = DeskHours.parse(
    {day: [["08:00", "16:00"]] for day in WEEKDAYS[:5]}, open_on_holidays=False, closures=[]
)
ALWAYS = DeskHours.parse({day: [["00:00", "24:00"]] for day in WEEKDAYS}, open_on_holidays=True, closures=[])


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=HELSINKI)


def test_thl_vector_seventh_working_day_of_a_tuesday_is_thursday_of_next_week() -> None:
    received = local("2026-11-17T09:30")
    assert received.strftime("%a") == "Tue"
    assert promise(OFFICE, received=received, working_days=7).respond_by == local("2026-11-26T16:00")


@pytest.mark.parametrize(
    ("received", "days", "respond_by"),
    [
        ("2026-11-20T15:59", 1, "2026-11-23T16:00"),
        ("2026-11-21T22:40", 1, "2026-11-23T16:00"),
        ("2026-11-23T00:00", 1, "2026-11-24T16:00"),
        ("2026-12-23T12:00", 3, "2026-12-30T16:00"),
        ("2026-12-04T12:00", 1, "2026-12-07T16:00"),
        ("2027-01-05T12:00", 1, "2027-01-07T16:00"),
        ("2026-06-18T12:00", 1, "2026-06-22T16:00"),
        ("2026-11-23T15:00", 0, "2026-11-23T16:00"),
        ("2026-11-23T16:00", 0, "2026-11-24T16:00"),
    ],
)
def test_working_days_skip_weekends_and_finnish_holidays(received: str, days: int, respond_by: str) -> None:
    assert promise(OFFICE, received=local(received), working_days=days).respond_by == local(respond_by)


def test_exceptional_closures_are_not_working_days() -> None:
    closed = DeskHours(OFFICE.week, False, frozenset({dt.date(2026, 11, 24), dt.date(2026, 11, 25)}))
    assert promise(closed, received=local("2026-11-23T10:00"), working_days=1).respond_by == local(
        "2026-11-26T16:00"
    )


def test_a_desk_that_never_closes_answers_by_the_end_of_a_day_and_keeps_holidays_open() -> None:
    found = promise(ALWAYS, received=local("2026-12-24T22:40"), working_days=1)
    assert found.respond_by == local("2026-12-25T23:59")
    assert found.open_now


def test_the_closing_hour_keeps_its_wall_time_over_both_clock_changes() -> None:
    spring = promise(OFFICE, received=local("2026-03-27T12:00"), working_days=1).respond_by
    autumn = promise(OFFICE, received=local("2026-10-23T12:00"), working_days=1).respond_by
    assert (spring.isoformat(), autumn.isoformat()) == (
        "2026-03-30T16:00:00+03:00",
        "2026-10-26T16:00:00+02:00",
    )
    assert spring.astimezone(dt.UTC).hour == 13
    assert autumn.astimezone(dt.UTC).hour == 14


def test_next_opening_is_now_when_open_and_the_first_hour_after_a_break_otherwise() -> None:
    hours = DeskHours.parse(
        {"mon": [["08:00", "11:30"], ["12:30", "16:00"]]}, open_on_holidays=False, closures=[]
    )
    assert next_opening(hours, local("2026-11-23T09:00")) == local("2026-11-23T09:00")
    assert next_opening(hours, local("2026-11-23T11:30")) == local("2026-11-23T12:30")
    assert next_opening(hours, local("2026-11-23T16:00")) == local("2026-11-30T08:00")


def test_a_moment_given_in_utc_is_read_in_helsinki() -> None:
    late_evening_utc = dt.datetime(2026, 11, 22, 23, 0, tzinfo=dt.UTC)
    assert promise(OFFICE, received=late_evening_utc, working_days=1).respond_by == local("2026-11-24T16:00")


def test_a_desk_without_hours_can_promise_nothing() -> None:
    with pytest.raises(NeverOpen):
        promise(
            DeskHours.parse({}, open_on_holidays=False, closures=[]),
            received=local("2026-11-23T09:00"),
            working_days=1,
        )


@pytest.mark.parametrize(
    "week",
    [
        {"mon": [["16:00", "08:00"]]},
        {"mon": [["08:00", "12:00"], ["11:00", "16:00"]]},
        {"mon": [["8:00", "16:00"]]},
        {"mon": [["08:00", "24:30"]]},
        {"monday": [["08:00", "16:00"]]},
    ],
)
def test_faulty_hours_are_refused(week: dict[str, list[list[str]]]) -> None:
    with pytest.raises(ValueError, match="mon"):
        DeskHours.parse(week, open_on_holidays=False, closures=[])


def test_a_promise_only_moves_earlier() -> None:
    monday, friday = local("2026-11-23T16:00"), local("2026-11-27T16:00")
    assert earlier(monday, friday) == monday
    assert earlier(friday, monday) == monday
