"""After closing the family is asked two questions; a "no" offers to open the matter again."""

from collections.abc import Callable
from html import unescape

from flask import Flask
from sqlalchemy import select

from helpbutton.cases.models import AfterClosing
from tests.cast import Cast, hidden_fields
from tests.web.staff.pages import case_row, send_form, stored, visible_text


def closed_page(app: Flask, cast: Cast, drain: Callable[[], int]) -> tuple[str, str]:
    """The family's page of a case that Cara has answered and closed, and the case's number."""
    receipt = cast.send().get_json()
    drain()
    cara = cast.sign_in("cara")
    send_form(cara, receipt["number"], "answer", body="Soitin ja sovimme jatkosta.")
    send_form(cara, receipt["number"], "close", outcome="advice_given")
    page = app.test_client().post("/receipt?lang=en", data={"code": receipt["receipt_code"], "step": "open"})
    return page.get_data(as_text=True), receipt["number"]


def press(app: Flask, page: str, **typed: str) -> tuple[int, str]:
    fields = hidden_fields(page) | {"step": "after_closing"} | typed
    answer = app.test_client().post("/receipt?lang=en", data=fields)
    return answer.status_code, unescape(visible_text(answer.get_data(as_text=True)))


def test_a_no_is_kept_and_offers_to_go_on(app_on_both: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    page, number = closed_page(app_on_both, cast, drain)
    assert "Did you get help?" in page
    status, text = press(app_on_both, page, helped="no", told_again="yes")
    assert status == 200
    assert "the matter opens again" in text
    row = stored().scalar(select(AfterClosing))
    assert row is not None
    assert (row.helped, row.told_again) == (False, True)
    press(app_on_both, page, helped="yes", told_again="yes")
    assert [row.helped for row in stored().scalars(select(AfterClosing))] == [True]
    press(app_on_both, page, step="reply", body="Tilanne on taas vaikea.")
    assert case_row(number).state == "sorted"


def test_half_an_answer_says_what_is_missing(app: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    page, _ = closed_page(app, cast, drain)
    status, text = press(app, page, helped="yes")
    assert status == 422
    assert "Please answer both questions" in text
    assert stored().scalar(select(AfterClosing)) is None


def test_an_open_case_asks_nothing(app: Flask, cast: Cast) -> None:
    receipt = cast.send().get_json()
    page = app.test_client().post("/receipt?lang=en", data={"code": receipt["receipt_code"], "step": "open"})
    assert "Did you get help?" not in page.get_data(as_text=True)
    assert press(app, page.get_data(as_text=True), helped="yes", told_again="no")[0] == 409
