"""A call that reached the family is an answer; one that did not is followed by a reminder of the next."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from helpbutton import clock
from helpbutton.cases import attempts, handling, reminders
from helpbutton.cases.models import Contact
from helpbutton.cases.queries import open_case
from helpbutton.cases.work_models import ContactAttempt, Reminder
from helpbutton.db import db, reading, transaction
from helpbutton.directory.models import Service
from helpbutton.errors import Conflict, Invalid, NotFound
from helpbutton.escalation.queries import waiting_on
from helpbutton.notifications.models import Notification
from helpbutton.vault.sealing import Unreadable
from tests.cast import Cast
from tests.rooms.cases.clock_steps import DANGER, MONDAY, clocks_now, running
from tests.rooms.cases.conftest import Send, Sent

Drain = Callable[[], int]
HOUR = dt.timedelta(hours=1)


def note(cast: Cast, case: Sent, result: str, *, token: str = "t1", **changes: object) -> None:
    given = {"actor": cast.actor("cara"), "number": case.number, "how": "phone", "token": token}
    attempts.note_attempt(**(given | {"result": result} | changes))  # type: ignore[arg-type]


def stored(case: Sent) -> list[Reminder]:
    db.session.remove()
    own = select(Reminder).where(Reminder.case_id == case.id).order_by(Reminder.id)
    return list(reading().scalars(own))


def test_a_call_that_reached_them_keeps_the_promise(app_on_both: Flask, cast: Cast, send: Send) -> None:
    with clock.moved(MONDAY):
        case = send()
        note(cast, case, "reached")
        note(cast, case, "reached")
    row = case.row
    assert [found.kept for found in clocks_now(case.id, "first_contact")] == [True]
    assert (row.assigned_to, row.state) == (cast.actor("cara").account_id, "in_progress")
    assert row.answered_at is not None
    assert case.verbs.count("contact_made") == 1
    assert stored(case) == []


def test_a_call_that_reached_them_is_acceptance_of_an_alert(app: Flask, cast: Cast, send: Send) -> None:
    case = send(text=DANGER)
    assert [view.subject for view in waiting_on(case.id)] == ["urgent"]
    note(cast, case, "no_answer")
    assert len(waiting_on(case.id)) == 1, "nobody has been reached yet"
    note(cast, case, "reached", token="t2")
    assert waiting_on(case.id) == ()


def test_nobody_answered_so_the_next_try_is_proposed_and_reminded_of(
    app_on_both: Flask, cast: Cast, send: Send, drain: Drain
) -> None:
    with clock.moved(MONDAY):
        case = send()
        note(cast, case, "no_answer")
        note(cast, case, "no_answer")
        proposed = open_case(actor=cast.actor("cara"), number=case.number).work.proposed_try
    (reminder,) = stored(case)
    assert proposed is not None
    assert reminder.due_at == clock.local(MONDAY).replace(hour=13, minute=15)
    assert reminder.account_id is None, "nobody has the case yet"
    assert running(case.id, "first_contact").stopped_at is None
    assert (case.row.answered_at, case.row.assigned_to) == (None, None)
    with clock.moved(reminder.due_at + dt.timedelta(minutes=1)):
        drain()
    assert len(case.notifications("reminder_alert")) == 1
    with clock.moved(reminder.due_at + HOUR):
        note(cast, case, "reached", token="t2")
    assert [row.done_at is not None for row in stored(case)] == [True]


def test_the_next_try_may_be_chosen_and_a_wrong_number_proposes_none(
    app: Flask, cast: Cast, send: Send
) -> None:
    case, chosen = send(), clock.now() + 30 * HOUR
    note(cast, case, "wrong_number")
    assert stored(case) == []
    handling.take(actor=cast.actor("liisa"), number=case.number, version=case.row.version)
    note(cast, case, "asked_later", token="t2", again_at=chosen)
    assert [row.due_at for row in stored(case)] == [chosen]
    (shown,) = open_case(actor=cast.actor("cara"), number=case.number).work.reminders
    assert (shown.name, shown.mine) == (cast.actor("liisa").name, False)
    tried = reading().scalars(select(ContactAttempt).order_by(ContactAttempt.id)).all()
    assert [(row.how, row.result, row.next_try) for row in tried] == [
        ("phone", "wrong_number", None),
        ("phone", "asked_later", chosen),
    ]


def told_of(case: Sent) -> set[int | None]:
    """The accounts that were told of a reminder of this case; None: the desk's number."""
    db.session.remove()
    own = (Notification.case_id == case.id, Notification.purpose == "reminder_alert")
    return set(reading().scalars(select(Notification.account_id).where(*own)))


def release(cast: Cast, case: Sent, name: str) -> None:
    handling.release(actor=cast.actor(name), number=case.number, version=case.row.version)


def take(cast: Cast, case: Sent, name: str) -> None:
    handling.take(actor=cast.actor(name), number=case.number, version=case.row.version)


