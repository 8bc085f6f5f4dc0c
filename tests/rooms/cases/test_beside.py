"""Two people on one case see each other, and that something has happened; nobody else learns that the case exists."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpbutton import clock
from helpbutton.cases import handling
from helpbutton.cases.beside import PRESENT, be_there, forget_viewers, others_there
from helpbutton.cases.work_models import CaseViewer
from helpbutton.db import db, reading
from helpbutton.errors import NotFound
from tests.cast import Cast
from tests.rooms.cases.conftest import Send


def viewers() -> int:
    db.session.remove()
    return reading().scalar(select(func.count()).select_from(CaseViewer)) or 0


def test_two_people_on_one_case_see_each_other_until_one_leaves(
    app_on_both: Flask, cast: Cast, send: Send
) -> None:
    case, cara, liisa = send(), cast.actor("cara"), cast.actor("liisa")
    now = clock.now()
    with clock.moved(now):
        assert be_there(actor=cara, number=case.number).names == ()
        assert be_there(actor=liisa, number=case.number).names == ("Cara Lind",)
        assert be_there(actor=cara, number=case.number).names == ("Liisa Aalto",)
        assert others_there(case.id, actor=cara) == ("Liisa Aalto",)
    with clock.moved(now + PRESENT + dt.timedelta(seconds=1)):
        assert be_there(actor=cara, number=case.number).names == ()
    assert viewers() == 2
    with clock.moved(now + dt.timedelta(hours=2)):
        forget_viewers()
    assert viewers() == 0


def test_what_happens_meanwhile_is_counted(app: Flask, cast: Cast, send: Send) -> None:
    case, cara = send(), cast.actor("cara")
    before = be_there(actor=cara, number=case.number).events
    assert before == len(case.verbs)
    handling.take(actor=cast.actor("liisa"), number=case.number, version=case.row.version)
    assert be_there(actor=cara, number=case.number).events == before + 1


def test_nobody_is_beside_a_case_that_they_do_not_see(app: Flask, cast: Cast, send: Send) -> None:
    case = send()
    for number in (case.number, "0000-0000"):
        with pytest.raises(NotFound):
            be_there(actor=cast.actor("dan"), number=number)
    assert viewers() == 0
