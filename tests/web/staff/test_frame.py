"""What all staff pages share: links that may be opened, a language that stays, forms and numbers within bounds."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter

from helpbutton.conversation.operations import BODY_LIMIT
from tests.cast import FIRST_NAMES, Cast, hidden_fields
from tests.web.staff.pages import case_url, post, read, send_case

TEMPLATES = Path(__file__).resolve().parents[3] / "helpbutton" / "web" / "templates"
HUGE = "99999999999999999999"
FORM = re.compile(r"<form\b.*?</form>", re.S)


def forms() -> Iterator[tuple[str, str]]:
    """Every form of the staff templates, with the file it is in."""
    for path in sorted((TEMPLATES / "staff").rglob("*.html")):
        for form in FORM.findall(path.read_text(encoding="utf-8")):
            yield path.name, form


@pytest.mark.parametrize("who", FIRST_NAMES)
def test_everybody_may_open_what_the_frame_leads_to(app: Flask, cast: Cast, who: str) -> None:
    browser = cast.sign_in(who)
    top = read(browser, "/staff/").partition("<main")[0]
    links = {unescape(link) for link in re.findall(r'href="(/staff/[^"]*)"', top)}
    assert {link: browser.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_another_language_keeps_what_was_asked(app: Flask, cast: Cast) -> None:
    page = read(cast.sign_in("cara"), "/staff/?view=urgent&language=sv&lang=en")
    assert 'href="?view=urgent&amp;language=sv&amp;lang=sv"' in page
    assert 'href="?lang=sv"' in read(cast.sign_in("cara"), "/staff/reminders")


def test_forms_that_ask_keep_the_language(app: Flask, cast: Cast) -> None:
    asking = [(name, form) for name, form in forms() if 'method="post"' not in form.partition(">")[0]]
    assert len(asking) >= 9
    assert [name for name, form in asking if "{{ lang() }}" not in form] == []
    assert hidden_fields(read(cast.sign_in("aada"), "/staff/audit?lang=en"))["lang"] == "en"
    assert "lang" not in hidden_fields(read(cast.sign_in("aada"), "/staff/audit"))


def test_only_forms_with_files_are_sent_in_parts() -> None:
    carrying = {name for name, form in forms() if 'type="file"' in form} | {"directory_trial.html"}
    assert {name for name, form in forms() if "multipart" in form} == carrying


def test_the_longest_answer_fits_in_any_script(app: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    fields = hidden_fields(read(cara, case_url(number))) | {"body": "\U0001f9e1" * BODY_LIMIT}
    assert post(cara, number, "note", fields).status_code == 303
    assert "\U0001f9e1" * BODY_LIMIT in read(cara, case_url(number))


def test_numbers_that_no_row_can_have_lead_nowhere(app: Flask, cast: Cast) -> None:
    """Every route with a number in it; those that post are asked with the token of a page."""
    eve = cast.sign_in("eve")
    fields = hidden_fields(read(eve, "/staff/account"))
    tried = 0
    for rule in app.url_map.iter_rules():
        if any(isinstance(each, IntegerConverter) for each in rule._converters.values()):
            address = re.sub(r"<int:[^>]+>", HUGE, rule.rule)
            address = re.sub(r"<[^>]+>", "K7M2-9QXD", address)
            for method in (rule.methods or set()) & {"GET", "POST"}:
                answer = eve.open(address, method=method, data=fields if method == "POST" else None)
                assert answer.status_code == 404, f"{method} {address}"
                tried += 1
    assert tried > 15


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("liisa", f"/staff/replies?desk={HUGE}"),
        ("liisa", f"/staff/duty?desk={HUGE}"),
        ("liisa", f"/staff/worklist/changes?since={HUGE}"),
        ("eve", f"/staff/texts?of={HUGE}"),
        ("eve", f"/staff/ladders?of={HUGE}"),
        ("eve", f"/staff/directory/varha.json?state={HUGE}"),
        ("aada", f"/staff/audit?before={HUGE}&person={HUGE}"),
    ],
)
def test_numbers_that_no_row_can_have_do_no_harm(app: Flask, cast: Cast, who: str, address: str) -> None:
    assert cast.sign_in(who).get(address).status_code < 500
