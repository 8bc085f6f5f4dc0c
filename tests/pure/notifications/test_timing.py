"""When an SMS may leave: safe hours of the sender, opening hours of the desk, daylight saving, nights."""

import datetime as dt

import pytest

from helpbutton.cases.promise import DeskHours
from helpbutton.clock import HELSINKI
from helpbutton.notifications.timing import SafeHours, earliest, is_too_old, validity_s

OFFICE = DeskHours.parse(
    {day: [["08:00", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    open_on_holidays=False,
    closures=[],
)
NEVER = DeskHours.parse({}, open_on_holidays=False, closures=[])


def helsinki(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=HELSINKI)


@pytest.mark.parametrize(
    ("not_before", "not_after", "now", "leaves"),
    [
        (None, None, "2026-11-21T03:00", "2026-11-21T03:00"),
        (None, None, "2026-11-21T23:59", "2026-11-21T23:59"),
        ("09:00", None, "2026-11-21T08:59", "2026-11-21T09:00"),
        ("09:00", None, "2026-11-21T09:00", "2026-11-21T09:00"),
        ("09:00", None, "2026-11-21T23:59", "2026-11-21T23:59"),
        ("09:00", "15:00", "2026-11-21T15:00", "2026-11-22T09:00"),
        (None, "15:00", "2026-11-21T15:30", "2026-11-22T08:00"),
        (None, "15:00", "2026-11-21T03:00", "2026-11-21T08:00"),
        (None, "21:00", "2026-11-21T00:30", "2026-11-21T08:00"),
        (None, "07:00", "2026-11-21T03:00", "2026-11-21T03:00"),
        (None, "07:00", "2026-11-21T12:00", "2026-11-22T00:00"),
        ("20:00", "02:00", "2026-11-21T12:00", "2026-11-21T20:00"),
        ("20:00", "02:00", "2026-11-21T23:00", "2026-11-21T23:00"),
        ("20:00", "02:00", "2026-11-22T01:59", "2026-11-22T01:59"),
        ("09:00", "09:00", "2026-11-21T03:00", "2026-11-21T03:00"),
        ("09:00", "15:00", "2026-03-28T20:00", "2026-03-29T09:00"),
        ("09:00", "15:00", "2026-10-24T20:00", "2026-10-25T09:00"),
    ],
)
def test_a_nudge_keeps_to_safe_hours(
    not_before: str | None, not_after: str | None, now: str, leaves: str
) -> None:
    moment = helsinki(now)
    safe = SafeHours(not_before, not_after)
    assert earliest("nudge", now=moment, created=moment, safe=safe, hours=None) == helsinki(leaves)


@pytest.mark.parametrize(
    ("not_before", "not_after", "now", "leaves"),
    [
        (None, None, "2026-11-21T23:59", "2026-11-22T08:00"),
        (None, None, "2026-11-21T20:59", "2026-11-21T20:59"),
        ("20:00", "02:00", "2026-11-21T23:59", "2026-11-22T20:00"),
        ("23:00", "10:00", "2026-11-21T12:00", "2026-11-22T08:00"),
        ("22:00", "06:00", "2026-11-21T12:00", "2026-11-21T22:00"),
    ],
)
def test_a_slipped_promise_is_told_by_day_and_never_outside_safe_hours(
    not_before: str | None, not_after: str | None, now: str, leaves: str
) -> None:
    moment = helsinki(now)
    safe = SafeHours(not_before, not_after)
    assert earliest("slipped", now=moment, created=moment, safe=safe, hours=None) == helsinki(leaves)


def test_a_confirmation_is_never_held_while_fresh_but_keeps_to_safe_hours_when_late() -> None:
    night, safe = helsinki("2026-11-21T23:00"), SafeHours("09:00", "15:00")
    fresh = earliest(
        "confirmation", now=night, created=night - dt.timedelta(minutes=14), safe=safe, hours=None
    )
    late = earliest(
        "confirmation", now=night, created=night - dt.timedelta(minutes=15), safe=safe, hours=None
    )
    assert fresh == night
    assert late == helsinki("2026-11-22T09:00")


@pytest.mark.parametrize(
    ("now", "leaves"),
    [
        ("2026-11-21T23:00", "2026-11-23T08:00"),
        ("2026-11-20T15:59", "2026-11-20T15:59"),
        ("2026-11-20T16:00", "2026-11-23T08:00"),
        ("2026-12-24T09:00", "2026-12-28T08:00"),
    ],
)
def test_a_desk_alert_waits_for_opening(now: str, leaves: str) -> None:
    moment = helsinki(now)
    assert earliest("desk_alert", now=moment, created=moment, safe=None, hours=OFFICE) == helsinki(leaves)


def test_urgent_is_never_held_and_a_desk_that_never_opens_is_told_at_once() -> None:
    night = helsinki("2026-11-21T23:00")
    assert earliest("duty_alert", now=night, created=night, safe=None, hours=OFFICE) == night
    assert earliest("desk_alert", now=night, created=night, safe=None, hours=NEVER) == night


@pytest.mark.parametrize("purpose", ["reminder_alert", "digest"])
def test_staff_are_not_woken_by_a_late_reminder(purpose: str) -> None:
    night, morning = helsinki("2026-11-22T03:00"), helsinki("2026-11-22T08:00")
    late = night - dt.timedelta(minutes=30)
    assert earliest(purpose, now=night, created=night, safe=None, hours=OFFICE) == night
    assert earliest(purpose, now=night, created=late, safe=None, hours=OFFICE) == morning
    assert earliest("duty_alert", now=night, created=late, safe=None, hours=OFFICE) == night
    assert not is_too_old(
        purpose, now=morning, created=morning - dt.timedelta(hours=13), safe=None, hours=None
    )


def test_the_age_of_a_digest_counts_from_the_morning_for_which_it_was_planned() -> None:
    first_item, morning = helsinki("2026-11-20T08:00"), helsinki("2026-11-21T08:00")
    day = dt.timedelta(days=1)
    assert not is_too_old("digest", now=morning + day, created=first_item, safe=None, hours=OFFICE)
    assert is_too_old("digest", now=morning + 1.1 * day, created=first_item, safe=None, hours=OFFICE)


@pytest.mark.parametrize(
    ("purpose", "now", "seconds"),
    [
        ("nudge", "2026-11-21T14:30", 1800),
        ("nudge", "2026-11-21T09:30", 3600),
        ("nudge", "2026-11-21T14:59:50", 60),
        ("confirmation", "2026-11-21T14:30", 3600),
    ],
)
def test_nothing_arrives_long_after_safe_hours(purpose: str, now: str, seconds: int) -> None:
    moment = helsinki(now)
    assert validity_s(purpose, now=moment, created=moment, safe=SafeHours("09:00", "15:00")) == seconds


def test_with_a_first_hour_alone_nothing_arrives_after_midnight() -> None:
    now = helsinki("2026-11-21T23:50")
    assert validity_s("nudge", now=now, created=now, safe=SafeHours("09:00")) == 600


def test_a_delayed_confirmation_does_not_arrive_after_safe_hours() -> None:
    now = helsinki("2026-11-21T20:50")
    for age, seconds in ((14, 3600), (15, 600)):
        created = now - dt.timedelta(minutes=age)
        assert validity_s("confirmation", now=now, created=created, safe=SafeHours(None, "21:00")) == seconds


def test_what_comes_by_day_does_not_arrive_in_the_evening() -> None:
    now = helsinki("2026-11-21T20:50")
    assert validity_s("slipped", now=now, created=now, safe=SafeHours()) == 600


@pytest.mark.parametrize(
    ("now", "leaves"),
    [
        ("2026-11-22T03:00", "2026-11-22T08:00"),
        ("2026-11-21T21:00", "2026-11-22T08:00"),
        ("2026-11-21T20:59", "2026-11-21T20:59"),
        ("2026-11-22T08:00", "2026-11-22T08:00"),
    ],
)
def test_what_is_late_does_not_come_at_night(now: str, leaves: str) -> None:
    moment = helsinki(now)
    created, safe = moment - dt.timedelta(hours=1), SafeHours()
    for purpose in ("confirmation", "nudge", "slipped"):
        assert earliest(purpose, now=moment, created=created, safe=safe, hours=None) == helsinki(leaves)
    fresh = moment - dt.timedelta(minutes=29)
    assert earliest("confirmation", now=moment, created=fresh, safe=safe, hours=None) == moment


def test_hours_that_a_sender_chose_are_theirs_at_night_too() -> None:
    moment = helsinki("2026-11-22T01:00")
    created, chosen = moment - dt.timedelta(hours=2), SafeHours("20:00", "02:00")
    assert earliest("nudge", now=moment, created=created, safe=chosen, hours=None) == moment


@pytest.mark.parametrize(
    ("purpose", "hours_late", "too_old"),
    [
        ("duty_alert", 3, False),
        ("duty_alert", 5, True),
        ("confirmation", 23, False),
        ("confirmation", 25, True),
        ("nudge", 71, False),
        ("nudge", 73, True),
        ("one_time_code", 100, False),
    ],
)
def test_too_old_to_say_anything(purpose: str, hours_late: int, too_old: bool) -> None:
    created = helsinki("2026-11-18T12:00")
    now = created + dt.timedelta(hours=hours_late)
    assert is_too_old(purpose, now=now, created=created, safe=SafeHours(), hours=None) is too_old


def test_age_counts_from_when_it_could_first_have_left() -> None:
    friday, monday = helsinki("2026-11-20T17:00"), helsinki("2026-11-23T08:00")
    day = dt.timedelta(days=1)
    assert not is_too_old("desk_alert", now=monday + 2 * day, created=friday, safe=None, hours=OFFICE)
    assert is_too_old("desk_alert", now=monday + 4 * day, created=friday, safe=None, hours=OFFICE)
