"""What a sender changes and asks for: stored whole, told to the desk, harmless when done twice."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from helpbutton import clock
from helpbutton.cases import handling, sender, tasks
from helpbutton.cases.models import CaseTask, Contact
from helpbutton.cases.queries import open_case
from helpbutton.cases.submission import ContactInput
from helpbutton.conversation.family import family_page
from helpbutton.conversation.operations import answer, write_from_family
from helpbutton.db import reading
from helpbutton.errors import Conflict, NotFound
from helpbutton.notifications.models import AlertItem
from tests.cast import PHONE, Cast
from tests.rooms.cases.conftest import Send, texted

NEW = "+358449876543"
NEW_CONTACT = ContactInput(name="Aino", phone=NEW, safe_to_text=True, private_phone=True, not_before="00:00")


def test_new_contact_details_replace_the_old_and_the_answer_goes_to_the_new_number(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int], send: Send
) -> None:
    case = send()
    cara = cast.actor("cara")
    before = len(texted(PHONE))
    answer(actor=cara, number=case.number, body="Hei", token="t1")
    assert sender.change_contact(case_id=case.id, contact=NEW_CONTACT)
    assert not sender.change_contact(case_id=case.id, contact=NEW_CONTACT)
    drain()
    assert len(texted(PHONE)) == before, "what had not left is not sent to the old number"
    assert len(texted(NEW)) == 1
    assert case.verbs.count("contact_changed") == 1
    page = open_case(actor=cara, number=case.number)
    assert (page.contact.phone, page.contact.name) == (NEW, "Aino")
    assert sender.own_contact(case_id=case.id) == NEW_CONTACT
    row = reading().get_one(Contact, case.id)
    assert row.phone is not None
    assert NEW.encode() not in row.phone
    assert reading().scalars(select(AlertItem.key).where(AlertItem.key.like("event/%"))).all()


def test_what_waits_for_a_person_is_not_sent_to_an_old_number(
    app: Flask, cast: Cast, drain: Callable[[], int], send: Send
) -> None:
    night = {"not_before": "00:00", "not_after": "00:01"}
    case = send(contact=night)
    answer(actor=cast.actor("cara"), number=case.number, body="Hei", token="t1")
    drain()
    assert case.notifications("nudge") == ["planned"]
    sender.change_contact(case_id=case.id, contact=ContactInput())
    drain()
    assert case.notifications("nudge") == ["dropped"]
    with clock.moved(clock.now() + dt.timedelta(days=1)):
        drain()
    assert len(texted(PHONE)) == 1, "the confirmation alone"


def test_a_closed_case_keeps_its_contact_details(app: Flask, cast: Cast, send: Send) -> None:
    case = send()
    handling.close(
        actor=cast.actor("cara"), number=case.number, version=case.row.version, outcome="advice_given"
    )
    with pytest.raises(Conflict):
        sender.change_contact(case_id=case.id, contact=NEW_CONTACT)
    with pytest.raises(Conflict):
        sender.withdraw(case_id=case.id)


def test_a_withdrawn_case_that_nobody_has_is_closed_and_opens_again_when_the_family_writes(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int], send: Send
) -> None:
    case = send(contact={"nudge_only": True})
    sender.withdraw(case_id=case.id)
    sender.withdraw(case_id=case.id)
    drain()
    assert (case.row.state, case.row.outcome, case.verbs.count("withdrawn")) == ("closed", "withdrawn", 1)
    assert reading().get_one(Contact, case.id).phone is None, (
        "a number for nudges alone is dropped at closing"
    )
    assert open_case(actor=cast.actor("cara"), number=case.number).withdrawn_at is not None
    write_from_family(case_id=case.id, body="Sittenkin", token="f1")
    assert (case.row.state, case.row.withdrawn_at) == ("sorted", None)


@pytest.mark.parametrize("why", ["taken", "danger"])
def test_a_withdrawn_case_in_hand_or_with_danger_waits_for_a_person(
    why: str, app: Flask, cast: Cast, send: Send
) -> None:
    case = send(text="Mies löi minua eilen") if why == "danger" else send()
    cara = cast.actor("cara")
    if why == "taken":
        handling.take(actor=cara, number=case.number, version=case.row.version)
    sender.withdraw(case_id=case.id)
    assert case.row.state != "closed"
    assert [task.kind for task in open_case(actor=cara, number=case.number).tasks] == ["withdrawn"]
    handling.close(actor=cara, number=case.number, version=case.row.version, outcome="withdrawn")
    assert open_case(actor=cara, number=case.number).tasks[0].done_at is not None


@pytest.mark.parametrize("kind", [tasks.COPY, tasks.ERASURE])
def test_asking_for_a_right_is_a_task_of_the_lead_and_the_sender_sees_it_done(
    kind: str, app_on_both: Flask, cast: Cast, drain: Callable[[], int], send: Send
) -> None:
    case = send()
    sender.ask_for(case_id=case.id, kind=kind)
    sender.ask_for(case_id=case.id, kind=kind)
    drain()
    rows = tasks.open_tasks(actor=cast.actor("liisa"))
    assert [(row.number, row.task.kind, row.overdue) for row in rows] == [(case.number, kind, False)]
    with pytest.raises(NotFound):
        tasks.finish_task(actor=cast.actor("cara"), task_id=rows[0].task.id)
    with pytest.raises(NotFound):
        tasks.finish_task(actor=cast.actor("dan"), task_id=rows[0].task.id)
    for _ in range(2):
        tasks.finish_task(actor=cast.actor("liisa"), task_id=rows[0].task.id)
    assert tasks.open_tasks(actor=cast.actor("liisa")) == []
    assert case.verbs.count("task_done") == 1
    shown = family_page(case_id=case.id).task(kind)
    assert shown is not None
    assert shown.done_at is not None
    sender.ask_for(case_id=case.id, kind=kind)
    assert len(reading().scalars(select(CaseTask)).all()) == 2, "a new wish is a new task"


def test_others_see_no_tasks(app: Flask, cast: Cast, send: Send) -> None:
    sender.ask_for(case_id=send().id, kind=tasks.COPY)
    for name in ("cara", "dan", "eve", "kim", "aada"):
        assert tasks.open_tasks(actor=cast.actor(name)) == []


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-11-22T10:00+02:00", "2026-12-22T23:59+02:00"),
        ("2026-01-31T23:30+02:00", "2026-02-28T23:59+02:00"),
        ("2026-12-31T12:00+02:00", "2027-01-31T23:59+02:00"),
        ("2026-03-01T22:30+00:00", "2026-04-02T23:59+03:00"),
    ],
)
def test_a_month_ends_on_the_same_date_or_the_last_of_the_next(asked: str, due: str) -> None:
    assert tasks.due_in_a_month(dt.datetime.fromisoformat(asked)) == dt.datetime.fromisoformat(due)
