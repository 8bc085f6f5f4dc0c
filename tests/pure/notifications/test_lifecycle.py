"""What each outcome makes of a status: accepted stays accepted, doubt is asked, silence is given its time."""

import datetime as dt

import pytest

from helpbutton.notifications import lifecycle
from helpbutton.notifications.codes import Report
from helpbutton.notifications.lifecycle import Verdict

STATUSES = ("planned", "sending", "unknown", "sent", "delivered", "failed", "held", "dead")
"""All but `dropped`, which is the end."""
VERDICTS: tuple[Verdict, ...] = ("accepted", "not_sent", "stopped", "refused", "unknown")
REPORTS: tuple[Report, ...] = ("on_its_way", "delivered", "undelivered")


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        ("accepted", "sent"),
        ("not_sent", "planned"),
        ("stopped", "planned"),
        ("refused", "failed"),
        ("unknown", "unknown"),
    ],
)
@pytest.mark.parametrize("before", ["sending", "unknown"])
def test_the_newest_attempt_decides(before: str, verdict: Verdict, status: str) -> None:
    assert lifecycle.after_attempt(before, verdict, newest=True, not_sent=1) == status


@pytest.mark.parametrize("newest", [True, False])
@pytest.mark.parametrize("status", STATUSES)
def test_accepted_counts_however_late_and_nothing_undoes_it(status: str, newest: bool) -> None:
    after = lifecycle.after_attempt(status, "accepted", newest=newest, not_sent=0)
    assert after == ("delivered" if status == "delivered" else "sent")
    for verdict in VERDICTS:
        assert lifecycle.after_attempt(after, verdict, newest=True, not_sent=1) == after


@pytest.mark.parametrize("verdict", [v for v in VERDICTS if v != "accepted"])
@pytest.mark.parametrize("status", STATUSES)
def test_an_attempt_that_was_followed_by_another_changes_nothing(status: str, verdict: Verdict) -> None:
    assert lifecycle.after_attempt(status, verdict, newest=False, not_sent=1) == status


def test_after_the_last_try_a_human_is_asked() -> None:
    last = lifecycle.NOT_SENT_TRIES
    assert lifecycle.after_attempt("sending", "not_sent", newest=True, not_sent=last - 1) == "planned"
    assert lifecycle.after_attempt("sending", "not_sent", newest=True, not_sent=last) == "dead"


@pytest.mark.parametrize(
    ("purpose", "seconds", "status"),
    [
        ("duty_alert", 59, "unknown"),
        ("duty_alert", 60, "planned"),
        ("desk_alert", 60, "planned"),
        ("confirmation", 60, "unknown"),
        ("confirmation", 899, "unknown"),
        ("confirmation", 900, "held"),
        ("nudge", 900, "held"),
    ],
)
def test_no_trace_within_the_grace(purpose: str, seconds: int, status: str) -> None:
    waited = dt.timedelta(seconds=seconds)
    assert lifecycle.after_asking(purpose, "absent", since_attempt=waited, unanswered=1) == status


@pytest.mark.parametrize(
    ("purpose", "unanswered", "status"),
    [("duty_alert", 2, "planned"), ("duty_alert", 3, "dead"), ("digest", 3, "dead"), ("nudge", 3, "held")],
)
def test_what_may_have_arrived_three_times_is_for_a_human(purpose: str, unanswered: int, status: str) -> None:
    hour = dt.timedelta(hours=1)
    assert lifecycle.after_asking(purpose, "absent", since_attempt=hour, unanswered=unanswered) == status


@pytest.mark.parametrize(
    "purpose", ["confirmation", "nudge", "slipped", "canary", "duty_alert", "one_time_code"]
)
def test_without_a_report_a_human_is_asked_about_a_family_that_has_not_looked(purpose: str) -> None:
    family = purpose in ("nudge", "slipped")
    assert lifecycle.after_no_report(purpose, looked=False) == ("held" if family else "sent")
    assert lifecycle.after_no_report(purpose, looked=True) == "sent"


def test_a_provider_that_cannot_be_asked_proves_nothing() -> None:
    hour = dt.timedelta(hours=1)
    assert lifecycle.after_asking("duty_alert", "no_answer", since_attempt=hour, unanswered=3) == "unknown"
    assert lifecycle.after_asking("duty_alert", "no_answer", since_attempt=4 * hour, unanswered=1) == "held"
    assert lifecycle.after_asking("nudge", "no_answer", since_attempt=hour, unanswered=1) == "held"


def test_pauses_grow_to_a_minute() -> None:
    pauses = [lifecycle.pause(tries).total_seconds() for tries in (1, 2, 3, 6, 240)]
    assert pauses == [2, 4, 8, 60, 60]


@pytest.mark.parametrize("newest", [True, False])
@pytest.mark.parametrize("status", STATUSES)
def test_delivered_is_the_end_and_only_the_provider_says_it(status: str, newest: bool) -> None:
    assert lifecycle.after_report(status, "delivered", newest=newest) == "delivered"
    for report in REPORTS:
        assert lifecycle.after_report("delivered", report, newest=newest) == "delivered"
    others = {
        lifecycle.after_report(status, report, newest=newest) for report in ("on_its_way", "undelivered")
    }
    verdicts = {lifecycle.after_attempt(status, verdict, newest=newest) for verdict in VERDICTS}
    assert ("delivered" in others | verdicts) == (status == "delivered")


@pytest.mark.parametrize("status", ["planned", "failed", "held", "dead", "dropped"])
def test_what_has_been_decided_is_not_decided_again_by_a_late_report(status: str) -> None:
    assert lifecycle.after_report(status, "undelivered", newest=True) == status


@pytest.mark.parametrize("status", ["sending", "unknown", "sent"])
def test_what_did_not_arrive(status: str) -> None:
    assert lifecycle.after_report(status, "undelivered", newest=False) == status
    assert lifecycle.after_report(status, "undelivered", newest=True) == "failed"
    for refusals, after in ((1, "planned"), (2, "held")):
        assert (
            lifecycle.after_report(status, "undelivered", newest=True, follows="once_more", refusals=refusals)
            == after
        )
    assert lifecycle.after_report(status, "undelivered", newest=True, follows="stop_channel") == "planned"


def test_a_stopped_channel_burns_no_tries() -> None:
    many = lifecycle.NOT_SENT_TRIES * 2
    assert lifecycle.after_attempt("sending", "stopped", newest=True, not_sent=many) == "planned"


def test_what_somebody_still_has_to_know_is_not_just_dropped() -> None:
    assert lifecycle.after_too_long("duty_alert") == lifecycle.after_too_long("nudge") == "dead"
    assert lifecycle.after_too_long("confirmation") == "dropped"


@pytest.mark.parametrize("newest", [True, False])
def test_what_was_dropped_is_not_brought_back_by_anything_that_is_heard_later(newest: bool) -> None:
    for report in REPORTS:
        assert lifecycle.after_report("dropped", report, newest=newest) == "dropped"
    for verdict in VERDICTS:
        assert lifecycle.after_attempt("dropped", verdict, newest=newest) == "dropped"