def test_of_the_next_try_whoever_has_the_case_by_then_is_reminded(
    app_on_both: Flask, cast: Cast, send: Send, drain: Drain
) -> None:
    cara, liisa = cast.actor("cara"), cast.actor("liisa")
    with clock.moved(MONDAY):
        case = send()
        take(cast, case, "cara")
        note(cast, case, "no_answer", again_at=MONDAY + HOUR)
        release(cast, case, "cara")
        for actor in (cara, liisa):
            assert [row.mine for row in reminders.open_reminders(actor=actor)] == [False], "the desk's"
        take(cast, case, "liisa")
        assert reminders.open_reminders(actor=cara) == []
        assert [row.mine for row in reminders.open_reminders(actor=liisa)] == [True]
    with clock.moved(MONDAY + HOUR + dt.timedelta(minutes=1)):
        drain()
    assert told_of(case) == {liisa.account_id}


@pytest.mark.parametrize("taken", [False, True])
def test_the_desk_hears_of_a_persons_own_reminder_when_the_case_has_left_them(
    app: Flask, cast: Cast, send: Send, drain: Drain, taken: bool
) -> None:
    cara, liisa = cast.actor("cara"), cast.actor("liisa")
    with clock.moved(MONDAY):
        case, kept = send(), send()
        for mine in (case, kept):
            take(cast, mine, "cara")
            remind(cast, mine, token=f"r{mine.id}")
        release(cast, case, "cara")
        if taken:
            take(cast, case, "liisa")
    with clock.moved(MONDAY + HOUR + dt.timedelta(minutes=1)):
        drain()
    told = told_of(case)
    assert cara.account_id in told
    others = told - {cara.account_id}
    assert others == {liisa.account_id} if taken else others
    assert told_of(kept) == {cara.account_id}


@pytest.mark.parametrize(
    "changed",
    [{"how": "email"}, {"result": "left_message"}, {"again_at": dt.datetime(2026, 11, 30, tzinfo=dt.UTC)}],
)
def test_another_try_noted_from_the_same_page_is_refused(
    app: Flask, cast: Cast, send: Send, changed: dict[str, Any]
) -> None:
    with clock.moved(MONDAY):
        case = send()
        note(cast, case, "no_answer")
        with pytest.raises(Invalid) as refusal:
            note(cast, case, **({"result": "no_answer"} | changed))
    assert [(error.field, error.code) for error in refusal.value.errors] == [("result", "sent_already")]
    assert case.verbs.count("contact_tried") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"how": ""},
        {"how": "pigeon"},
        {"result": ""},
        {"result": "perhaps"},
        {"again_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)},
        {"again_at": dt.datetime(9000, 1, 1, tzinfo=dt.UTC)},
    ],
)
def test_what_is_not_a_try_is_refused(app: Flask, cast: Cast, send: Send, wrong: dict[str, Any]) -> None:
    case = send()
    with pytest.raises(Invalid):
        note(cast, case, **({"result": "no_answer"} | wrong))
    assert reading().scalar(select(ContactAttempt.id)) is None
    assert "contact_tried" not in case.verbs


def test_closed_and_foreign_cases_take_no_tries(app: Flask, cast: Cast, send: Send) -> None:
    case = send()
    with pytest.raises(NotFound):
        note(cast, case, "reached", actor=cast.actor("dan"))
    handling.close(
        actor=cast.actor("cara"), number=case.number, version=case.row.version, outcome="not_reached"
    )
    with pytest.raises(Conflict):
        note(cast, case, "reached")


def remind(cast: Cast, case: Sent, *, token: str = "r1", **changes: object) -> None:
    given = {
        "actor": cast.actor("cara"),
        "number": case.number,
        "words": "Soita koulun kuraattorille",
        "due_at": clock.now() + HOUR,
        "for_desk": False,
        "token": token,
    }
    reminders.add_reminder(**(given | changes))  # type: ignore[arg-type]


def test_a_reminder_is_sealed_comes_when_it_is_due_and_is_done_once(
    app_on_both: Flask, cast: Cast, send: Send, drain: Drain
) -> None:
    case, due_at = send(), clock.now() + HOUR
    for _ in range(2):
        remind(cast, case, due_at=due_at)
    (row,) = stored(case)
    assert row.words is not None
    assert b"kuraattorille" not in row.words
    row_id = row.id
    (shown,) = open_case(actor=cast.actor("liisa"), number=case.number).work.reminders
    assert (shown.words, shown.name, shown.mine) == ("Soita koulun kuraattorille", "Cara Lind", False)
    assert [found.number for found in reminders.open_reminders(actor=cast.actor("cara"))] == [case.number]
    assert reminders.open_reminders(actor=cast.actor("liisa")) == [], "hers alone"
    drain()
    assert case.notifications("reminder_alert") == []
    with clock.moved(due_at + dt.timedelta(minutes=1)):
        drain()
    assert len(case.notifications("reminder_alert")) == 1
    for _ in range(2):
        assert reminders.finish_reminder(actor=cast.actor("liisa"), reminder_id=row_id) == case.number
    assert case.verbs.count("reminder_done") == 1
    assert reminders.open_reminders(actor=cast.actor("cara")) == []


