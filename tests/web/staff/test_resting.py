"""What waits for a human: shown to leads and administrators, without personal data, with a way on."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from helpbutton import outbox
from helpbutton.db import transaction
from helpbutton.notifications.models import Notification
from helpbutton.outbox import ToDo
from tests.cast import MORNINGS, PHONE, Cast, hidden_fields
from tests.web.staff.pages import read, send_case, stored, visible_text

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


@pytest.mark.parametrize(("decision", "status"), [("retry", "planned"), ("drop", "dropped")])
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
    fields = hidden_fields(read(eve, "/staff/resting"))
    assert eve.post("/staff/resting/notifications/999", data=fields).status_code == 404
