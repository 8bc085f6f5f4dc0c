"""On what ground a case may be handed over, and until when an offer waits."""

import datetime as dt

import pytest

from helpbutton.cases.handover_rules import checked, grounds, in_force, offer_ends
from helpbutton.errors import Invalid

LEGAL = ("sender_agreed", "child_interest_law")
NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("crosses", "may_forward", "consented", "expected"),
    [
        (False, False, False, ()),
        (False, True, True, ()),
        (True, True, True, ("sender_allowed",)),
        (True, False, True, ("recorded_consent", *LEGAL)),
        (True, False, False, LEGAL),
    ],
)
def test_another_organisation_needs_leave_consent_or_law(
    crosses: bool, may_forward: bool, consented: bool, expected: tuple[str, ...]
) -> None:
    found = grounds(crosses=crosses, may_forward=may_forward, consented=consented, legal=LEGAL)
    assert found == expected


@pytest.mark.parametrize(
    ("consent", "holds"),
    [
        (None, False),
        ({"until": None}, True),
        ({}, True),
        ({"until": "2026-11-23"}, True),
        ({"until": "2026-11-22"}, False),
    ],
)
def test_a_consent_holds_until_the_end_of_its_last_day(consent: dict[str, object], holds: bool) -> None:
    assert in_force(consent, on=NOW.date()) is holds


@pytest.mark.parametrize(
    ("due_in", "warn_in", "answer_in", "ends_in"),
    [
        (72, None, None, 72),
        (72, 10, 20, 10),
        (72, 0, 20, 20),
        (72, -5, -1, 72),
        (72, None, 20, 20),
        (5, 10, 20, 5),
    ],
)
def test_an_offer_leaves_time_to_keep_the_promise(
    due_in: int, warn_in: int | None, answer_in: int | None, ends_in: int
) -> None:
    ends = offer_ends(
        due_at=NOW + due_in * HOUR,
        now=NOW,
        warn_at=None if warn_in is None else NOW + warn_in * HOUR,
        answer_by=None if answer_in is None else NOW + answer_in * HOUR,
    )
    assert ends == NOW + ends_in * HOUR


@pytest.mark.parametrize(
    ("text", "code"), [("  ", "required"), ("x" * 11, "too_long"), ("a\x00", "characters")]
)
def test_what_cannot_be_kept_is_refused(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked(text, field="why", limit=10)
    assert [(error.field, error.code) for error in refusal.value.errors] == [("why", code)]


def test_what_need_not_be_there_may_be_empty() -> None:
    assert checked(" ", field="how", limit=10, required=False) is None
    assert checked(" a\r\nb ", field="how", limit=10) == "a\nb"
