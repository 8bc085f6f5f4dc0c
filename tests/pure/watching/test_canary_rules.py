"""How far a canary has come."""

import pytest

from helpbutton.watching.canary_rules import OUT, STAGES, stage


@pytest.mark.parametrize(
    ("stored", "is_sorted", "status", "tells", "found"),
    [
        (False, False, None, True, "not_stored"),
        (True, False, None, True, "not_sorted"),
        (True, True, None, True, "not_planned"),
        (True, True, "planned", True, "not_sent"),
        (True, True, "sending", True, "not_accepted"),
        (True, True, "dead", True, "not_accepted"),
        (True, True, "sent", True, "not_delivered"),
        (True, True, "sent", False, OUT),
        (True, True, "delivered", True, OUT),
    ],
)
def test_a_canary_is_where_it_got_stuck(
    stored: bool, is_sorted: bool, status: str | None, tells: bool, found: str
) -> None:
    assert stage(stored=stored, sorted_already=is_sorted, status=status, tells_delivery=tells) == found
    assert found in (OUT, *STAGES)
    assert max(map(len, STAGES)) <= 20, "fits its column"
