"""From an error to what follows, and what decisions not to send may do."""

import pytest

from helpbutton.notifications.codes import CODES, STATUSES, error_of, what_follows
from helpbutton.notifications.decisions import DECISIONS
from helpbutton.notifications.limits import LIMITS


@pytest.mark.parametrize(
    ("error", "follows"),
    [
        ("provider_21211", "call"),
        ("provider_21614", "call"),
        ("provider_21610", "opted_out"),
        ("provider_30003", "once_more"),
        ("provider_30008", "once_more"),
        ("provider_30005", "call"),
        ("provider_30006", "call"),
        ("provider_30007", "call"),
        ("provider_20003", "stop_channel"),
        ("provider_30002", "stop_channel"),
        ("smtp_535", "stop_channel"),
        ("provider_99999", "call"),
        (None, "call"),
    ],
)
def test_what_follows(error: str | None, follows: str) -> None:
    assert what_follows(error) == follows


def test_errors_fit_into_their_column() -> None:
    assert max(map(len, (*CODES, *DECISIONS))) <= 40


@pytest.mark.parametrize(
    ("code", "error"),
    [("30003", "provider_30003"), (30003, "provider_30003"), ("", None), (None, None), ("x", None)],
)
def test_a_code_becomes_an_error(code: object, error: str | None) -> None:
    assert error_of(code) == error


def test_only_the_providers_word_says_delivered() -> None:
    assert {status for status, report in STATUSES.items() if report == "delivered"} == {"delivered", "read"}


def test_what_is_beyond_a_limit_waits_for_a_human() -> None:
    assert {DECISIONS[limit].status for limit in LIMITS} == {"held"}
