"""Figures: who sees them, what they count, and that small numbers stay hidden in page and sheets alike."""

import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import update

from helpbutton import clock
from helpbutton.cases.correcting import other_desks, put_on_desk
from helpbutton.cases.models import Case
from helpbutton.db import transaction
from helpbutton.figures.counting import counted
from helpbutton.figures.periods import PERIODS, spans
from helpbutton.figures.queries import figures
from helpbutton.figures.suppress import SUM
from tests.cast import Cast
from tests.web.staff.pages import audit_lines, case_row, read, send_case, send_form, stored, visible_text


def test_a_lead_sees_six_and_hides_one(app_on_both: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    numbers = [send_case(cast, drain) for _ in range(6)]
    cara = cast.sign_in("cara")
    send_form(cara, numbers[0], "answer", body="Soitan huomenna.")
    text = unescape(visible_text(read(cast.sign_in("liisa"), "/staff/figures?of=today&lang=en")))
    row = text[text.index("All desks together") :].split()[3:12]
    assert row == ["6", "hidden", "hidden", "0", "hidden", "0", "0", "0", "0"]
    assert "Finnish 6" in text
    assert audit_lines(cast, "liisa", "figures") == 1


def test_sheets_hide_the_same(app: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    for _ in range(3):
        send_case(cast, drain)
    liisa = cast.sign_in("liisa")
    lines = liisa.get("/staff/figures.csv?of=week&lang=en").get_data().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Desk;Received;Taken")
    assert "All desks together;hidden;0;0;0;hidden;0;0;0;0" in lines
    book = load_workbook(io.BytesIO(liisa.get("/staff/figures.xlsx?lang=en").get_data()))
    assert ["All desks together", "hidden"] in [[cell.value for cell in row[:2]] for row in book.active.rows]
    assert liisa.get("/staff/figures.pdf").status_code == 404


@pytest.mark.parametrize(("person", "status"), [("kim", 200), ("eve", 200), ("cara", 403), ("aada", 403)])
def test_only_those_who_answer_for_the_work_see_figures(
    app: Flask, cast: Cast, person: str, status: int
) -> None:
    assert cast.sign_in(person).get("/staff/figures").status_code == status


def test_an_unknown_period_is_this_week(app: Flask, cast: Cast) -> None:
    assert "This week" in read(cast.sign_in("liisa"), "/staff/figures?of=century&lang=en")


def test_a_number_that_tells_a_small_one_with_a_longer_time_is_hidden(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    """Six today and nine in the week would tell that three came before today."""
    thursday = dt.datetime(2026, 11, 26, 12, 0, tzinfo=clock.HELSINKI)
    with clock.moved(thursday):
        numbers = several(cast, drain, 9)
        earlier(numbers[:3], thursday - dt.timedelta(days=2))
        liisa = cast.actor("liisa")
        today, week, month, year = (
            figures(actor=liisa, of=of).all_desks["received"] for of in ("today", "week", "month", "year")
        )
        assert (today, week, month, year) == (None, 9, 9, 9)
        assert figures(actor=liisa, of="today").languages == (("fi", None),)
        browser = cast.sign_in("liisa")
        lines = browser.get("/staff/figures.csv?of=today&lang=en").get_data().decode("utf-8-sig").splitlines()
        assert any(line.startswith("All desks together;hidden;") for line in lines)
        book = load_workbook(io.BytesIO(browser.get("/staff/figures.xlsx?of=today&lang=en").get_data()))
        assert ["All desks together", "hidden"] in [
            [cell.value for cell in row[:2]] for row in book.active.rows
        ]


def test_last_week_and_this_week_tell_nothing_of_the_month_around_them(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    """Five and six of thirteen in the month: two came before."""
    thursday = dt.datetime(2026, 11, 26, 12, 0, tzinfo=clock.HELSINKI)
    with clock.moved(thursday):
        numbers = several(cast, drain, 13)
        earlier(numbers[:5], thursday - dt.timedelta(days=7))
        earlier(numbers[5:7], thursday - dt.timedelta(days=14))
        liisa = cast.actor("liisa")
        found = {of: figures(actor=liisa, of=of).all_desks["received"] for of in PERIODS}
    assert found == {"today": 6, "week": 6, "last_week": None, "month": 13, "year": 13}


def test_what_a_desk_received_stays_its_own_when_the_case_moves(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    numbers = several(cast, drain, 11)
    here = case_row(numbers[0]).service_id
    there = next(desk.id for desk in other_desks(case_row(numbers[0]).organisation_id, besides=here))
    eve = cast.actor("eve")
    before = counted([here, there], spans(clock.now())["week"])
    for number in numbers[:5]:
        row = case_row(number)
        put_on_desk(actor=cast.actor("cara"), number=number, version=row.version, service=there)
    stored()
    after = counted([here, there], spans(clock.now())["week"])
    gained = after - before
    assert before - after == Counter()
    assert gained == {
        ("desks", (str(here), "handed_over")): 5,
        ("desks", (str(there), "came")): 5,
        ("desks", (SUM, "handed_over")): 5,
        ("desks", (SUM, "came")): 5,
    }
    week = {desk.service_id: desk.counts for desk in figures(actor=eve, of="week").desks}
    assert (week[here]["received"], week[here]["handed_over"], week[here]["came"]) == (11, 5, 0)
    assert (week[there]["received"], week[there]["handed_over"], week[there]["came"]) == (0, 0, 5)


def test_a_hand_over_counts_when_it_was_made(app: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    number = send_case(cast, drain)
    row = case_row(number)
    here = row.service_id
    there = next(desk.id for desk in other_desks(row.organisation_id, besides=here))
    now = clock.now()
    earlier([number], now - dt.timedelta(days=7))
    put_on_desk(actor=cast.actor("cara"), number=number, version=case_row(number).version, service=there)
    back = replace(cast.actor("cara"), services={there: "worker"})
    put_on_desk(actor=back, number=number, version=case_row(number).version, service=here)
    stored()
    times = spans(now)
    assert counted([here, there], times["last_week"])["desks", (str(here), "received")] == 1
    week = counted([here, there], times["week"])
    for desk in (here, there):
        assert (week["desks", (str(desk), "came")], week["desks", (str(desk), "handed_over")]) == (1, 1)
    assert week["desks", (str(here), "received")] == 0


def test_the_promise_has_a_bar_that_says_its_share(app: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    cara = cast.sign_in("cara")
    for number in several(cast, drain, 5):
        send_form(cara, number, "answer", body="Soitan huomenna.")
    page = read(cast.sign_in("liisa"), "/staff/figures?of=today&lang=en")
    assert (
        re.findall(r'class="share"[^>]*role="img" aria-label="([^"]*)"', page)
        == ["100\u00a0% of those received"] * 2
    )
    assert "at the desk that first got it" in page


def several(cast: Cast, drain: Callable[[], int], how_many: int) -> list[str]:
    numbers = [cast.send().get_json()["number"] for _ in range(how_many)]
    drain()
    return numbers


def earlier(numbers: list[str], received_at: dt.datetime) -> None:
    with transaction() as session:
        session.execute(update(Case).where(Case.number.in_(numbers)).values(received_at=received_at))
