"""An organisation's own words for text messages: kept when discreet and short, used when the message leaves."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest
from flask import Flask

from helpbutton.db import db
from helpbutton.errors import Conflict
from helpbutton.notifications import own_texts
from helpbutton.notifications.phone import phone_messages
from tests.cast import Cast, hidden_fields
from tests.web.staff.pages import audit_lines, read, send_case, send_form, visible_text

OWN = "Hei! Sinulle on uutta siellä, missä kirjoitit. Viite {reference}."
ADDRESS = "/staff/texts?tongue=fi&lang=en"


def save(cast: Cast, text: str, *, person: str = "eve", wording: str = "neutral") -> tuple[int, str]:
    browser = cast.sign_in(person)
    page = read(browser, ADDRESS)
    form = page[page.index(f'id="nudge-{wording}"') :]
    fields = hidden_fields(form[: form.index("</form>")])
    answer = browser.post("/staff/texts?lang=en", data=fields | {"text": text})
    return answer.status_code, unescape(visible_text(answer.get_data(as_text=True)))


def last_nudge(cast: Cast, drain: Callable[[], int], **contact: object) -> str:
    number = send_case(cast, drain, contact=contact)
    send_form(cast.sign_in("cara"), number, "answer", body="Soitan huomenna.")
    drain()
    return phone_messages()[-1].text


def test_own_words_are_said_from_now_on(app_on_both: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    assert save(cast, OWN)[0] == 303
    assert last_nudge(cast, drain).startswith("Hei! Sinulle on uutta siellä, missä kirjoitit. Viite ")
    assert audit_lines(cast, "eve", "change_text") == 1
    assert save(cast, "")[0] == 303
    assert "Hei!" not in last_nudge(cast, drain, phone="+358401234999")


def test_the_service_is_named_only_to_those_who_allowed_it(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    save(cast, "{desk}: sinulle on viesti. Viite {reference}.", wording="named")
    assert ": sinulle on viesti." in last_nudge(cast, drain, sms_may_name_service=True)
    assert ": sinulle on viesti." not in last_nudge(cast, drain, phone="+358401234999")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Sinulle on viesti.", "Put {reference} where"),
        ("{name}, viesti. Viite {reference}.", "Between braces only"),
        ("{desk}: viesti. Viite {reference}.", "Between braces only"),
        ("Viesti {reference!r}.", "Between braces only"),
        ("Viesti { {reference}.", "Between braces only"),
        ("Lastensuojelu vastasi. Viite {reference}.", "lastensuojelu"),
        ("Soita 0401234567. Viite {reference}.", "Leave out numbers"),
        ("Avaa apua.example.fi. Viite {reference}.", "Leave out numbers"),
        ("Sinulle on viesti – avaa. Viite {reference}.", "A letter here does not fit"),
        ("Sinulle on viesti. " * 9 + "Viite {reference}.", "This takes 2 text messages"),
    ],
)
def test_what_would_tell_or_not_fit_is_refused(app: Flask, cast: Cast, text: str, says: str) -> None:
    status, page = save(cast, text)
    assert status == 422
    assert says in page
    assert " ".join(text.split()) in " ".join(page.split())


def test_only_administrators_keep_them(app: Flask, cast: Cast) -> None:
    assert cast.sign_in("cara").get("/staff/texts").status_code == 403
    assert cast.sign_in("eve").get("/staff/texts?of=999999").status_code == 404


def test_a_stale_form_overwrites_nothing(app: Flask, cast: Cast) -> None:
    browser = cast.sign_in("eve")
    page = read(browser, ADDRESS)
    form = page[page.index('id="nudge-neutral"') :]
    fields = hidden_fields(form[: form.index("</form>")])
    assert browser.post("/staff/texts", data=fields | {"text": OWN}).status_code == 303
    answer = browser.post("/staff/texts", data=fields | {"text": "Toinen. Viite {reference}."})
    assert answer.status_code == 409
    assert OWN in unescape(read(browser, ADDRESS))


def test_of_two_who_write_the_same_text_first_one_is_told(app_on_both: Flask, cast: Cast) -> None:
    eve, together = cast.actor("eve"), threading.Barrier(2)
    own = min(own_texts.may_edit(eve))

    def write(text: str) -> bool:
        with app_on_both.app_context():
            together.wait(10)
            try:
                own_texts.change(
                    actor=eve,
                    organisation_id=own,
                    purpose="nudge",
                    kind="neutral",
                    language="fi",
                    text=text,
                    version=0,
                )
            except Conflict:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(write, (OWN, f"Hei! {OWN}"))) == [False, True]
