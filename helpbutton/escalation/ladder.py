"""Ladders, pure: their shape and its rules, and what comes after each place on them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, TypeGuard

from helpbutton.errors import FieldError, Invalid

URGENT = "urgent"
SUBJECTS = (URGENT, "first_contact", "next_answer", "acceptance", "hand_over", "statutory")
"""What climbs: an urgent case, and each kind of clock that has run out."""
WHO = ("assigned", "duty", "second", "desk", "lead", "county_duty", "administrators")
"""Whom a step tells: the person who has the case; who is on duty, else the duty number; one more colleague of the
desk; the duty number; the desk's leads; the desk that stands in at night; the organisation's administrators."""
ENDS = ("lead", "administrators")
"""A last step that is never empty: without such people it is the other one, else the duty number."""
CHANNELS = ("sms", "email")
LIST_EVERY_MIN = 60
SHORTEST_NAG_MIN, LONGEST_MIN, MOST_STEPS = 5, 14 * 24 * 60, 12


@dataclass(frozen=True)
class Step:
    """So many minutes after the beginning these people are told, by these channels if they chose no other."""

    after_min: int
    who: str
    channels: tuple[str, ...]


@dataclass(frozen=True)
class Ladder:
    """The steps in order; `nag_min`: after how many minutes the people of a step are told again."""

    steps: tuple[Step, ...]
    nag_min: int

    @property
    def end(self) -> int:
        """The place after the last step: the list."""
        return len(self.steps)

    def as_json(self) -> dict[str, Any]:
        """As config/escalation.json writes it."""
        return asdict(self)


@dataclass(frozen=True)
class Place:
    """Where a climb stands: the step whose people were told last, and how often they were told again."""

    step: int
    nags: int = 0


GROUND = Place(-1)


def read(data: Mapping[str, Any], *, subject: str) -> Ladder:
    """A ladder from `{"nag_min": 15, "steps": [{"after_min": 0, "who": "duty", "channels": ["sms"]}, ...]}`.

    Raises Invalid, naming the fields: the minutes of the steps begin at 0 and never go back, an urgent ladder begins
    with whoever is on duty (they have been told at once), and the last step is one of `ENDS`.
    """
    rows = data.get("steps")
    if not isinstance(rows, list | tuple) or not rows:
        raise Invalid(FieldError("steps", "required"))
    if len(rows) > MOST_STEPS:
        raise Invalid(FieldError("steps", "too_many", {"limit": MOST_STEPS}))
    steps = tuple(_step(number, row) for number, row in enumerate(rows))
    nag = data.get("nag_min")
    if not _is_minutes(nag) or nag < SHORTEST_NAG_MIN:
        raise Invalid(FieldError("nag_min", "format"))
    if steps[0].after_min != 0 or any(
        later.after_min < earlier.after_min for earlier, later in pairwise(steps)
    ):
        raise Invalid(FieldError("steps.after_min", "format"))
    if subject == URGENT and steps[0].who != "duty":
        raise Invalid(FieldError("steps.0.who", "unknown_value"))
    if steps[-1].who not in ENDS:
        raise Invalid(FieldError(f"steps.{len(steps) - 1}.who", "unknown_value"))
    return Ladder(steps, nag)


def after(ladder: Ladder, place: Place) -> tuple[Place, int]:
    """The place that follows, and how many minutes later. The list follows itself for ever."""
    if place.step >= ladder.end:
        return Place(ladder.end, place.nags + 1), LIST_EVERY_MIN
    if place.step == ladder.end - 1:
        return Place(ladder.end), ladder.nag_min
    here = ladder.steps[place.step].after_min if place.step >= 0 else 0
    left = ladder.steps[place.step + 1].after_min - here - place.nags * ladder.nag_min
    if ladder.nag_min < left:
        return Place(place.step, place.nags + 1), ladder.nag_min
    return Place(place.step + 1), left


def _step(number: int, row: object) -> Step:
    if not isinstance(row, Mapping) or not _is_minutes(row.get("after_min")):
        raise Invalid(FieldError(f"steps.{number}.after_min", "format"))
    channels = row.get("channels")
    if not isinstance(channels, list | tuple) or not channels or not set(channels) <= set(CHANNELS):
        raise Invalid(FieldError(f"steps.{number}.channels", "unknown_value"))
    if row.get("who") not in WHO:
        raise Invalid(FieldError(f"steps.{number}.who", "unknown_value"))
    return Step(row["after_min"], row["who"], tuple(channels))


def _is_minutes(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LONGEST_MIN
