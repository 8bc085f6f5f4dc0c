"""Daily work on the case page: giving a case, putting it right, noting calls, reminders, who else is here."""

import datetime as dt
import re
import uuid
from collections.abc import Callable

import pytest
from markupsafe import escape
from sqlalchemy import func, select

from helpbutton import clock
from helpbutton.cases.correcting import other_desks
from helpbutton.cases.models import CaseEvent
from helpbutton.cases.work_models import ContactAttempt, Reminder
from tests.cast import Cast, hidden_fields
from tests.web.staff.pages import case_row, case_url, post, read, send_case, send_form, stored, visible_text

Drain = Callable[[], int]
NAUGHTY = "</bdi><script>alert(1)</script>{{ 7*7 }} \"'%s"


@pytest.fixture
def number(cast: Cast, drain: Drain) -> str:
    return send_case(cast, drain)


def count(table: type[ContactAttempt] | type[Reminder]) -> int:
    return stored().scalar(select(func.count()).select_from(table)) or 0


def field(moment: dt.datetime) -> str:
    return f"{clock.local(moment):%Y-%m-%dT%H:%M}"


def test_a_case_is_given_accepted_and_given_back(cast: Cast, number: str) -> None:
    cara, liisa = cast.sign_in("cara"), cast.sign_in("liisa")
    refused = send_form(liisa, number, "assign", colleague="")
    assert refused.status_code == 422
    assert 'id="assign-error"' in refused.get_data(as_text=True)
    fields = hidden_fields(read(liisa, case_url(number))) | {"colleague": str(cast.actor("cara").account_id)}
    assert [post(liisa, number, "assign", fields).status_code for _ in range(2)] == [303, 303]
    assert "Cara Lind was given this case" in visible_text(read(liisa, case_url(number) + "?lang=en"))
    page = read(cara, case_url(number) + "?lang=en")
    assert "Liisa Aalto gave you this case" in visible_text(page)
    assert "Give back to the desk" not in page
    assert send_form(cara, number, "assignment", act="keep").status_code == 400
    assert send_form(cara, number, "assignment", act="give_back").status_code == 422
    assert send_form(cara, number, "assignment", act="accept").status_code == 303
    assert send_form(cara, number, "assignment", act="accept").status_code == 303, "twice is harmless"
    page = visible_text(read(cara, case_url(number) + "?lang=en"))
    assert "gave you this case" not in page
    assert "Given to a colleague: Cara Lind" in page

    send_form(cara, number, "release")
    send_form(liisa, number, "assign", colleague=str(cast.actor("cara").account_id))
    assert send_form(cara, number, "assignment", act="give_back", given_back="too_close").status_code == 303
    assert number in read(liisa, "/staff/?view=returned")
    assert "Gave it back to the desk: I know the family" in visible_text(
        read(liisa, case_url(number) + "?lang=en")
    )


def test_topic_urgency_and_desk_are_put_right_in_place(cast: Cast, number: str) -> None:
    cara = cast.sign_in("cara")
    row = case_row(number)
    same = {"topic": row.topic or "", "urgency": row.urgency}
    assert send_form(cara, number, "correct", **same).status_code == 422
    changed = same | {"topic": "grief_crisis", "urgency": "soon"}
    assert send_form(cara, number, "correct", **changed).status_code == 303
    assert (case_row(number).topic, case_row(number).urgency) == ("grief_crisis", "soon")
    page = visible_text(read(cara, f"{case_url(number)}?lang=en"))
    assert re.search("Topic or urgency corrected: Grief[^:]*: soon", page), "what it was put right to"
    assert send_form(cara, number, "desk", right_desk="").status_code == 422
    own = other_desks(row.organisation_id, besides=row.service_id)
    foreign = next(desk for desk in own if desk.id not in cast.actor("cara").services)
    gone = send_form(cara, number, "desk", right_desk=str(foreign.id))
    assert gone.status_code == 303
    assert 'role="status"' in read(cara, gone.headers["Location"])
    assert case_row(number).service_id == foreign.id
    read(cara, case_url(number), status=404)


def test_a_stale_correction_changes_nothing(cast: Cast, number: str) -> None:
    cara = cast.sign_in("cara")
    old = hidden_fields(read(cara, case_url(number)))
    send_form(cast.sign_in("liisa"), number, "take")
    before = case_row(number).topic
    answer = post(cara, number, "correct", old | {"topic": "grief_crisis", "urgency": "urgent"})
    assert answer.status_code == 409
    assert 'value="grief_crisis" selected' in answer.get_data(as_text=True)
    assert case_row(number).topic == before


