"""What waits for a human: shown to leads and administrators, without personal data, with a way on."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from helpbutton import clock, outbox
from helpbutton.db import transaction
from helpbutton.errors import NotFound
from helpbutton.notifications.models import ChannelStop, Notification
from helpbutton.outbox import ToDo
from helpbutton.staff.models import Account
from helpbutton.staff.operations import add_account
from helpbutton.staff.queries import actor_of
from helpbutton.watching import resting
from tests.cast import MORNINGS, PHONE, Cast, hidden_fields
from tests.web.staff.pages import audit_lines, read, send_case, stored, visible_text
from workers.pipeline import PIPELINE

Drain = Callable[[], int]


def rest_the_sorting() -> int:
    with transaction() as session:
        session.execute(
            update(ToDo)
            .where(ToDo.kind == "sort_case")
            .values(state="resting", attempts=8, last_error="SomeError")
        )
        return session.scalar(select(ToDo.id).where(ToDo.kind == "sort_case")) or 0


def hold_the_confirmation() -> int:
    with transaction() as session:
        session.execute(
            update(Notification)
            .where(Notification.purpose == "confirmation")
            .values(status="held", error="no_trace")
        )
        return session.scalar(select(Notification.id).where(Notification.purpose == "confirmation")) or 0


def status_of(notification_id: int) -> str:
    return stored().scalars(select(Notification.status).where(Notification.id == notification_id)).one()


@pytest.mark.parametrize("first_name", ["liisa", "eve"])
def test_leads_and_administrators_see_it_without_personal_data(
    cast: Cast, drain: Drain, first_name: str
) -> None:
    send_case(cast, drain)
    rest_the_sorting()
    hold_the_confirmation()
    page = read(cast.sign_in(first_name), "/staff/resting?lang=en")
    text = visible_text(page)
    for word in ("Sorting a new request", "SomeError", "Confirmation to the family", "no_trace"):
        assert word in text
    for secret in (MORNINGS, PHONE, PHONE[4:]):
        assert secret not in page


def test_a_resting_to_do_is_tried_again(cast: Cast) -> None:
    cast.send()
    todo_id = rest_the_sorting()
    liisa = cast.sign_in("liisa")
    fields = hidden_fields(read(liisa, "/staff/resting"))
    for _ in range(2):
        assert liisa.post(f"/staff/resting/to-dos/{todo_id}", data=fields).status_code == 303
    stored()
    assert outbox.resting() == []
    assert audit_lines(cast, "liisa", "wake_to_do") == 1


def left_undone(browser: FlaskClient, todo_id: int) -> int:
    fields = hidden_fields(read(browser, "/staff/account"))
    return browser.post(f"/staff/resting/to-dos/{todo_id}/give-up", data=fields).status_code


def to_do_state(todo_id: int) -> str:
    return stored().scalars(select(ToDo.state).where(ToDo.id == todo_id)).one()


def test_an_administrator_leaves_a_to_do_undone_and_it_stands_in_the_record(cast: Cast) -> None:
    cast.send()
    todo_id = rest_the_sorting()
    liisa, eve = cast.sign_in("liisa"), cast.sign_in("eve")
    button = "Leave it undone"
    assert button not in read(liisa, "/staff/resting?lang=en")
    assert left_undone(liisa, todo_id) == 404
    assert to_do_state(todo_id) == "resting"
    assert button in read(eve, "/staff/resting?lang=en")
    for _ in range(2):
        assert left_undone(eve, todo_id) == 303
    assert to_do_state(todo_id) == "done"
    assert outbox.resting_count() == 0
    assert audit_lines(cast, "eve", "give_up_to_do") == 1


def test_a_to_do_of_another_organisations_case_is_not_theirs(cast: Cast) -> None:
    cast.send()
    todo_id = rest_the_sorting()
    for role, scope in (("lead", "turku-school"), ("administrator", "turku")):
        account_id = add_account(
            email=f"{role}@demo.example", name="Muu", password=None, role=role, scopes=(scope,)
        )
        actor = actor_of(stored().get_one(Account, account_id))
        assert resting.waiting(actor) == []
        for decide in (resting.wake, resting.give_up):
            with pytest.raises(NotFound):
                decide(actor=actor, todo_id=todo_id)
    assert to_do_state(todo_id) == "resting"


def test_a_to_do_whose_case_is_gone_waits_for_administrators(cast: Cast) -> None:
    cast.send()
    todo_id = rest_the_sorting()
    with transaction() as session:
        session.execute(update(ToDo).where(ToDo.id == todo_id).values(ref=999_999))
    assert resting.waiting(cast.actor("liisa")) == []
    eve = cast.actor("eve")
    assert [found.todo.id for found in resting.waiting(eve)] == [todo_id]
    resting.give_up(actor=eve, todo_id=todo_id)
    assert to_do_state(todo_id) == "done"


def test_every_kind_of_to_do_is_somebodys() -> None:
    owned = {kind.name for about, _, _ in resting.ABOUT for kind in about}
    assert {step.kind.name for step in PIPELINE} - owned == {"send_one_time_code"}


@pytest.mark.parametrize(
    ("decision", "status"), [("retry", "planned"), ("call", "dropped"), ("drop", "dropped")]
)
def test_a_held_notification_is_settled_once(cast: Cast, drain: Drain, decision: str, status: str) -> None:
    send_case(cast, drain)
    notification_id = hold_the_confirmation()
    liisa = cast.sign_in("liisa")
    fields = hidden_fields(read(liisa, "/staff/resting")) | {"decision": decision}
    for _ in range(2):
        assert liisa.post(f"/staff/resting/notifications/{notification_id}", data=fields).status_code == 303
    assert status_of(notification_id) == status


@pytest.mark.parametrize("first_name", ["cara", "kim", "aada"])
def test_the_others_are_told_that_it_is_not_for_them(cast: Cast, drain: Drain, first_name: str) -> None:
    send_case(cast, drain)
    notification_id = hold_the_confirmation()
    browser = cast.sign_in(first_name)
    page = read(browser, "/staff/resting?lang=en", status=403)
    assert "This page is not for your role" in page
    fields = hidden_fields(page)
    assert browser.post(f"/staff/resting/notifications/{notification_id}", data=fields).status_code == 403
    assert status_of(notification_id) == "held"


def test_an_unknown_notification_is_not_found(cast: Cast) -> None:
    eve = cast.sign_in("eve")
    fields = hidden_fields(read(eve, "/staff/resting")) | {"decision": "drop"}
    assert eve.post("/staff/resting/notifications/999", data=fields).status_code == 404


def test_an_unknown_decision_decides_nothing(cast: Cast, drain: Drain) -> None:
    send_case(cast, drain)
    notification_id = hold_the_confirmation()
    liisa = cast.sign_in("liisa")
    fields = hidden_fields(read(liisa, "/staff/resting")) | {"decision": "forget"}
    assert liisa.post(f"/staff/resting/notifications/{notification_id}", data=fields).status_code == 400
    assert status_of(notification_id) == "held"


def test_what_was_given_up_says_so_and_why_something_was_not_sent_is_in_words(
    cast: Cast, drain: Drain
) -> None:
    send_case(cast, drain)
    notification_id = hold_the_confirmation()
    for status, error, said in (
        ("dead", "too_old", "too late"),
        ("held", "no_channel", "e-mail is not in use"),
    ):
        with transaction() as session:
            session.execute(
                update(Notification)
                .where(Notification.id == notification_id)
                .values(status=status, error=error)
            )
        text = visible_text(read(cast.sign_in("liisa"), "/staff/resting?lang=en"))
        assert said in text
        assert error not in text


def test_a_stopped_channel_is_shown_and_an_administrator_opens_it(cast: Cast) -> None:
    now = clock.now()
    with transaction() as session:
        session.add(ChannelStop(channel="sms", since=now, error="provider_20003", probe_at=now))
    for first_name, may in (("liisa", False), ("eve", True)):
        browser = cast.sign_in(first_name)
        page = read(browser, "/staff/resting?lang=en")
        assert "Nothing leaves by text message" in visible_text(page)
        assert ("/staff/resting/channels/sms" in page) is may
        opened = browser.post("/staff/resting/channels/sms", data=hidden_fields(page)).status_code
        assert opened == (303 if may else 404)
        assert stored().scalars(select(ChannelStop.channel)).all() == ([] if may else ["sms"])
    assert audit_lines(cast, "eve", "open_channel") == 1
