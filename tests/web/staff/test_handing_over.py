"""Handing over in the browser: offering, accepting, returning; help outside; cases that belong together."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import select
from werkzeug.test import TestResponse

from helpbutton.cases.handover_models import Transfer
from helpbutton.directory.models import Service
from tests.cast import MORNINGS, PHONE, Cast, hidden_fields
from tests.web.public.browser import visit
from tests.web.staff.pages import (
    audit_lines,
    case_row,
    case_url,
    numbers_listed,
    post,
    read,
    send_form,
    stored,
    visible_text,
)

Drain = Callable[[], int]
HOSTILE = '<script>alert("x")</script>\u202e {{ 7*7 }}'


def school() -> str:
    return str(stored().scalar(select(Service.id).where(Service.key == "turku-school")))


def sent(cast: Cast, drain: Drain, **changes: Any) -> tuple[str, str]:
    """The number of a request and its receipt code."""
    receipt = cast.send(**changes).get_json()
    drain()
    return receipt["number"], receipt["receipt_code"]


def offer(browser: FlaskClient, number: str, **typed: str) -> TestResponse:
    page = read(browser, f"{case_url(number)}/hand-over")
    own = hidden_fields(page[page.index('name="token"') - 200 :])
    fields = own | hidden_fields(page) | {"to": school(), "why": "Koulun asia."} | typed
    return post(browser, number, "hand-over", fields)


def decide(browser: FlaskClient, number: str, how: str, **typed: str) -> TestResponse:
    url = f"/staff/offers/{number}"
    return browser.post(f"{url}/{how}", data=hidden_fields(read(browser, url)) | typed)


def linked(browser: FlaskClient, number: str) -> set[str]:
    page = read(browser, case_url(number))
    return numbers_listed(page[page.index('id="link"') : page.index('id="link-other"')]) - {number}


def family(app: Flask, code: str) -> str:
    return visible_text(visit(app.test_client(), "/receipt?lang=en").press("open", code=code).text)


def test_offered_and_accepted_and_the_family_reads_where_it_is(app: Flask, cast: Cast, drain: Drain) -> None:
    number, code = sent(cast, drain)
    cara, dan = cast.sign_in("cara"), cast.sign_in("dan")
    choosing = visible_text(read(cara, f"{case_url(number)}/hand-over?lang=en"))
    assert "another organisation" in choosing
    assert "The sender has allowed passing on" in choosing
    answer = offer(cara, number, why=HOSTILE)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{case_url(number)}#transfer")
    assert "They answer at the latest on" in visible_text(read(cara, f"{case_url(number)}?lang=en"))
    assert "has asked" in family(app, code)

    assert re.search(r"Hand-overs\s*<span class=\"count\">1", read(dan, "/staff/?lang=en"))
    redirected = dan.get(case_url(number))
    assert (redirected.status_code, redirected.headers["Location"]) == (303, f"/staff/offers/{number}")
    page = read(dan, f"/staff/offers/{number}?lang=en")
    assert MORNINGS in page
    assert str(escape(HOSTILE)) in page
    assert "<script>alert" not in page
    assert PHONE[-7:] not in page.replace(" ", ""), "how to reach them comes with accepting"
    assert audit_lines(cast, "dan", "view") == 1

    for _ in range(2):
        accepted = dan.post(f"/staff/offers/{number}/accept", data=hidden_fields(page))
        assert (accepted.status_code, accepted.headers["Location"]) == (303, case_url(number))
    assert MORNINGS in read(dan, case_url(number))
    read(cara, case_url(number), status=404)
    told = family(app, code)
    assert "handed your matter over to" in told
    assert "need not tell it again" in told


def test_returned_with_a_reason(app: Flask, cast: Cast, drain: Drain) -> None:
    number, code = sent(cast, drain)
    cara, dan = cast.sign_in("cara"), cast.sign_in("dan")
    offer(cara, number)
    empty = decide(dan, number, "return")
    assert empty.status_code == 422
    assert "Choose why" in visible_text(
        dan.post(
            f"/staff/offers/{number}/return?lang=en", data=hidden_fields(read(dan, f"/staff/offers/{number}"))
        ).get_data(as_text=True)
    )
    fields = hidden_fields(read(dan, f"/staff/offers/{number}"))
    for _ in range(2):
        back = dan.post(
            f"/staff/offers/{number}/return",
            data=fields | {"return_reason": "other", "return_words": HOSTILE},
        )
        assert (back.status_code, back.headers["Location"]) == (303, "/staff/offers?done=returned")
    assert numbers_listed(read(dan, "/staff/offers")) == set()
    page = read(cara, f"{case_url(number)}?lang=en")
    assert str(escape(HOSTILE)) in page
    assert "The other desk returned it" in page
    assert case_row(number).returned_at is not None
    assert "has asked" not in family(app, code)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"to": ""}, "Choose the desk."),
        ({"to": "999999999"}, "This desk cannot take a case now"),
        ({"why": " "}, "Write why"),
        ({"why": "x" * 2001}, "too long"),
        ({"ground": ""}, "Choose on what ground"),
        ({"ground": "because"}, "This choice is not known"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    cast: Cast, drain: Drain, typed: dict[str, str], words: str
) -> None:
    number, _ = sent(cast, drain, may_forward=False)
    cara = cast.sign_in("cara")
    refused = offer(cara, number, **{"why": HOSTILE, "ground": "child_interest_law", "lang": "en"} | typed)
    page = cara.post(
        f"{case_url(number)}/hand-over?lang=en",
        data=hidden_fields(refused.get_data(as_text=True))
        | {"to": school(), "why": HOSTILE, "ground": "child_interest_law"}
        | typed,
    )
    assert refused.status_code == page.status_code == 422
    text = page.get_data(as_text=True)
    assert words in text
    if "why" not in typed:
        assert str(escape(HOSTILE)) in text
    assert stored().scalar(select(Transfer.id)) is None


def test_a_stale_or_doubled_offer_is_refused_or_harmless(cast: Cast, drain: Drain) -> None:
    number, _ = sent(cast, drain)
    cara = cast.sign_in("cara")
    page = read(cara, f"{case_url(number)}/hand-over")
    fields = hidden_fields(page) | {"to": school(), "why": "Koulun asia."}
    send_form(cara, number, "take")
    stale = post(cara, number, "hand-over", fields)
    assert stale.status_code == 409
    assert "Koulun asia." in stale.get_data(as_text=True)
    fresh = fields | hidden_fields(read(cara, f"{case_url(number)}/hand-over"))
    assert [post(cara, number, "hand-over", fresh).status_code for _ in range(2)] == [303, 303]
    assert len(stored().scalars(select(Transfer.id)).all()) == 1
    for _ in range(2):
        assert send_form(cara, number, "take-back").status_code == 303
    assert post(cara, number, "hand-over", fresh | {"token": ""}).status_code == 400


def test_an_old_form_for_another_desk_says_that_nothing_was_offered_and_may_be_sent_anew(
    cast: Cast, drain: Drain
) -> None:
    number, _ = sent(cast, drain)
    cara, dan = cast.sign_in("cara"), cast.sign_in("dan")
    old = hidden_fields(read(cara, f"{case_url(number)}/hand-over"))
    typed = {"to": school(), "why": "Koulun asia.", "lang": "en"}
    assert post(cara, number, "hand-over", old | typed).status_code == 303
    shown = hidden_fields(read(cara, case_url(number)))
    assert decide(dan, number, "return", return_reason="not_ours").status_code == 303
    again = post(cara, number, "hand-over?lang=en", old | typed | {"why": "Sittenkin koulun asia."})
    page = again.get_data(as_text=True)
    assert again.status_code == 422
    assert "it is not sent yet" in page
    assert "Sittenkin koulun asia." in page
    assert (
        post(cara, number, "hand-over", hidden_fields(page) | typed | {"why": "Sittenkin."}).status_code
        == 303
    )
    assert post(cara, number, "take-back", shown).status_code == 409, "the page showed the first offer"
    statuses = stored().scalars(select(Transfer.status).order_by(Transfer.id)).all()
    assert statuses == ["returned", "offered"]


@pytest.mark.parametrize("asked", ["", "091", "zzz", "%00", "999"])
def test_any_municipality_may_be_asked_for(cast: Cast, drain: Drain, asked: str) -> None:
    number, _ = sent(cast, drain)
    page = read(cast.sign_in("cara"), f"{case_url(number)}/hand-over?municipality={asked}")
    assert f'value="{asked if asked == "091" else "853"}" selected' in page


def test_another_municipality_shows_its_own_desks(cast: Cast, drain: Drain) -> None:
    number, _ = sent(cast, drain)
    cara = cast.sign_in("cara")
    helsinki = set(
        re.findall(r'name="to" value="(\d+)"', read(cara, f"{case_url(number)}/hand-over?municipality=091"))
    )
    turku = set(re.findall(r'name="to" value="(\d+)"', read(cara, f"{case_url(number)}/hand-over")))
    assert school() in turku - helsinki
    assert helsinki - turku


def test_strangers_see_neither_offers_nor_forms(cast: Cast, drain: Drain) -> None:
    number, _ = sent(cast, drain)
    offer(cast.sign_in("cara"), number)
    eve, liisa = cast.sign_in("eve"), cast.sign_in("liisa")
    assert eve.get("/staff/offers").status_code == 403
    assert eve.get(f"/staff/offers/{number}").status_code == 404
    assert liisa.get(f"/staff/offers/{number}").status_code == 404, "offered by her desk, not to it"
    for url in (f"/staff/offers/{number}/accept", f"/staff/offers/{number}/return"):
        fields = hidden_fields(read(liisa, case_url(number)))
        assert liisa.post(url, data=fields | {"return_reason": "not_ours"}).status_code == 404
    assert liisa.get("/staff/offers/nonsense").status_code == 404
    assert cast.sign_in("dan").get(f"{case_url(number)}/hand-over").status_code == 404


def test_help_outside_reaches_the_family_escaped(app: Flask, cast: Cast, drain: Drain) -> None:
    number, code = sent(cast, drain)
    cara = cast.sign_in("cara")
    refused = send_form(cara, number, "refer", name=" ", how="Soita ensin.")
    assert refused.status_code == 422
    assert "Soita ensin." in refused.get_data(as_text=True)
    assert send_form(cara, number, "refer", name=HOSTILE, how="Ma–pe 9–15").status_code == 303
    shown = visit(app.test_client(), "/receipt?lang=en").press("open", code=code).html
    assert str(escape(HOSTILE)) in shown
    assert "Ma–pe 9–15" in shown
    page = read(cara, case_url(number))
    remove = re.search(r"/refer/(\d+)/remove", page)
    assert remove
    assert send_form(cara, number, f"refer/{remove[1]}/remove").status_code == 303
    assert "Ma–pe" not in visit(app.test_client(), "/receipt?lang=en").press("open", code=code).text


def test_linked_parted_and_closed_as_sent_twice(app: Flask, cast: Cast, drain: Drain) -> None:
    (kept, _), (number, code) = sent(cast, drain), sent(cast, drain)
    cara = cast.sign_in("cara")
    assert send_form(cara, number, "link", other=HOSTILE).status_code == 422
    assert send_form(cara, number, "link", other=kept).status_code == 303
    assert linked(cara, number) == {kept}
    assert send_form(cara, number, "unlink", other=kept).status_code == 303
    assert linked(cara, number) == set()
    refused = send_form(cara, number, "duplicate", other=kept)
    assert refused.status_code == 422
    assert f'value="{kept}"' in refused.get_data(as_text=True)
    fields = hidden_fields(read(cara, case_url(number))) | {"other": kept, "same_sender": "1"}
    assert [post(cara, number, "duplicate", fields).status_code for _ in range(2)] == [303, 303]
    assert case_row(number).outcome == "duplicate"
    assert "You sent this request twice" in family(app, code)


def test_returning_without_a_reason_what_was_accepted_meanwhile_leads_to_the_case(
    cast: Cast, drain: Drain
) -> None:
    number, _ = sent(cast, drain)
    offer(cast.sign_in("cara"), number)
    dan = cast.sign_in("dan")
    seen = hidden_fields(read(dan, f"/staff/offers/{number}"))
    assert decide(dan, number, "accept").status_code == 303
    late = dan.post(f"/staff/offers/{number}/return", data=seen)
    assert (late.status_code, late.headers["Location"]) == (303, case_url(number))
