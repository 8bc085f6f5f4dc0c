"""A lead's tasks, and the new code that a worker reads aloud."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from helpbutton.cases import sender, tasks
from helpbutton.cases.models import Case, CaseTask
from helpbutton.conversation.family import case_of_code
from helpbutton.errors import NotFound
from tests.cast import Cast, hidden_fields
from tests.web.staff.pages import case_row, case_url, read, send_case, stored, visible_text


@pytest.fixture
def number(app: Flask, cast: Cast, drain: Callable[[], int]) -> str:
    return send_case(cast, drain)


def test_a_lead_sees_what_was_asked_and_marks_it_done(number: str, cast: Cast) -> None:
    case_id = case_row(number).id
    sender.ask_for(case_id=case_id, kind=tasks.COPY)
    liisa, cara = cast.sign_in("liisa"), cast.sign_in("cara")
    listed = read(liisa, "/staff/tasks?lang=en")
    assert number in listed
    assert "at the latest on" in visible_text(listed)
    assert "The lead of the desk does this." in visible_text(read(cara, case_url(number) + "?lang=en"))
    read(cara, "/staff/tasks", status=403)
    task_id = stored().scalars(select(CaseTask.id)).one()
    address = f"/staff/tasks/{task_id}/done"
    own = hidden_fields(read(cara, case_url(number)))
    assert cara.post(address, data=own).status_code == 404
    done = liisa.post(address, data=hidden_fields(listed) | {"back": "case"})
    assert done.status_code == 303
    assert done.location.startswith(case_url(number))
    assert number not in read(liisa, "/staff/tasks")
    assert "Task done: the sender asks for a copy" in visible_text(read(cara, case_url(number) + "?lang=en"))


def test_at_a_desk_without_a_lead_whoever_works_there_does_what_was_asked(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = cast.send(topic="bullying", child_age_group="10-12").get_json()["number"]
    drain()
    sender.ask_for(case_id=case_row(number).id, kind=tasks.ERASURE)
    dan = cast.sign_in("dan")
    assert case_row(number).service_id in tasks.answers_for(cast.actor("dan"))
    listed = read(dan, "/staff/tasks?lang=en")
    assert number in listed
    task_id = stored().scalars(select(CaseTask.id)).one()
    assert cast.sign_in("liisa").post(f"/staff/tasks/{task_id}/done").status_code in (400, 404)
    assert dan.post(f"/staff/tasks/{task_id}/done", data=hidden_fields(listed)).status_code == 303
    assert number not in read(dan, "/staff/tasks")


def test_a_withdrawn_request_cannot_be_overlooked(number: str, cast: Cast) -> None:
    case = case_row(number)
    cara = cast.sign_in("cara")
    cara.post(f"{case_url(number)}/take", data=hidden_fields(read(cara, case_url(number))))
    sender.withdraw(case_id=case.id)
    shown = visible_text(read(cara, case_url(number) + "?lang=en"))
    assert "The sender took the request back on" in shown
    assert "Mark as done" in shown


def test_a_new_code_is_shown_once_to_who_made_sure(number: str, cast: Cast) -> None:
    cara = cast.sign_in("cara")
    address = f"{case_url(number)}/new-code"
    old = case_row(number).receipt_digest
    fields = hidden_fields(read(cara, address))
    refused = cara.post(address, data=fields)
    assert refused.status_code == 422
    assert case_row(number).receipt_digest == old
    made = cara.post(address, data=fields | {"verified": "called_their_number"})
    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "no-store"
    spelled = re.findall(r">([0-9A-Z]{4})<", made.get_data(as_text=True))
    code = "-".join(spelled[-5:])
    assert case_row(number).id == case_of_code(code)
    again = cara.post(address, data=fields | {"verified": "called_their_number"})
    assert again.status_code == 409
    assert case_of_code(code) == stored().scalars(select(Case.id)).one()
    assert "".join(spelled[-5:]) not in read(cara, case_url(number)).replace("-", "")
    read(cast.sign_in("dan"), address, status=404)
    with pytest.raises(NotFound):
        case_of_code("0" * 20)
