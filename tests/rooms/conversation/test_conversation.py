"""The thread between family and desk."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from helpbutton import clock
from helpbutton.audit.models import AuditEntry
from helpbutton.cases import handling, queries
from helpbutton.cases.models import Case, Clock
from helpbutton.conversation import family, operations
from helpbutton.conversation import queries as thread
from helpbutton.conversation.models import Message
from helpbutton.db import reading, transaction
from helpbutton.errors import Conflict, Invalid, NotFound
from helpbutton.notifications.models import Notification, PhoneMessage
from helpbutton.notifications.operations import tell_desk
from helpbutton.triage import screen
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


UNUSUAL = (
    "Hän on taas juonut ja paiskoo tavaroita seinään, lapset piileskelevät sängyn alla emmekä uskalla liikkua"
)


def alerts(case_id: int) -> list[Notification]:
    reading().rollback()
    wanted = select(Notification).where(
        Notification.case_id == case_id, Notification.purpose.in_(["duty_alert", "desk_alert"])
    )
    return list(reading().scalars(wanted))


def test_danger_without_the_usual_words_in_a_later_message_is_read_by_the_to_do(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    assert screen(UNUSUAL) == ()
    receipt = cast.send().get_json()
    drain()
    cara, case_id = cast.actor("cara"), family.case_of_code(receipt["receipt_code"])
    operations.answer(actor=cara, number=receipt["number"], body="Miten menee?", token="t1")
    drain()
    before = queries.open_case(actor=cara, number=receipt["number"])
    assert (before.urgency, before.danger_flags) == ("normal", ())
    with clock.moved(clock.now() + dt.timedelta(days=1)):
        operations.write_from_family(case_id=case_id, body=UNUSUAL, token="f1")
        assert queries.open_case(actor=cara, number=receipt["number"]).urgency == "normal"
        promised = next_answer(case_id)
        drain()
        page = queries.open_case(actor=cara, number=receipt["number"])
        assert (page.urgency, page.danger_flags, page.needs_review) == ("urgent", ("violence",), True)
        found = [line.reason for line in page.reasons if line.reason.code == "danger_alike"]
        assert [reason.params["flag"] for reason in found] == ["violence"]
        assert found[0].words[0] in UNUSUAL
        assert next_answer(case_id) <= promised
        told = alerts(case_id)
        assert "duty_alert" in {alert.purpose for alert in told}
        message = reading().scalars(select(Message.id).where(Message.token == "f1")).one()
        for _ in range(2):
            tell_desk(message)
        drain()
        again = queries.open_case(actor=cara, number=receipt["number"])
    assert [line.verb for line in again.logbook].count("danger_noticed") == 1
    assert len([line for line in again.reasons if line.reason.code == "danger_alike"]) == 1
    assert len(alerts(case_id)) == len(told)


def test_the_usual_words_were_noticed_when_they_were_written_and_are_not_noticed_again(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    receipt = cast.send().get_json()
    drain()
    case_id = family.case_of_code(receipt["receipt_code"])
    operations.write_from_family(case_id=case_id, body="Mies löi ja uhkasi tappaa", token="f1")
    noticed = queries.open_case(actor=cast.actor("cara"), number=receipt["number"])
    drain()
    page = queries.open_case(actor=cast.actor("cara"), number=receipt["number"])
    assert page.reasons == noticed.reasons
    assert "danger_noticed" not in [line.verb for line in page.logbook]
    assert len({alert.to_sealed for alert in alerts(case_id)}) <= 1


def test_an_ordinary_later_message_raises_nothing_and_what_staff_decided_after_one_holds(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    receipt = cast.send().get_json()
    drain()
    cara, case_id = cast.actor("cara"), family.case_of_code(receipt["receipt_code"])
    operations.write_from_family(case_id=case_id, body="Illalla sopii, kiitos", token="f1")
    drain()
    assert queries.open_case(actor=cara, number=receipt["number"]).urgency == "normal"
    operations.write_from_family(case_id=case_id, body=UNUSUAL, token="f2")
    drain()
    with transaction() as session:
        case = session.get_one(Case, case_id)
        case.urgency, case.urgency_rank = "normal", 2
    tell_desk(reading().scalars(select(Message.id).where(Message.token == "f2")).one())
    assert queries.open_case(actor=cara, number=receipt["number"]).urgency == "normal"


def next_answer(case_id: int) -> dt.datetime:
    reading().rollback()
    running = select(Clock.due_at).where(
        Clock.case_id == case_id, Clock.kind == "next_answer", Clock.stopped_at.is_(None)
    )
    return reading().scalars(running).one()
