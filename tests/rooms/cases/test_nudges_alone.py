"""A number for nudges alone: nothing before there is an answer, the nudge about the last one even after closing."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from helpbutton import clock
from helpbutton.cases import handling
from helpbutton.cases.models import Contact
from helpbutton.conversation.family import family_page
from helpbutton.conversation.operations import answer, write_from_family
from helpbutton.db import db, reading
from helpbutton.notifications.models import Notification
from helpbutton.notifications.operations import forget_number
from helpbutton.notifications.queries import waiting_for_human
from helpbutton.notifications.settling import drop_held, retry_held
from tests.cast import PHONE, Cast
from tests.rooms.cases.conftest import Send, Sent, texted

NUDGES_ALONE = {"nudge_only": True, "safe_to_call": False}
NIGHT = dt.datetime(2026, 11, 24, 21, tzinfo=dt.UTC)
IN_THE_MORNING = NIGHT + dt.timedelta(hours=11)
BY_DAY = {"not_before": "08:00", "not_after": "20:00"}
LATER = dt.timedelta(minutes=6)

Drain = Callable[[], int]


def answer_and_close(cast: Cast, case: Sent) -> None:
    cara = cast.actor("cara")
    answer(actor=cara, number=case.number, body="Hei", token="t1")
    handling.close(actor=cara, number=case.number, version=case.row.version, outcome="advice_given")


def numbers(case_id: int) -> list[tuple[str, bool]]:
    """Status of each notification, and whether it has a number."""
    db.session.remove()
    rows = reading().scalars(
        select(Notification).where(Notification.case_id == case_id, Notification.purpose == "nudge")
    )
    return [(row.status, bool(row.to_sealed)) for row in rows]


def phone_of(case_id: int) -> bytes | None:
    db.session.remove()
    return reading().get_one(Contact, case_id).phone


def test_nothing_is_sent_before_there_is_an_answer(app: Flask, cast: Cast, drain: Drain, send: Send) -> None:
    case = send(contact=NUDGES_ALONE)
    assert case.notifications("confirmation") == []
    assert texted(PHONE) == []
    answer(actor=cast.actor("cara"), number=case.number, body="Hei", token="t1")
    drain()
    assert len(texted(PHONE)) == 1


@pytest.mark.parametrize("planned", [True, False])
def test_answered_and_closed_the_nudge_still_leaves_and_then_the_number_is_forgotten(
    planned: bool, app_on_both: Flask, cast: Cast, drain: Drain, send: Send
) -> None:
    with clock.moved(NIGHT):
        case = send(contact={**NUDGES_ALONE, **BY_DAY})
        answer_and_close(cast, case)
        if not planned:
            assert forget_number(case.id) is not None, "before the nudge was planned"
        drain()
        assert phone_of(case.id) is None
        assert numbers(case.id) == [("planned", True)]
        assert texted(PHONE) == []
    with clock.moved(IN_THE_MORNING):
        drain()
        assert len(texted(PHONE)) == 1
    with clock.moved(IN_THE_MORNING + LATER):
        drain()
        drain()
        assert numbers(case.id) == [("sent", False)]
        assert forget_number(case.id) is None


def test_one_nudge_for_two_answers_stays_one_after_closing(
    app: Flask, cast: Cast, drain: Drain, send: Send
) -> None:
    case = send(contact=NUDGES_ALONE)
    answer(actor=cast.actor("cara"), number=case.number, body="Hei", token="t0")
    answer(actor=cast.actor("cara"), number=case.number, body="Vielä", token="t2")
    drain()
    before = len(texted(PHONE))
    version = case.row.version
    handling.close(actor=cast.actor("cara"), number=case.number, version=version, outcome="advice_given")
    drain()
    assert len(texted(PHONE)) == before
    assert {has_number for _, has_number in numbers(case.id)} == {False}


def test_an_answer_that_was_read_needs_no_nudge_and_no_number(
    app: Flask, cast: Cast, drain: Drain, send: Send
) -> None:
    with clock.moved(NIGHT):
        case = send(contact={**NUDGES_ALONE, **BY_DAY})
        answer_and_close(cast, case)
        drain()
        family_page(case_id=case.id)
    with clock.moved(NIGHT + LATER):
        drain()
        assert numbers(case.id) == [("dropped", False)]
    with clock.moved(IN_THE_MORNING):
        drain()
    assert texted(PHONE) == []


@pytest.mark.parametrize("decision", ["retry", "drop"])
def test_a_nudge_that_is_held_waits_for_a_person_after_closing_too(
    decision: str, app: Flask, cast: Cast, drain: Drain, send: Send
) -> None:
    case = send(contact={**NUDGES_ALONE, "phone": "+46701234567"})
    answer_and_close(cast, case)
    drain()
    liisa = cast.actor("liisa")
    (held,) = waiting_for_human(liisa)
    assert (held.case_number, held.error) == (case.number, "foreign_number")
    act = {"retry": retry_held, "drop": drop_held}[decision]
    act(actor=liisa, notification_id=held.id)
    drain()
    assert len(texted("+46701234567")) == (decision == "retry")
    with clock.moved(clock.now() + LATER):
        drain()
        assert numbers(case.id) == [("sent" if decision == "retry" else "dropped", False)]


def test_a_case_that_was_opened_again_at_once_keeps_the_number(
    app: Flask, cast: Cast, drain: Drain, send: Send
) -> None:
    case = send(contact=NUDGES_ALONE)
    handling.close(
        actor=cast.actor("cara"), number=case.number, version=case.row.version, outcome="advice_given"
    )
    write_from_family(case_id=case.id, body="Vielä yksi asia", token="f1")
    drain()
    assert phone_of(case.id) is not None
    answer(actor=cast.actor("cara"), number=case.number, body="Hei", token="t1")
    drain()
    assert len(texted(PHONE)) == 1
