"""The page on which staff choose how they are told."""

import re

from flask import Flask

from helpbutton.staff.choices import Choice
from helpbutton.staff.reach import own_reach
from tests.cast import Cast, hidden_fields
from tests.web.staff.pages import read, stored, visible_text

PAGE = "/staff/notifications"


def test_choices_are_kept_and_shown_again(app: Flask, cast: Cast) -> None:
    cara = cast.sign_in("cara")
    desk = min(cast.actor("cara").services)
    page = read(cara, f"{PAGE}?lang=en")
    assert "urgent alerts always come to your phone" in visible_text(page)
    assert page.count("<select") == 3 * (1 + len(cast.actor("cara").services))
    typed = {
        "phone": "040 123 4567",
        "urgent_": "email",
        "digest_reminders_": "1",
        "reminders_": "email",
        f"news_{desk}": "email",
        f"digest_news_{desk}": "1",
        "urgent_999999": "none",
    }
    answer = cara.post(PAGE, data=hidden_fields(page) | typed)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}?saved=1")
    stored()
    reach, choices = own_reach(cast.actor("cara"))
    assert reach.phone == "+358401234567"
    assert set(choices) == {
        Choice("urgent", "email"),
        Choice("reminders", "email", digest=True),
        Choice("news", "email", desk, digest=True),
    }
    again = read(cara, f"{PAGE}?saved=1&lang=en")
    assert "Your choices are saved." in again
    assert 'value="+358401234567"' in again
    assert len(re.findall(r"<option[^>]* selected", again)) == 3
    assert len(re.findall(r'type="checkbox"[^>]* checked', again)) == 2


def test_reminders_that_are_only_gathered_come_by_text_message(app: Flask, cast: Cast) -> None:
    cara = cast.sign_in("cara")
    fields = hidden_fields(read(cara, PAGE)) | {"digest_reminders_": "1"}
    assert cara.post(PAGE, data=fields).status_code == 303
    stored()
    assert own_reach(cast.actor("cara"))[1] == [Choice("reminders", "sms", digest=True)]


def test_what_is_to_be_gathered_needs_a_channel(app: Flask, cast: Cast) -> None:
    cara = cast.sign_in("cara")
    fields = hidden_fields(read(cara, PAGE))
    for gathered in ("digest_news_", f"digest_reminders_{min(cast.actor('cara').services)}"):
        answer = cara.post(f"{PAGE}?lang=en", data=fields | {gathered: "1"})
        page = answer.get_data(as_text=True)
        assert (answer.status_code, page.count("checked aria-invalid")) == (422, 1)
        assert "by text message or by e-mail" in visible_text(page)
    stored()
    assert own_reach(cast.actor("cara"))[1] == []


def test_what_was_typed_stays_when_it_is_refused(app: Flask, cast: Cast) -> None:
    cara = cast.sign_in("cara")
    fields = hidden_fields(read(cara, PAGE))
    answer = cara.post(PAGE, data=fields | {"phone": "<b>12", "news_": "email"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "&lt;b&gt;12" in page
    assert len(re.findall(r"<option[^>]* selected", page)) == 1
    assert cara.post(PAGE, data=fields | {"urgent_": "pigeon"}).status_code == 422
    stored()
    assert own_reach(cast.actor("cara"))[1] == []


def test_somebody_without_a_desk_has_choices_too(app: Flask, cast: Cast) -> None:
    eve = cast.sign_in("eve")
    page = read(eve, PAGE)
    assert page.count("<select") == 3
    assert eve.post(PAGE, data=hidden_fields(page) | {"urgent_": "sms", "phone": ""}).status_code == 303
    stored()
    assert own_reach(cast.actor("eve"))[1] == [Choice("urgent", "sms")]
