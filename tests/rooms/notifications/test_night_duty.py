"""While a desk is closed its urgent alerts reach the desk that is on duty for it."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from helpbutton import clock
from helpbutton.db import db, transaction
from helpbutton.directory.models import Service
from helpbutton.notifications.phone import phone_messages
from tests.cast import Cast

OFFICE = {day: [["08:00", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
NIGHT = dt.datetime(2026, 11, 24, 21, 0, tzinfo=dt.UTC)
DAY = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
DESK, NIGHT_DESK = "varha-family-guidance", "varha-social-emergency"


def numbers() -> dict[str, str]:
    rows = db.session.execute(select(Service.key, Service.duty_number))
    return {key: number for key, number in rows if number}


@pytest.mark.parametrize(
    ("moment", "night_duty", "told"),
    [(NIGHT, NIGHT_DESK, NIGHT_DESK), (DAY, NIGHT_DESK, DESK), (NIGHT, "own", DESK), (NIGHT, "none", DESK)],
)
def test_who_is_told_of_danger(
    app: Flask, cast: Cast, drain: Callable[[], int], moment: dt.datetime, night_duty: str, told: str
) -> None:
    with transaction() as session:
        session.execute(
            update(Service).where(Service.key == DESK).values(hours=OFFICE, night_duty=night_duty)
        )
    with clock.moved(moment):
        answer = cast.send(
            text="Mies uhkaa tappaa meidät, olemme vessassa lukkojen takana", may_forward=False
        )
        assert answer.get_json()["danger"] is True
        drain()
        alerted = {sms.to for sms in phone_messages()} & set(numbers().values())
    assert alerted == {numbers()[told]}