def test_a_call_without_an_answer_proposes_the_next_and_a_talk_keeps_the_promise(
    cast: Cast, number: str
) -> None:
    cara = cast.sign_in("cara")
    assert "If you leave it empty, you are reminded" in visible_text(
        read(cara, case_url(number) + "?lang=en")
    )
    assert send_form(cara, number, "attempt", how="phone").status_code == 422
    fields = hidden_fields(read(cara, case_url(number))) | {"how": "phone", "result": "no_answer"}
    assert [post(cara, number, "attempt", fields).status_code for _ in range(2)] == [303, 303]
    assert (count(ContactAttempt), count(Reminder)) == (1, 1)
    page = visible_text(read(cara, case_url(number) + "?lang=en"))
    assert "no answer" in page
    assert "next try" in page
    assert "Try to reach the family again" in page
    assert number in read(cara, "/staff/reminders")
    assert send_form(cara, number, "attempt", how="phone", result="reached").status_code == 303
    page = visible_text(read(cara, case_url(number) + "?lang=en"))
    assert "Reached the family: by phone" in page
    assert case_row(number).answered_at is not None
    assert number not in read(cara, "/staff/reminders")


def test_a_moment_that_cannot_be_is_refused_and_nothing_is_lost(cast: Cast, number: str) -> None:
    cara = cast.sign_in("cara")
    own = hidden_fields(read(cara, case_url(number)))
    reminder, tried = own | {"reminder_words": NAUGHTY}, own | {"how": "phone", "result": "no_answer"}
    for typed in ("yesterday", "2020-01-01T10:00", "0001-01-01T00:00", "9999-12-31T23:59"):
        answer = post(cara, number, "reminder", reminder | {"due_at": typed})
        assert answer.status_code == 422
        assert str(escape(NAUGHTY)) in answer.get_data(as_text=True)
    assert post(cara, number, "attempt", tried | {"again_at": "0001-01-01T00:00"}).status_code == 422
    assert count(Reminder) + count(ContactAttempt) == 0


def test_a_reminder_is_set_shown_as_text_and_done(cast: Cast, number: str) -> None:
    cara = cast.sign_in("cara")
    due = field(clock.now() + dt.timedelta(hours=5))
    fields = hidden_fields(read(cara, case_url(number))) | {"reminder_words": NAUGHTY, "due_at": due}
    assert [post(cara, number, "reminder", fields).status_code for _ in range(2)] == [303, 303]
    assert count(Reminder) == 1
    page = read(cara, case_url(number))
    assert f'<bdi class="words">{escape(NAUGHTY)}</bdi>' in page
    assert "<script>alert" not in page
    listed = read(cara, "/staff/reminders")
    assert number in listed
    assert "alert(1)" not in listed, "the list has no words"
    read(cast.sign_in("eve"), "/staff/reminders", status=403)
    reminder_id = stored().scalars(select(Reminder.id)).one()
    done = cara.post(f"/staff/reminders/{reminder_id}/done", data=hidden_fields(listed))
    assert (done.status_code, done.location) == (303, "/staff/reminders")
    assert number not in read(cara, "/staff/reminders")
    dan = cast.sign_in("dan")
    own = hidden_fields(read(dan, "/staff/reminders"))
    own.setdefault("csrf_token", hidden_fields(read(dan, "/staff/"))["csrf_token"])
    assert dan.post(f"/staff/reminders/{reminder_id}/done", data=own).status_code == 404


def test_two_people_on_a_case_see_each_other(cast: Cast, number: str) -> None:
    cara, liisa = cast.sign_in("cara"), cast.sign_in("liisa")
    fields = hidden_fields(read(cara, case_url(number)))
    known = str(lines_of_logbook(number))
    first = post(cara, number, "beside", fields | {"events": known})
    assert first.get_json() == {"words": "", "changed": ""}
    assert "Cara Lind has this case open too." in visible_text(read(liisa, case_url(number) + "?lang=en"))
    send_form(liisa, number, "take")
    again = post(cara, number, "beside", fields | {"events": known}).get_json()
    assert again["changed"]
    dan = cast.sign_in("dan")
    own = hidden_fields(read(dan, "/staff/"))
    assert post(dan, number, "beside", own).status_code == 404


def lines_of_logbook(number: str) -> int:
    own = select(func.count(CaseEvent.id)).where(CaseEvent.case_id == case_row(number).id)
    return stored().scalar(own) or 0


def test_an_answer_to_what_has_changed_meanwhile_keeps_the_text(cast: Cast, number: str) -> None:
    cara, liisa = cast.sign_in("cara"), cast.sign_in("liisa")
    send_form(liisa, number, "answer", body="Ensimmäinen.")
    old = hidden_fields(read(cara, case_url(number)))
    send_form(liisa, number, "answer", body="Toinen, jonka jälkeen mikään tieto ei muutu.")
    late = post(cara, number, "answer", old | {"token": str(uuid.uuid4()), "body": "Minäkin vastaan."})
    assert late.status_code == 409
    page = late.get_data(as_text=True)
    assert "Minäkin vastaan." in page
    assert "Toinen, jonka" in page
    again = hidden_fields(page) | {"body": "Minäkin vastaan."}
    assert post(cara, number, "answer", again).status_code == 303