@pytest.mark.parametrize(
    "changed", [{"words": "Toinen asia"}, {"due_at": MONDAY + 3 * HOUR}, {"for_desk": True}]
)
def test_another_reminder_set_from_the_same_page_is_refused(
    app: Flask, cast: Cast, send: Send, changed: dict[str, Any]
) -> None:
    with clock.moved(MONDAY):
        case = send()
        for _ in range(2):
            remind(cast, case, due_at=MONDAY + HOUR)
        with pytest.raises(Invalid) as refusal:
            remind(cast, case, **({"due_at": MONDAY + HOUR} | changed))
    assert [error.code for error in refusal.value.errors] == ["sent_already"]
    assert len(stored(case)) == 1


def test_words_of_one_reminder_cannot_be_read_in_anothers_place(app: Flask, cast: Cast, send: Send) -> None:
    case = send()
    remind(cast, case)
    remind(cast, case, token="r2", words="Toinen asia")
    with transaction() as session:
        first, second = session.scalars(select(Reminder).order_by(Reminder.id))
        first.words, second.words = second.words, first.words
    with pytest.raises(Unreadable):
        open_case(actor=cast.actor("cara"), number=case.number)


def test_nobody_is_reminded_of_what_is_done_or_closed(
    app: Flask, cast: Cast, send: Send, drain: Drain
) -> None:
    done, closed = send(), send()
    remind(cast, done)
    remind(cast, closed, token="r2", for_desk=True)
    assert len(reminders.open_reminders(actor=cast.actor("liisa"))) == 1, "the desk's"
    (first,) = stored(done)
    reminders.finish_reminder(actor=cast.actor("cara"), reminder_id=first.id)
    handling.close(
        actor=cast.actor("cara"), number=closed.number, version=closed.row.version, outcome="other"
    )
    assert reminders.open_reminders(actor=cast.actor("liisa")) == []
    with clock.moved(clock.now() + 2 * HOUR):
        drain()
    assert done.notifications("reminder_alert") + closed.notifications("reminder_alert") == []


def test_reminders_without_words_or_a_day_ahead_are_refused(app: Flask, cast: Cast, send: Send) -> None:
    case = send()
    for wrong in (
        {"words": "  \n"},
        {"words": "x" * 501},
        {"words": "a\x00b"},
        {"due_at": None},
        {"due_at": clock.now() - HOUR},
    ):
        with pytest.raises(Invalid):
            remind(cast, case, **wrong)
    with pytest.raises(NotFound):
        remind(cast, case, actor=cast.actor("dan"))
    remind(cast, case)
    with pytest.raises(NotFound):
        reminders.finish_reminder(actor=cast.actor("dan"), reminder_id=stored(case)[0].id)


def test_other_cases_of_the_same_number_are_shown_to_those_who_may_see_them(
    app_on_both: Flask, cast: Cast, send: Send
) -> None:
    first = send(contact={"phone": "+358501112233"})
    second = send(contact={"phone": "+358501112233"})
    by_mail = send(contact={"phone": None, "email": "aino@example.fi", "safe_to_text": False})
    school = send(topic="bullying", child_age_group="10-12", contact={"phone": "+358501112233"})
    nudged = send(contact={"phone": "+358501112233", "nudge_only": True})
    assert school.row.service_id != first.row.service_id

    def others(person: str, case: Sent) -> list[str]:
        return [
            found.number for found in open_case(actor=cast.actor(person), number=case.number).work.earlier
        ]

    assert others("cara", second) == [first.number]
    assert others("cara", first) == [second.number]
    assert others("dan", school) == []
    assert others("cara", by_mail) == others("cara", nudged) == []
    with transaction() as session:
        session.get_one(Contact, by_mail.id).email_index = session.get_one(Contact, first.id).phone_index
    assert others("cara", first) == [second.number], "an index of e-mail says nothing about phones"


def test_where_nothing_can_be_proposed_the_next_try_has_to_be_given(
    app: Flask, cast: Cast, send: Send
) -> None:
    with clock.moved(MONDAY):
        case = send()
        with transaction() as session:
            session.get_one(Service, case.row.service_id).hours = {}
        with pytest.raises(Invalid) as refusal:
            note(cast, case, "no_answer")
        assert [(error.field, error.code) for error in refusal.value.errors] == [("again_at", "required")]
        assert stored(case) == []
        note(cast, case, "no_answer", again_at=MONDAY + HOUR)
        assert len(stored(case)) == 1
