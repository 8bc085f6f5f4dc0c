"""Figures: who sees them, what they count, and that small numbers stay hidden in page and sheets alike."""

import io
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from openpyxl import load_workbook

from tests.cast import Cast
from tests.web.staff.pages import audit_lines, read, send_case, send_form, visible_text


def test_a_lead_sees_six_and_hides_one(app_on_both: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    numbers = [send_case(cast, drain) for _ in range(6)]
    cara = cast.sign_in("cara")
    send_form(cara, numbers[0], "answer", body="Soitan huomenna.")
    text = unescape(visible_text(read(cast.sign_in("liisa"), "/staff/figures?of=today&lang=en")))
    row = text[text.index("All desks together") :].split()[3:11]
    assert row == ["6", "hidden", "hidden", "0", "hidden", "0", "0", "0"]
    assert "Finnish 6" in text
    assert audit_lines(cast, "liisa", "figures") == 1


def test_sheets_hide_the_same(app: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    for _ in range(3):
        send_case(cast, drain)
    liisa = cast.sign_in("liisa")
    lines = liisa.get("/staff/figures.csv?of=week&lang=en").get_data().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Desk;Received;Taken")
    assert "All desks together;hidden;0;0;0;hidden;0;0;0" in lines
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
