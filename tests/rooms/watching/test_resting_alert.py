"""An urgent alert whose to-do rests is an alarm; any other that rests asks for a decision."""

import pytest
from flask import Flask
from sqlalchemy import update

from helpbutton.db import transaction
from helpbutton.outbox import ToDo
from helpbutton.watching import queries
from helpbutton.watching.checks import failing
from tests.rooms.notifications.conftest import World


@pytest.mark.parametrize(
    ("urgency", "kind", "alarms"),
    [
        ("urgent", "deliver_notification", ("alerts_tried",)),
        ("urgent", "start_climb", ("alerts_tried",)),
        ("normal", "deliver_notification", ()),
    ],
)
def test_resting(app: Flask, urgency: str, kind: str, alarms: tuple[str, ...]) -> None:
    world = World()
    world.alert(world.case(world.desk(), urgency=urgency))
    assert "alerts_tried" not in failing(queries.facts(), "alarm")
    with transaction() as session:
        session.execute(update(ToDo).where(ToDo.kind == kind).values(state="resting"))
    facts = queries.facts()
    assert (failing(facts, "alarm"), facts.resting) == (alarms, 1)
