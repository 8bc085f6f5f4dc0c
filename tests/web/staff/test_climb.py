"""Accepting on the pages: the button stops the alerts, the list shows what nobody has accepted."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask, Response, g
from flask.testing import FlaskClient

from helpbutton import clock
from helpbutton.cases.queries import open_case
from helpbutton.escalation.queries import nobody_accepted, waiting_on
from helpbutton.notifications.phone import phone_messages
from helpbutton.web.policy import policy
from helpbutton.web.staff.frame import staff_page
from tests.cast import Cast, hidden_fields
from tests.web.staff.pages import case_row, case_url, read, send_case, stored, visible_text

DANGER = "Mies uhkaa tappaa meidät, olemme vessassa lukkojen takana"
ACCEPT = "I have seen it and act"


@pytest.fixture
def pages(app: Flask) -> None:
    """The partial of the case as a page of its own."""

    @policy("staff")
    def on_case(number: str) -> Response:
        case = open_case(actor=g.actor, number=number)
        return staff_page("staff/case/climb.html", case=case, climbs=waiting_on(case.id))

    app.add_url_rule("/staff/partials/<number>", "on_case", on_case)


@pytest.fixture
def number(pages: None, cast: Cast, drain: Callable[[], int]) -> str:
    return send_case(cast, drain, text=DANGER, may_forward=False)


def shown(browser: FlaskClient, address: str = "/staff/resting") -> str:
    return visible_text(read(browser, f"{address}?lang=en"))


def test_a_person_who_tries_the_demo_hears_one_alert_and_the_next_after_a_quarter_of_an_hour(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    noon = dt.datetime.combine(clock.today(), dt.time(12), tzinfo=clock.HELSINKI)
    family = "+358401234567"

    def heard(minutes: float) -> list[str]:
        with clock.moved(noon + dt.timedelta(minutes=minutes)):
            drain()
        return [message.to for message in phone_messages() if message.to != family]

    with clock.moved(noon):
        cara = cast.sign_in("cara")
        number = send_case(cast, drain, text=DANGER, may_forward=False)
    assert len(heard(1)) == len(heard(14)) == 1
    assert heard(17)[1:] == [heard(1)[0], "cara@demo.example"]
    with clock.moved(noon + dt.timedelta(minutes=18)):
        fields = hidden_fields(read(cara, case_url(number)))
        assert cara.post(f"{case_url(number)}/take", data=fields).status_code == 303
    assert len(heard(300)) == 3


def test_the_button_on_the_case_stops_the_alerts(number: str, cast: Cast) -> None:
    cara = cast.sign_in("cara")
    partial = f"/staff/partials/{number}"
    page = shown(cara, partial)
    assert ACCEPT in page
    assert "An urgent case" in page
    fields = hidden_fields(read(cara, partial))
    for _ in range(2):
        answer = cara.post(f"{case_url(number)}/accept", data=fields)
        assert (answer.status_code, answer.location) == (303, case_url(number))
    assert ACCEPT not in shown(cara, partial)
    assert waiting_on(case_row(number).id) == ()
    assert "Saw it and acts" in visible_text(read(cara, case_url(number) + "?lang=en"))


def test_nobody_accepts_a_case_that_they_do_not_see(number: str, cast: Cast) -> None:
    dan = cast.sign_in("dan")
    fields = hidden_fields(read(dan, "/staff/notifications"))
    assert dan.post(f"{case_url(number)}/accept", data=fields).status_code == 404
    assert dan.post("/staff/cases/nonsense/accept", data=fields).status_code == 404
    assert dan.post("/staff/resting/climbs/1", data=fields).status_code == 403
    assert len(waiting_on(case_row(number).id)) == 1


def test_the_list_shows_leads_and_administrators_what_nobody_accepted(
    number: str, cast: Cast, drain: Callable[[], int]
) -> None:
    liisa, eve = cast.sign_in("liisa"), cast.sign_in("eve")
    assert "Somebody has accepted every alert" in shown(liisa)
    for minutes in (16, 32, 48, 64, 80):
        with clock.moved(stored_start(number) + dt.timedelta(minutes=minutes)):
            drain()
    for browser in (liisa, eve):
        assert number in shown(browser)
    assert case_url(number) in read(liisa, "/staff/resting")
    assert case_url(number) not in read(eve, "/staff/resting"), "an administrator sees no case"
    (listed,) = nobody_accepted(cast.actor("eve"))
    fields = hidden_fields(read(eve, "/staff/resting"))
    for _ in range(2):
        answer = eve.post(f"/staff/resting/climbs/{listed.id}", data=fields)
        assert (answer.status_code, answer.location) == (303, "/staff/resting")
    assert number not in shown(liisa)
    assert eve.post("/staff/resting/climbs/999", data=fields).status_code == 404


def stored_start(number: str) -> dt.datetime:
    stored()
    return case_row(number).received_at
