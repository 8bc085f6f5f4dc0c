"""Whoever is on duty for a closed desk sees its urgent cases, takes them, and sees nothing else of that desk."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from helpbutton import clock
from helpbutton.audit.models import AuditEntry
from helpbutton.cases import handling
from helpbutton.cases.access import NIGHT_DUTY
from helpbutton.cases.models import Case
from helpbutton.cases.queries import open_case
from helpbutton.cases.search import search
from helpbutton.cases.worklist import counts, worklist
from helpbutton.db import db, reading, transaction
from helpbutton.directory.models import Service
from helpbutton.errors import NotFound
from tests.cast import Cast
from tests.rooms.cases.handing import lines

DANGER = "Mies löi minua eilen illalla ja pelkään, että hän lyö taas. Lapset ovat kotona."


def close_for_today(service_id: int, *, leave_to: int | None) -> None:
    with transaction() as session:
        desk = session.get_one(Service, service_id)
        desk.closures = [clock.today().isoformat()] if leave_to else []
        desk.night_duty = session.get_one(Service, leave_to).key if leave_to else "own"
    db.session.remove()


def desk_of(number: str) -> int:
    found = reading().scalar(select(Case.service_id).where(Case.number == number))
    db.session.remove()
    assert found is not None
    return found


def test_the_night_desk_sees_and_takes_urgent_cases(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    urgent = cast.send(text=DANGER).get_json()["number"]
    quiet = cast.send().get_json()["number"]
    drain()
    nights = min(cast.actor("dan").services)
    for service_id in {desk_of(urgent), desk_of(quiet)}:
        close_for_today(service_id, leave_to=nights)
    dan = cast.actor("dan")
    owner = reading().scalar(select(Service.organisation_id).where(Service.id == desk_of(urgent))) or 0
    assert [row.number for row in worklist(actor=dan)] == [urgent]
    assert [row.number for row in search(actor=dan, words=urgent)] == [urgent]
    assert (lines(owner, "list"), lines(owner, "search")) == (1, 1), "on record where the case belongs"
    assert counts(actor=dan)["urgent"] == 1
    page = open_case(actor=dan, number=urgent)
    assert page.text == DANGER
    assert reading().scalar(select(AuditEntry.ground).where(AuditEntry.ground == NIGHT_DUTY).limit(1))
    with pytest.raises(NotFound):
        open_case(actor=dan, number=quiet)
    handling.take(actor=dan, number=urgent, version=page.version)
    assert [row.number for row in worklist(actor=cast.actor("dan"), view="mine")] == [urgent]
    with clock.moved(clock.now() + dt.timedelta(days=7)):
        drain()
        (back,) = reading().scalars(select(Case).where(Case.number == urgent))
        assert (back.assigned_to, back.returned_at is None) == (None, False)
        db.session.remove()
    close_for_today(desk_of(urgent), leave_to=None)
    assert worklist(actor=cast.actor("dan")) == []
