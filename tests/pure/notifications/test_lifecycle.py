"""What each outcome makes of a status: accepted stays accepted, doubt is asked, silence is given its time."""

import datetime as dt

import pytest

from helpbutton.notifications import lifecycle
from helpbutton.notifications.lifecycle import Verdict

STATUSES = ("planned", "sending", "unknown", "sent", "delivered", "failed", "held", "dropped")
VERDICTS: tuple[Verdict, ...] = ("accepted", "not_sent", "refused", "unknown")


@pytest.mark.parametrize(
    ("verdict", "status"),
    [("accepted", "sent"), ("not_sent", "planned"), ("refused", "failed"), ("unknown", "unknown")],
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
    assert lifecycle.after_attempt("sending", "not_sent", newest=True, not_sent=last) == "held"


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
    assert lifecycle.after_asking(purpose, "absent", since_attempt=dt.timedelta(seconds=seconds)) == status


def test_a_provider_that_cannot_be_asked_proves_nothing() -> None:
    hour = dt.timedelta(hours=1)
    assert lifecycle.after_asking("duty_alert", "no_answer", since_attempt=hour) == "unknown"
    assert lifecycle.after_asking("duty_alert", "no_answer", since_attempt=4 * hour) == "held"
    assert lifecycle.after_asking("nudge", "no_answer", since_attempt=hour) == "held"


def test_pauses_grow_to_a_minute() -> None:
    pauses = [lifecycle.pause(tries).total_seconds() for tries in (1, 2, 3, 6, 240)]
    assert pauses == [2, 4, 8, 60, 60]
