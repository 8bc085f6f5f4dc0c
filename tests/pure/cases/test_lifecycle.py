"""The table of moves."""

import pytest

from helpbutton.cases import lifecycle
from helpbutton.errors import Conflict

STATES = {"received", "sorted", "in_progress", "waiting", "closed"}


def test_the_table_speaks_of_the_five_states_only() -> None:
    for moves in lifecycle.MOVES.values():
        assert set(moves) <= STATES
        assert set(moves.values()) <= STATES


def test_every_state_but_received_can_be_reached_and_every_state_can_be_left() -> None:
    reached = {end for moves in lifecycle.MOVES.values() for start, end in moves.items() if start != end}
    left = {start for moves in lifecycle.MOVES.values() for start, end in moves.items() if start != end}
    assert reached == STATES - {"received"}
    assert left == STATES


@pytest.mark.parametrize(
    ("move", "state"), [("take", "closed"), ("answer", "closed"), ("close", "closed"), ("close", "received")]
)
def test_impossible_moves_are_refused(move: str, state: str) -> None:
    assert not lifecycle.possible(move, state)
    with pytest.raises(Conflict):
        lifecycle.after(move, state)


def test_a_message_of_the_family_opens_a_closed_case_again() -> None:
    assert lifecycle.after("family_writes", "closed") == "sorted"
