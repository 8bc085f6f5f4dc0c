"""The rules of the clocks against the calendar and the law."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpbutton.cases import clock_rules as rules
from helpbutton.cases.clock_rules import NEED_ASSESSMENT, PUPIL_TALK, due, due_after_pause, warning
from helpbutton.cases.clock_time import after_open_time, moment_with_left, open_between
from helpbutton.cases.promise import WEEKDAYS, DeskHours, NeverOpen
from helpbutton.clock import HELSINKI

OFFICE = DeskHours.parse(
    {day: [["08:00", "16:00"]] for day in WEEKDAYS[:5]}, open_on_holidays=False, closures=[]
)
ALWAYS = DeskHours.parse({day: [["00:00", "24:00"]] for day in WEEKDAYS}, open_on_holidays=True, closures=[])
NEVER = DeskHours(((),) * 7)
HOUR, NO_TIME = dt.timedelta(hours=1), dt.timedelta(0)


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=HELSINKI)


@pytest.mark.parametrize(
    ("received", "last_day"),
    [
        ("2026-11-17T09:30", "2026-11-26"),
        ("2026-11-21T12:00", "2026-12-01"),
        ("2026-12-18T23:59", "2026-12-31"),
        ("2027-03-24T08:00", "2027-04-06"),
    ],
)
def test_the_seventh_working_day_is_counted_as_thl_counts_it(received: str, last_day: str) -> None:
    found = rules.statutory_due(NEED_ASSESSMENT, received=local(received), urgent=False)
    assert found == local(f"{last_day}T23:59")


def test_a_pupil_in_urgent_need_talks_on_the_next_working_day_and_an_assessment_keeps_its_seven() -> None:
    friday = local("2026-11-20T15:00")
    assert rules.statutory_due(PUPIL_TALK, received=friday, urgent=True) == local("2026-11-23T23:59")
    assert rules.statutory_due(NEED_ASSESSMENT, received=friday, urgent=True) == local("2026-12-01T23:59")


@pytest.mark.parametrize(
    ("kind", "role", "desk_kind", "found"),
    [
        ("contact_together", "professional", "family_guidance", NEED_ASSESSMENT),
        ("help", "parent", "child_welfare", NEED_ASSESSMENT),
        ("help", "young_person", "school_social_worker", PUPIL_TALK),
        ("help", "child", "school_psychologist", PUPIL_TALK),
        ("help", "parent", "school_psychologist", None),
        ("help", "child", "school_health", None),
        ("help", "parent", "family_guidance", None),
        ("consultation_anonymous", "professional", "child_welfare", None),
        ("consultation_with_consent", "professional", "school_social_worker", None),
    ],
)
def test_the_law_sets_a_date_where_it_applies(
    kind: str, role: str, desk_kind: str, found: rules.Statute | None
) -> None:
    assert rules.statute_for(kind=kind, role=role, desk_kind=desk_kind) is found


@pytest.mark.parametrize(
    ("kind", "urgency", "at"),
    [
        ("next_answer", "normal", "2026-11-26T16:00"),
        ("next_answer", "soon", "2026-11-24T16:00"),
        ("next_answer", "urgent", "2026-11-23T16:00"),
        ("acceptance", "low", "2026-11-24T16:00"),
        ("acceptance", "urgent", "2026-11-23T16:00"),
        ("hand_over", "normal", "2026-11-26T16:00"),
    ],
)
def test_a_clock_falls_due_in_the_desks_own_working_days(kind: str, urgency: str, at: str) -> None:
    monday = local("2026-11-23T10:00")
    assert due(kind, OFFICE, since=monday, promise_days=3, urgency=urgency) == local(at)


def test_soon_never_makes_a_quick_promise_slower() -> None:
    monday = local("2026-11-23T10:00")
    assert due("next_answer", OFFICE, since=monday, promise_days=0, urgency="soon") == local(
        "2026-11-23T16:00"
    )


def test_a_desk_that_never_opens_still_owes_an_answer() -> None:
    monday = local("2026-11-23T10:00")
    assert due("next_answer", NEVER, since=monday, promise_days=2, urgency="normal") == local(
        "2026-11-25T23:59"
    )
    assert warning(NEVER, since=monday, due_at=local("2026-11-25T23:59")) is None


@pytest.mark.parametrize(
    ("since", "due_at", "at"),
    [
        ("2026-11-23T08:00", "2026-11-24T16:00", "2026-11-24T12:00"),
        ("2026-11-20T20:00", "2026-11-23T16:00", "2026-11-23T14:00"),
        ("2026-11-20T08:00", "2026-11-26T16:00", "2026-11-25T14:00"),
        ("2026-11-23T14:00", "2026-11-23T16:00", "2026-11-23T15:00"),
        ("2026-11-23T15:00", "2026-11-23T16:00", None),
        ("2026-11-23T15:40", "2026-11-23T16:00", None),
    ],
)
def test_a_warning_comes_when_a_quarter_of_the_open_time_is_left_and_an_hour_at_least(
    since: str, due_at: str, at: str | None
) -> None:
    found = warning(OFFICE, since=local(since), due_at=local(due_at))
    assert found == (local(at) if at else None)


@settings(max_examples=60, deadline=None)
@given(minutes=st.integers(0, 40 * 24 * 60), length=st.integers(1, 12 * 24 * 60))
def test_a_warning_always_reaches_an_open_desk_in_time(minutes: int, length: int) -> None:
    since = dt.datetime(2026, 10, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
    due_at = since + dt.timedelta(minutes=length)
    whole, found = open_between(OFFICE, since, due_at), warning(OFFICE, since=since, due_at=due_at)
    if found is None:
        assert whole <= HOUR
        return
    assert since < found < due_at
    assert open_between(OFFICE, found, due_at) == max(whole / 4, HOUR)
    assert after_open_time(OFFICE, since, whole - max(whole / 4, HOUR)) <= found


def test_open_time_knows_the_two_nights_on_which_the_clock_is_changed() -> None:
    assert open_between(ALWAYS, local("2026-03-28T12:00"), local("2026-03-29T12:00")) == 23 * HOUR
    assert open_between(ALWAYS, local("2026-10-24T12:00"), local("2026-10-25T12:00")) == 25 * HOUR
    found = moment_with_left(ALWAYS, local("2026-10-24T12:00"), local("2026-10-25T12:00"), 12 * HOUR)
    assert found == local("2026-10-25T01:00")


def test_after_a_pause_the_desk_has_the_open_time_that_was_left() -> None:
    friday, due_at = local("2026-11-20T12:00"), local("2026-11-23T16:00")
    next_week = local("2026-11-26T10:00")
    found = due_after_pause(OFFICE, paused_at=friday, due_at=due_at, now=next_week)
    assert found == local("2026-11-27T14:00")
    assert open_between(OFFICE, next_week, found) == open_between(OFFICE, friday, due_at) == 12 * HOUR


def test_a_pause_never_makes_the_date_earlier() -> None:
    evening, due_at = local("2026-11-20T20:00"), local("2026-11-23T16:00")
    night = local("2026-11-21T03:00")
    assert due_after_pause(OFFICE, paused_at=evening, due_at=due_at, now=night) == due_at
    assert due_after_pause(NEVER, paused_at=evening, due_at=due_at, now=night) == due_at + 7 * HOUR
    with pytest.raises(NeverOpen):
        after_open_time(NEVER, night, HOUR)


def test_a_clock_is_looked_at_when_it_warns_when_it_is_due_and_when_its_pause_has_been_long() -> None:
    warn_at, due_at = local("2026-11-23T12:00"), local("2026-11-23T16:00")

    def next_look(
        *, warned: bool = False, slipped: bool = False, paused_at: dt.datetime | None = None
    ) -> dt.datetime | None:
        return rules.next_look(
            warn_at=warn_at,
            due_at=due_at,
            paused_at=paused_at,
            warned_at=warn_at if warned else None,
            slipped_at=due_at if slipped else None,
        )

    assert next_look() == warn_at
    assert next_look(warned=True) == due_at
    assert next_look(warned=True, slipped=True) is None
    assert next_look(paused_at=warn_at) == warn_at + rules.LONGEST_PAUSE
