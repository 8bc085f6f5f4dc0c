"""Ladders: what their data may say, and what comes after each place."""

import copy
import json
from itertools import accumulate
from typing import Any

import pytest

from helpbutton.config_dir import CONFIG_DIR
from helpbutton.errors import Invalid
from helpbutton.escalation.ladder import (
    ENDS,
    GROUND,
    LIST_EVERY_MIN,
    SUBJECTS,
    Ladder,
    Place,
    Step,
    after,
    read,
)
from helpbutton.escalation.ladders import usual_ladders

URGENT: dict[str, Any] = {
    "nag_min": 15,
    "steps": [
        {"after_min": 0, "who": "duty", "channels": ["sms"]},
        {"after_min": 15, "who": "second", "channels": ["sms", "email"]},
        {"after_min": 60, "who": "lead", "channels": ["sms"]},
    ],
}


def walk(ladder: Ladder, start: Place, rounds: int) -> list[tuple[int, int, int]]:
    """(minute, step, nags) of the next rounds."""
    places, waits, place = [], [], start
    for _ in range(rounds):
        place, wait = after(ladder, place)
        places.append(place)
        waits.append(wait)
    return [(at, here.step, here.nags) for at, here in zip(accumulate(waits), places, strict=True)]


def test_it_climbs_nags_between_far_steps_and_never_stops() -> None:
    assert walk(read(URGENT, subject="urgent"), Place(0), 8) == [
        (15, 1, 0),
        (30, 1, 1),
        (45, 1, 2),
        (60, 2, 0),
        (75, 3, 0),
        (75 + LIST_EVERY_MIN, 3, 1),
        (75 + 2 * LIST_EVERY_MIN, 3, 2),
        (75 + 3 * LIST_EVERY_MIN, 3, 3),
    ]


def test_from_the_ground_the_first_step_comes_at_once() -> None:
    assert after(read(URGENT, subject="first_contact"), GROUND) == (Place(0), 0)


def test_steps_of_the_same_minute_come_together() -> None:
    ladder = Ladder((Step(0, "assigned", ("sms",)), Step(0, "lead", ("sms",))), 30)
    assert walk(ladder, GROUND, 3) == [(0, 0, 0), (0, 1, 0), (30, 2, 0)]


def test_the_ladders_that_ship_are_whole_and_gentle() -> None:
    ladders = usual_ladders()
    assert set(ladders) == set(SUBJECTS)
    assert all(ladder.steps[-1].who in ENDS for ladder in ladders.values())
    assert walk(ladders["urgent"], Place(0), 1) == [(15, 1, 0)], (
        "the phone rings once, then not for 15 minutes"
    )
    written = json.loads((CONFIG_DIR / "escalation.json").read_text(encoding="utf-8"))["ladders"]
    assert {
        subject: read(ladder.as_json(), subject=subject) for subject, ladder in ladders.items()
    } == ladders
    assert set(written) == set(ladders)


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("steps",), [], "steps"),
        (("steps",), "duty", "steps"),
        (("steps",), [URGENT["steps"][0]] * 13, "steps"),
        (("nag_min",), 4, "nag_min"),
        (("nag_min",), True, "nag_min"),
        (("nag_min",), None, "nag_min"),
        (("steps", 0, "after_min"), 5, "steps.after_min"),
        (("steps", 1, "after_min"), 61, "steps.after_min"),
        (("steps", 1, "after_min"), -1, "steps.1.after_min"),
        (("steps", 1, "after_min"), "15", "steps.1.after_min"),
        (("steps", 1, "channels"), ["fax"], "steps.1.channels"),
        (("steps", 1, "channels"), [], "steps.1.channels"),
        (("steps", 1, "who"), "everybody", "steps.1.who"),
        (("steps", 0, "who"), "lead", "steps.0.who"),
        (("steps", 2, "who"), "second", "steps.2.who"),
        (("steps", 2, "who"), "county_duty", "steps.2.who"),
        (("steps", 1), None, "steps.1.after_min"),
    ],
)
def test_a_ladder_that_breaks_a_rule_is_refused(path: tuple[Any, ...], value: object, field: str) -> None:
    data = copy.deepcopy(URGENT)
    place: Any = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(Invalid) as refusal:
        read(data, subject="urgent")
    assert [error.field for error in refusal.value.errors] == [field]
