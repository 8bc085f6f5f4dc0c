"""The life of a case as one table: which move leads from which state to which."""

from helpbutton.errors import Conflict

RECEIVED, SORTED, IN_PROGRESS, WAITING, CLOSED = "received", "sorted", "in_progress", "waiting", "closed"
REOPEN_DAYS = 30

OUTCOMES = ("advice_given", "guided_to_service", "contact_continues", "not_reached", "withdrawn", "other")
SPAM = "spam"
"""The outcome of what no person sent."""
DUPLICATE = "duplicate"
"""The outcome of a request that its sender had sent before; the other one is answered."""
NOTHING_OWED = ("withdrawn", SPAM, DUPLICATE)
"""Outcomes after which nobody waits for an answer."""

MOVES: dict[str, dict[str, str]] = {
    "sort": {
        RECEIVED: SORTED,
        SORTED: SORTED,
        IN_PROGRESS: IN_PROGRESS,
        WAITING: WAITING,
        CLOSED: CLOSED,
    },
    "take": {RECEIVED: IN_PROGRESS, SORTED: IN_PROGRESS, IN_PROGRESS: IN_PROGRESS, WAITING: WAITING},
    "release": {IN_PROGRESS: SORTED, WAITING: SORTED},
    "answer": {IN_PROGRESS: WAITING, WAITING: WAITING},
    "family_writes": {
        RECEIVED: RECEIVED,
        SORTED: SORTED,
        IN_PROGRESS: IN_PROGRESS,
        WAITING: IN_PROGRESS,
        CLOSED: SORTED,
    },
    "forward": {RECEIVED: SORTED, SORTED: SORTED, IN_PROGRESS: SORTED, WAITING: SORTED},
    "withdraw": {SORTED: CLOSED},
    "close": {SORTED: CLOSED, IN_PROGRESS: CLOSED, WAITING: CLOSED},
}


def after(move: str, state: str) -> str:
    """The state that `move` leads to from `state`. Raises Conflict when the move is not possible there."""
    try:
        return MOVES[move][state]
    except KeyError:
        raise Conflict(f"{move} is not possible in state {state}") from None


def possible(move: str, state: str) -> bool:
    """Whether `move` may be made in `state`."""
    return state in MOVES[move]
