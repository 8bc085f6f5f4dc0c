"""When an activity takes place: rules, the change of clocks, public holidays, cancelled days, pauses, validity."""

import datetime as dt
from typing import Any

import pytest

from helpbutton.activities.recurrence import Rhythm, Schedule, coming, rhythm
from helpbutton.clock import HELSINKI

MONDAYS = {"rule": "FREQ=WEEKLY;BYDAY=MO", "begins": "09:00", "ends": "12:00"}


def schedule(
    *times: dict[str, str], starts: str = "2026-08-10", ends: str | None = None, **more: Any
) -> Schedule:
    return Schedule.parse(
        {"times": list(times or [MONDAYS]), **more},
        valid_from=dt.date.fromisoformat(starts),
        valid_to=dt.date.fromisoformat(ends) if ends else None,
    )


def slot(rule: str, begins: str = "09:00", ends: str = "12:00") -> dict[str, str]:
    return {"rule": rule, "begins": begins, "ends": ends}


def at(text: str) -> dt.datetime:
    """A moment of Helsinki's clock."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=HELSINKI)


def days(found: Schedule, since: str, count: int = 3) -> list[str]:
    return [f"{occasion.begins:%Y-%m-%d}" for occasion in coming(found, at=at(since), count=count)]


def test_the_next_times_come_in_order() -> None:
    found = schedule(slot("FREQ=WEEKLY;BYDAY=TH", "13:00", "16:00"), slot("FREQ=WEEKLY;BYDAY=MO,TH"))
    times = coming(found, at=at("2026-11-23T12:00"), count=3)
    assert [f"{time.begins:%a %H:%M}-{time.ends:%H:%M}" for time in times] == [
        "Thu 09:00-12:00",
        "Thu 13:00-16:00",
        "Mon 09:00-12:00",
    ]


def test_what_is_going_on_counts_until_its_end() -> None:
    assert days(schedule(), "2026-11-23T11:59", 1) == ["2026-11-23"]
    assert days(schedule(), "2026-11-23T12:00", 1) == ["2026-11-30"]


@pytest.mark.parametrize(
    ("since", "offsets"),
    [("2026-10-19T00:00", [3, 2]), ("2027-03-22T00:00", [2, 3])],
    ids=["clocks back on 2026-10-25", "clocks forward on 2027-03-28"],
)
def test_nine_o_clock_stays_nine_o_clock_when_the_clocks_change(since: str, offsets: list[int]) -> None:
    """29 March 2027 is Easter Monday, so the second of those Mondays is cancelled."""
    times = coming(schedule(), at=at(since), count=2)
    assert [f"{time.begins:%H:%M}" for time in times] == ["09:00", "09:00"]
    hours = [time.begins.utcoffset() for time in times]
    assert hours == [dt.timedelta(hours=offset) for offset in offsets]


def test_on_the_night_itself_the_hours_are_real_ones() -> None:
    nights = schedule(slot("FREQ=WEEKLY;BYDAY=SU", "02:00", "05:00"), on_holidays=True)
    longer = coming(nights, at=at("2026-10-25T00:00"))[0]
    shorter = coming(nights, at=at("2027-03-28T00:00"))[0]
    real = [time.ends.astimezone(dt.UTC) - time.begins.astimezone(dt.UTC) for time in (longer, shorter)]
    assert real == [dt.timedelta(hours=4), dt.timedelta(hours=2)]


def test_an_hour_that_does_not_exist_falls_into_the_next() -> None:
    nights = schedule(slot("FREQ=WEEKLY;BYDAY=SU", "03:30", "05:00"), on_holidays=True)
    assert f"{coming(nights, at=at('2027-03-28T00:00'))[0].begins:%H:%M %z}" == "04:30 +0300"


@pytest.mark.parametrize("holiday", ["2026-12-25", "2027-01-01", "2027-03-26", "2027-06-25", "2027-12-24"])
def test_public_holidays_cancel(holiday: str) -> None:
    daily = slot("FREQ=DAILY")
    assert holiday not in days(schedule(daily), f"{holiday}T00:00", 5)
    assert days(schedule(daily, on_holidays=True), f"{holiday}T00:00", 1) == [holiday]


def test_exceptions_and_pauses_cancel_and_both_ends_belong_to_a_pause() -> None:
    found = schedule(exdates=["2026-11-30"], pauses=[["2026-12-14", "2027-01-04"]])
    assert days(found, "2026-11-24T00:00") == ["2026-12-07", "2027-01-11", "2027-01-18"]


def test_every_other_week_is_counted_from_the_first_day() -> None:
    found = schedule(slot("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"), exdates=["2026-08-24"])
    assert days(found, "2026-08-10T00:00") == ["2026-08-10", "2026-09-07", "2026-09-21"]


def test_nothing_takes_place_outside_its_validity_and_its_ends_belong_to_it() -> None:
    found = schedule(starts="2026-11-16", ends="2026-11-30")
    assert days(found, "2026-06-01T00:00", 9) == ["2026-11-16", "2026-11-23", "2026-11-30"]
    assert coming(found, at=at("2026-11-30T12:00")) == ()


def test_until_and_count_are_understood() -> None:
    assert days(schedule(slot("FREQ=WEEKLY;BYDAY=MO;COUNT=2")), "2026-08-01T00:00") == [
        "2026-08-10",
        "2026-08-17",
    ]
    assert days(schedule(slot("FREQ=WEEKLY;BYDAY=MO;UNTIL=20260817")), "2026-08-11T00:00") == ["2026-08-17"]


def test_the_day_is_helsinkis_wherever_the_moment_was_written() -> None:
    late = dt.datetime(2026, 11, 22, 22, 30, tzinfo=dt.UTC)
    assert coming(schedule(), at=late)[0].begins == at("2026-11-23T09:00")


@pytest.mark.parametrize(
    "times",
    [
        slot("every monday"),
        slot("FREQ=HOURLY"),
        slot("FREQ=WEEKLY;BYDAY=XX"),
        slot("FREQ=WEEKLY;BYHOUR=9"),
        slot("FREQ=DAILY;INTERVAL=0"),
        slot("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"),
        slot("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"),
        slot("FREQ=DAILY;interval=0"),
        slot("FREQ=DAILY;BYDAY=MO\nRRULE:INTERVAL=0;FREQ=DAILY"),
        slot("FREQ=WEEKLY;UNTIL=20270101T000000Z"),
        slot("FREQ=WEEKLY", "12:00", "09:00"),
        slot("FREQ=WEEKLY", "9", "12:00"),
    ],
    ids=lambda times: f"{times['rule']} {times['begins']}",
)
def test_a_faulty_rule_is_refused(times: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        schedule(times)


def test_a_faulty_schedule_is_refused() -> None:
    with pytest.raises(ValueError, match="no times"):
        Schedule.parse({"times": []}, valid_from=dt.date(2026, 8, 10))
    with pytest.raises(ValueError, match="before it begins"):
        schedule(pauses=[["2027-01-06", "2026-12-21"]])
    with pytest.raises(ValueError, match="holiday"):
        schedule(holiday=True)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=TH,TU", Rhythm("week", (1, 3))),
        ("FREQ=WEEKLY", Rhythm("week", (0,))),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", Rhythm("two_weeks", (2,))),
        ("FREQ=WEEKLY;BYDAY=1TU,TU", Rhythm("week", (1,))),
        ("FREQ=DAILY;BYDAY=+1TU", Rhythm("week", (1,))),
        ("FREQ=DAILY", Rhythm("week", (0, 1, 2, 3, 4, 5, 6))),
        ("FREQ=MONTHLY;BYDAY=1TU", Rhythm("month")),
        ("FREQ=MONTHLY;INTERVAL=3", Rhythm("other")),
        ("FREQ=YEARLY", Rhythm("other")),
    ],
)
def test_a_rhythm_in_few_words(rule: str, expected: Rhythm) -> None:
    found = schedule(slot(rule))
    assert rhythm(found.slots[0], valid_from=found.valid_from) == expected
