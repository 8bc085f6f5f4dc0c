"""The worklist: only one's own services, no personal data, one audit line for each list opened."""

import datetime as dt
from collections.abc import Callable

import pytest

from helpbutton import clock
from helpbutton.cases.views import VIEWS
from tests.cast import MORNINGS, PHONE, Cast
from tests.web.staff.pages import audit_lines, numbers_listed, read, send_case, send_form, visible_text

URGENT = "Mieheni löi minua eilen ja pelkään että hän tappaa meidät."


def test_a_worker_of_another_desk_sees_nothing(cast: Cast, drain: Callable[[], int]) -> None:
    number = send_case(cast, drain)
    assert numbers_listed(read(cast.sign_in("cara"), "/staff/")) == {number}

    dan = cast.sign_in("dan")
    for view in VIEWS:
        page = read(dan, f"/staff/?view={view}")
        assert numbers_listed(page) == set()
        assert '<span class="count">1</span>' not in page
    assert "404" not in visible_text(read(dan, f"/staff/cases/{number}", status=404))


def test_rows_carry_no_words_no_name_and_no_contact(cast: Cast, drain: Callable[[], int]) -> None:
    send_case(cast, drain, contact={"name": "Aino Testinen"})
    page = read(cast.sign_in("cara"), "/staff/")
    for secret in (MORNINGS, MORNINGS[:20], "Aino Testinen", PHONE, PHONE[4:]):
        assert secret not in page


def test_urgent_comes_first_and_is_said_in_words(cast: Cast, drain: Callable[[], int]) -> None:
    calm = send_case(cast, drain)
    urgent = send_case(cast, drain, text=URGENT)
    page = read(cast.sign_in("cara"), "/staff/?lang=en")
    assert page.index(urgent) < page.index(calm)
    row = visible_text(page[page.index("<tbody") : page.index(calm)])
    assert "urgent" in row
    assert "Words of danger" in row
    assert numbers_listed(read(cast.sign_in("cara"), "/staff/?view=urgent")) == {urgent}


def test_an_overdue_promise_is_said_in_words(cast: Cast, drain: Callable[[], int]) -> None:
    with clock.moved(clock.now() - dt.timedelta(days=8)):
        number = send_case(cast, drain)
    page = read(cast.sign_in("cara"), "/staff/?view=overdue&lang=en")
    assert numbers_listed(page) == {number}
    assert "overdue " in visible_text(page)


def test_views_follow_the_work(cast: Cast, drain: Callable[[], int]) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    assert numbers_listed(read(cara, "/staff/?view=mine")) == set()
    assert numbers_listed(read(cara, "/staff/?view=unassigned")) == {number}
    send_form(cara, number, "take")
    assert numbers_listed(read(cara, "/staff/?view=mine")) == {number}
    assert numbers_listed(read(cara, "/staff/?view=unassigned")) == set()
    send_form(cara, number, "answer", body="Hei!")
    assert numbers_listed(read(cara, "/staff/?view=waiting")) == {number}
    send_form(cara, number, "close", outcome="advice_given")
    assert numbers_listed(read(cara, "/staff/")) == set()
    assert numbers_listed(read(cara, "/staff/?view=closed")) == {number}


def test_every_list_opened_is_one_audit_line(cast: Cast) -> None:
    cara = cast.sign_in("cara")
    assert audit_lines(cast, "cara", "list") == 0
    for opened, view in enumerate(VIEWS, start=1):
        read(cara, f"/staff/?view={view}")
        assert audit_lines(cast, "cara", "list") == opened


@pytest.mark.parametrize("view", ["nonsense", "'; drop table case_", "\x00", "<script>"])
def test_an_unknown_view_is_the_first_one(cast: Cast, view: str) -> None:
    answer = cast.sign_in("cara").get("/staff/", query_string={"view": view})
    assert answer.status_code == 200
    assert "<script>" not in answer.get_data(as_text=True).replace("<script type", "")


@pytest.mark.parametrize("first_name", ["eve", "kim", "aada"])
def test_roles_at_an_organisation_get_an_honest_page(
    cast: Cast, drain: Callable[[], int], first_name: str
) -> None:
    number = send_case(cast, drain)
    browser = cast.sign_in(first_name)
    page = read(browser, "/staff/?lang=en")
    assert "No cases for this role" in page
    assert number not in page
    assert ("/staff/resting" in page) == (first_name == "eve")
    read(browser, f"/staff/cases/{number}", status=404)


def test_links_keep_the_language_of_the_request(cast: Cast, drain: Callable[[], int]) -> None:
    number = send_case(cast, drain)
    page = read(cast.sign_in("cara"), "/staff/?lang=sv")
    assert '<html lang="sv"' in page
    assert f"/staff/cases/{number}?lang=sv" in page
