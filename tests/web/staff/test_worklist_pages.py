"""Finding and narrowing in the worklist, its pages, and what it says by itself when something is new."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from helpbutton import clock
from helpbutton.cases import worklist
from helpbutton.staff.sessions import IDLE_LIMIT
from tests.cast import PHONE, Cast, hidden_fields
from tests.web.staff.pages import (
    audit_lines,
    case_row,
    numbers_listed,
    post,
    read,
    send_case,
    send_form,
    visible_text,
)

NAME, EMAIL = "Aino-Maria Järvinen", "aino.jarvinen@example.fi"


def find(browser: FlaskClient, words: str, *, status: int = 200) -> str:
    """The page of what was found."""
    fields = hidden_fields(read(browser, "/staff/search"))
    answer = browser.post("/staff/search?lang=en", data=fields | {"words": words})
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def changes_of(page: str) -> str:
    """The address that the page asks for changes."""
    found = re.search(r'data-changes="([^"]+)"', page)
    assert found
    return found[1].replace("&amp;", "&")


def test_filters_are_in_the_address_and_what_nobody_can_choose_is_left_out(
    cast: Cast, drain: Callable[[], int]
) -> None:
    finnish = send_case(cast, drain)
    swedish = send_case(cast, drain, language="sv", text="Voisiko joku soittaa?")
    cara = cast.sign_in("cara")
    assert numbers_listed(read(cara, "/staff/?language=sv")) == {swedish}
    assert numbers_listed(read(cara, "/staff/?language=fi&municipality=853")) == {finnish}
    assert numbers_listed(read(cara, "/staff/?municipality=091")) == set()
    page = read(cara, "/staff/?language=sv&view=unassigned")
    assert 'href="/staff/?view=services&amp;language=sv"' in page, "another view keeps the filters"
    assert re.search(r'view=services&amp;language=sv"[^>]*>[^<]*<span class="count">1</span>', page)
    for nonsense in ("language=klingon", "desk=turku-school", "topic=%00", "municipality=<script>"):
        assert numbers_listed(read(cara, f"/staff/?{nonsense}")) == {finnish, swedish}


def test_a_case_is_taken_from_the_list(cast: Cast, drain: Callable[[], int]) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    fields = hidden_fields(read(cara, "/staff/"))
    assert int(fields["version"]) == case_row(number).version
    assert post(cara, number, "take", fields).status_code == 303
    assert case_row(number).assigned_to == cast.actor("cara").account_id
    assert f"/staff/cases/{number}/take" not in read(cara, "/staff/"), "taken already"


def test_pages_follow_each_other_without_gaps_or_repeats(
    cast: Cast, drain: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worklist, "PAGE", 2)
    numbers = [send_case(cast, drain) for _ in range(4)]
    cara, address, seen, pages = cast.sign_in("cara"), "/staff/?view=unassigned", [], 0
    while pages < 3:
        pages, page = pages + 1, read(cara, address)
        seen += re.findall(r'/staff/cases/([^"/?]+)"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        if not following:
            break
        address = following[1].replace("&amp;", "&")
    assert pages == 2
    assert seen == sorted(numbers, key=lambda number: case_row(number).id)
    for broken in (
        "nonsense",
        "1.2",
        "0.99999999999999999999999.1",
        "2.5.-1",
        "\x00",
        "1.2.99999999999999999999",
    ):
        answer = cara.get("/staff/", query_string={"after": broken})
        assert answer.status_code == 200, broken


@pytest.mark.parametrize(
    "words",
    [
        "{number}",
        "{bare}",
        PHONE,
        "040 123 4567",
        EMAIL.upper(),
        "järvinen",
        "MARIA",
        "Järvinen  Aino",
        "järvinen aino-maria",
    ],
)
def test_a_case_is_found_by_what_its_sender_says(cast: Cast, drain: Callable[[], int], words: str) -> None:
    number = send_case(cast, drain, contact={"name": NAME, "email": EMAIL})
    send_case(cast, drain, contact={"name": "Bertta Lahti", "phone": "+358409999999"})
    words = words.format(number=number, bare=number.lower().replace("-", ""))
    cara = cast.sign_in("cara")
    page = find(cara, words)
    assert numbers_listed(page) == {number}
    assert "Järvinen" not in page.replace(words, "")
    assert numbers_listed(find(cast.sign_in("dan"), words)) == set()
    assert audit_lines(cast, "cara", "search") == 1


def test_closed_cases_are_found_too(cast: Cast, drain: Callable[[], int]) -> None:
    number = send_case(cast, drain, contact={"name": NAME})
    cara = cast.sign_in("cara")
    send_form(cara, number, "take")
    send_form(cara, number, "close", outcome="advice_given")
    page = find(cara, NAME)
    assert numbers_listed(page) == {number}
    assert 'class="clock' not in page, "nothing is promised any more"


def test_a_new_name_replaces_the_old_one(cast: Cast, drain: Callable[[], int]) -> None:
    from helpbutton.cases.sender import change_contact, own_contact

    number = send_case(cast, drain, contact={"name": NAME})
    case_id = case_row(number).id
    contact = own_contact(case_id=case_id).model_copy(update={"name": "Aino Koski"})
    assert change_contact(case_id=case_id, contact=contact)
    cara = cast.sign_in("cara")
    assert numbers_listed(find(cara, "Järvinen")) == set()
    assert numbers_listed(find(cara, "aino koski")) == {number}


def test_a_number_for_nudges_alone_finds_nothing(cast: Cast, drain: Callable[[], int]) -> None:
    send_case(cast, drain, contact={"nudge_only": True})
    assert numbers_listed(find(cast.sign_in("cara"), PHONE)) == set()


@pytest.mark.parametrize("words", ["", "   ", "12", "a" * 300, "\x00", "7", "!?", "R2D2 ja 3"])
def test_what_cannot_be_looked_up_is_refused_and_kept(cast: Cast, words: str) -> None:
    page = find(cast.sign_in("cara"), words, status=422)
    assert "That is not a case number" in page
    if words == "R2D2 ja 3":
        assert 'value="R2D2 ja 3"' in page


def test_hostile_words_are_harmless(cast: Cast) -> None:
    cara = cast.sign_in("cara")
    for words in ('"><script>alert(1)</script>', "' OR 1=1 --", "%_%", "x@<img src=x>"):
        fields = hidden_fields(read(cara, "/staff/search"))
        page = cara.post("/staff/search", data=fields | {"words": words}).get_data(as_text=True)
        assert "<script>alert" not in page
        assert "<img" not in page


def test_the_page_learns_of_news_by_asking_cheaply(cast: Cast, drain: Callable[[], int]) -> None:
    send_case(cast, drain)
    cara = cast.sign_in("cara")
    address = changes_of(read(cara, "/staff/?lang=en"))
    first = cara.get(address)
    assert first.get_json()["new"] == 0
    known = {"If-None-Match": first.headers["ETag"]}
    lines = audit_lines(cast, "cara", "list")
    assert cara.get(address, headers=known).status_code == 304

    number = send_case(cast, drain)
    second = cara.get(address, headers=known)
    assert second.get_json() == {"new": 1, "shown": "1", "words": "1 new"}
    assert number not in second.get_data(as_text=True)
    assert cara.get(changes_of(read(cara, "/staff/?view=waiting"))).get_json()["new"] == 0
    assert audit_lines(cast, "cara", "list") == lines + 1, "asking leaves no line"
    dan = cast.sign_in("dan")
    assert dan.get(address).get_json()["new"] == 0


def test_what_one_does_oneself_is_no_news(cast: Cast, drain: Callable[[], int]) -> None:
    number = send_case(cast, drain)
    cara, liisa = cast.sign_in("cara"), cast.sign_in("liisa")
    send_form(cara, number, "take")
    addresses = [(browser, changes_of(read(browser, "/staff/"))) for browser in (cara, liisa)]
    send_form(cara, number, "release")
    assert [browser.get(address).get_json()["new"] for browser, address in addresses] == [0, 1]


def test_a_case_that_a_colleague_gives_is_news(cast: Cast, drain: Callable[[], int]) -> None:
    number = send_case(cast, drain)
    cara, liisa = cast.sign_in("cara"), cast.sign_in("liisa")
    address = changes_of(read(liisa, "/staff/?view=mine"))
    send_form(cara, number, "assign", colleague=str(cast.actor("liisa").account_id))
    assert liisa.get(address).get_json()["new"] == 1


def test_an_open_page_that_asks_does_not_keep_its_session_alive(cast: Cast, drain: Callable[[], int]) -> None:
    cara = cast.sign_in("cara")
    address, began = changes_of(read(cara, "/staff/")), clock.now()
    with clock.moved(began + IDLE_LIMIT - dt.timedelta(minutes=1)):
        assert cara.get(address).status_code == 200
    with clock.moved(began + IDLE_LIMIT + dt.timedelta(minutes=1)):
        assert cara.get(address).status_code == 303


def test_the_list_of_keys_is_there_and_says_how_to_do_without(cast: Cast) -> None:
    words = visible_text(read(cast.sign_in("cara"), "/staff/?lang=en"))
    assert "next case, previous case" in words
    assert "Use these keys in this browser" in words
