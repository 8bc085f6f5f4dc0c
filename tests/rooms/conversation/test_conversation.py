"""The thread between family and desk."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from helpbutton import clock
from helpbutton.audit.models import AuditEntry
from helpbutton.cases import handling, queries
from helpbutton.conversation import family, operations
from helpbutton.conversation import queries as thread
from helpbutton.db import reading
from helpbutton.errors import Conflict, Invalid, NotFound
from helpbutton.notifications.models import Notification, PhoneMessage
from tests.cast import PHONE, Cast


def test_an_answer_is_read_with_the_receipt_code_and_noticed_as_read(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    receipt = cast.send().get_json()
    drain()
    cara = cast.actor("cara")
    operations.answer(actor=cara, number=receipt["number"], body="Soitan huomenna.\r\nT. Cara", token="t1")
    operations.answer(actor=cara, number=receipt["number"], body="Soitan huomenna.\r\nT. Cara", token="t1")
    drain()
    case_id = family.case_of_code(receipt["receipt_code"].lower().replace("-", ""))
    page = family.family_page(case_id=case_id)
    assert [(entry.kind, entry.body) for entry in page.entries] == [
        ("to_family", "Soitan huomenna.\nT. Cara")
    ]
    assert page.answered
    shown = queries.open_case(actor=cara, number=receipt["number"])
    assert (shown.state, shown.mine) == ("waiting", True)
    assert thread.thread_for_staff(case_id=case_id)[0].read_at is not None
    assert "family_read" in [line.verb for line in shown.logbook]
    nudges = reading().scalars(select(PhoneMessage.body).where(PhoneMessage.to == PHONE)).all()
    assert len(nudges) == 2
    assert all("Cara" not in body and "Soitan" not in body for body in nudges)
    looks = reading().scalars(select(AuditEntry.actor).where(AuditEntry.action == "family_thread")).all()
    assert looks == ["sender"]


def test_without_leave_to_text_no_sms_goes_to_the_sender(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = cast.send(contact={"safe_to_text": False}).get_json()["number"]
    drain()
    operations.answer(actor=cast.actor("cara"), number=number, body="Hei", token="t1")
    drain()
    assert (
        reading()
        .scalars(select(Notification.id).where(Notification.purpose.in_(["confirmation", "nudge"])))
        .all()
        == []
    )
    assert reading().scalars(select(PhoneMessage.to).where(PhoneMessage.to == PHONE)).all() == []


def test_the_family_writes_back_and_the_desk_is_told(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    receipt = cast.send().get_json()
    drain()
    cara = cast.actor("cara")
    operations.answer(actor=cara, number=receipt["number"], body="Milloin voin soittaa?", token="t1")
    drain()
    case_id = family.case_of_code(receipt["receipt_code"])
    operations.write_from_family(case_id=case_id, body="Illalla", token="f1")
    operations.write_from_family(case_id=case_id, body="Illalla", token="f1")
    page = queries.open_case(actor=cara, number=receipt["number"])
    assert page.state == "in_progress"
    assert [entry.kind for entry in thread.thread_for_staff(case_id=case_id)] == ["to_family", "from_family"]
    with clock.moved(clock.now() + dt.timedelta(minutes=1)):
        drain()
    alerts = reading().scalars(select(PhoneMessage.body).where(PhoneMessage.to != PHONE)).all()
    assert len(alerts) == 2


def test_a_closed_case_opens_again_within_thirty_days_and_not_later(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    receipt = cast.send().get_json()
    drain()
    cara = cast.actor("cara")
    page = queries.open_case(actor=cara, number=receipt["number"])
    handling.close(actor=cara, number=page.number, version=page.version, outcome="advice_given")
    case_id = family.case_of_code(receipt["receipt_code"])
    with clock.moved(clock.now() + dt.timedelta(days=31)), pytest.raises(Conflict):
        operations.write_from_family(case_id=case_id, body="Vieläkin", token="f1")
    operations.write_from_family(case_id=case_id, body="Vieläkin", token="f2")
    opened = queries.open_case(actor=cara, number=page.number)
    assert (opened.state, opened.closed_at, opened.outcome) == ("sorted", None, None)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ("a" * 10_001, "too_long"),
        ("a\x00", "characters"),
        ("\ud800", "characters"),
    ],
)
def test_a_message_that_cannot_be_kept_is_named(body: str, code: str, app: Flask, cast: Cast) -> None:
    number = cast.send().get_json()["number"]
    with pytest.raises(Invalid) as caught:
        operations.answer(actor=cast.actor("cara"), number=number, body=body, token="t1")
    assert caught.value.errors[0].code == code


@pytest.mark.parametrize("typed", ["", "0000-0000-0000-0000-0000", "x", "' OR 1=1 --"])
def test_an_unknown_code_opens_nothing(typed: str, app: Flask, cast: Cast) -> None:
    cast.send()
    with pytest.raises(NotFound):
        family.case_of_code(typed)


def test_words_of_danger_in_a_later_message_alert_the_desk_at_once(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    receipt = cast.send().get_json()
    drain()
    case_id = family.case_of_code(receipt["receipt_code"])
    operations.write_from_family(case_id=case_id, body="Mies löi ja uhkasi tappaa", token="f1")
    drain()
    page = queries.open_case(actor=cast.actor("cara"), number=receipt["number"])
    assert page.urgency == "urgent"
    assert set(page.danger_flags) >= {"violence", "danger_now"}
    assert reading().scalars(select(Notification.purpose).where(Notification.purpose == "duty_alert")).all()
