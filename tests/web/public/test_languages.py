"""Ten languages on the public pages: which one is chosen, what an unchecked translation says, nothing left out."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from helpbutton.commands.translations import template
from helpbutton.db import transaction
from helpbutton.directory.languages import set_language
from helpbutton.directory.models import Installation
from helpbutton.i18n import DRAFTS, LANGUAGES
from helpbutton.web.public.choices import AUTONYMS
from tests.cast import Cast
from tests.web.public.browser import Page, visit
from tests.web.staff.pages import read

UNCHECKED = "This translation has not been checked."
MAY_FORWARD = "You may pass my message on to the right organisation"
IDENTITY_CODE = "131052-308T"
MORE_PAGES = ("/nowhere", "/ask/nowhere", "/ask/demo/nearby")
Write = Callable[[str, str], None]


def language_of(page: Page) -> str:
    found = re.search(r'<html lang="([^"]+)" dir="(\w+)"', page.html)
    assert found
    return f"{found[1]} {found[2]}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_of_the_site_opens_and_is_in_the_switch(client: FlaskClient, language: str) -> None:
    page = visit(client, f"/ask/demo?lang={language}")
    html_language = "fi" if language == "fi-selko" else language
    assert language_of(page) == f"{html_language} {'rtl' if language == 'ar' else 'ltr'}"
    assert (UNCHECKED in page.text) == (language in DRAFTS)
    switch = re.findall(r'<button[^>]+name="switch" value="([\w-]+)"[^>]*>([^<]+)<', page.html)
    assert dict(switch) == AUTONYMS
    assert {code for code, _name in switch[:2]} == {"fi", "sv"}
    assert f'value="{language}" lang="{html_language}" dir="auto" aria-current="true"' in page.html


@pytest.mark.parametrize(
    ("asked", "wished", "language"),
    [
        ("?lang=ru", "fi", "ru"),
        ("?lang=ru-RU", "fi", "ru"),
        ("?lang=fi-selko", "sv", "fi"),
        ("?lang=xx", "ar-SA,en;q=0.5", "ar"),
        ("", "ar-SA, en;q=0.5", "ar"),
        ("", "de, so;q=0.8, en;q=0.9", "en"),
        ("", "de, et;q=0", "fi"),
        ("", "", "fi"),
    ],
)
def test_the_page_decides_then_the_browser_then_the_site(
    client: FlaskClient, asked: str, wished: str, language: str
) -> None:
    answer = client.get(f"/ask/demo{asked}", headers={"Accept-Language": wished})
    assert f'<html lang="{language}"' in answer.get_data(as_text=True)


def test_changing_the_language_keeps_every_word(client: FlaskClient) -> None:
    page = visit(client, "/ask/demo?lang=fi").press("ar", name="switch", text="Emme nuku.", may_forward="1")
    assert language_of(page) == "ar rtl"
    assert (page.fields["text"], page.fields["may_forward"]) == ("Emme nuku.", "1")
    summary = page.press("check").press("sv", name="switch")
    assert (summary.step, language_of(summary)) == ("check", "sv ltr")
    sent = summary.press("send")
    thread = visit(client, "/receipt?lang=uk").press("open", code=sent.code)
    assert language_of(thread) == "uk ltr"
    switched = thread.press("so", name="switch", body="Vielä yksi asia")
    assert (switched.step, language_of(switched)) == ("thread", "so ltr")
    assert switched.fields["body"] == "Vielä yksi asia"


def test_what_is_vital_stands_in_finnish_and_english_beside_an_unchecked_translation(
    client: FlaskClient, catalogues: Write
) -> None:
    catalogues("fi", f'msgid "{MAY_FORWARD}"\nmsgstr "Viestini saa välittää"\n')
    catalogues("ar", f'msgid "{MAY_FORWARD}"\nmsgstr "يمكنكم تحويل رسالتي"\n')
    page = visit(client, "/ask/demo?lang=ar")
    beside = (
        r'يمكنكم تحويل رسالتي<span class="beside" dir="ltr"> <span lang="fi">Viestini saa välittää</span>'
    )
    assert re.search(rf'{beside} <span lang="en">{MAY_FORWARD}</span></span>', page.html)
    assert '<span lang="fi">Hätänumero, Ympäri vuorokauden, joka päivä</span>' in page.html
    assert 'class="beside" dir="ltr"> <span lang="fi">' not in visit(client, "/ask/demo?lang=sv").html


def test_numbers_and_codes_are_not_turned_around(client: FlaskClient) -> None:
    page = visit(client, "/ask/demo?lang=ar")
    assert re.search(r'<a dir="ltr" href="tel:112"', page.html)
    summary = page.press("check", text="Emme nuku.", phone="+358 40 1234567", safe_to_call="1")
    assert re.search(r'<bdi dir="ltr">\+358', summary.html)
    assert '<p class="code" dir="ltr"' in summary.press("send").html


def test_in_a_bilingual_place_the_promise_stands_in_both_languages(client: FlaskClient) -> None:
    finnish = visit(client, "/ask/demo?lang=fi").press("check", text="Emme nuku.")
    swedish = visit(client, "/ask/demo?lang=sv").press("check", text="Vi sover inte.")
    assert re.search(r'<span class="beside" lang="sv" dir="ltr">Du får svar senast [^<]+<', finnish.html)
    assert re.search(
        r'<span class="beside" lang="fi" dir="ltr">Saat vastauksen viimeistään [^<]+<', swedish.html
    )


def test_what_is_turned_off_is_not_offered(client: FlaskClient, cast: Cast) -> None:
    with transaction() as session:
        session.get_one(Installation, 1).demo = False
    page = visit(client, "/ask/demo?lang=ar")
    assert language_of(page) == "fi ltr"
    assert 'value="ar" lang="ar"' not in page.html
    assert language_of(visit(client, "/receipt?lang=ar")) == "fi ltr"
    assert client.get("/api/v1/sites/demo").get_json()["languages"] == ["fi", "sv", "en", "fi-selko"]
    set_language(actor=cast.actor("eve"), language="ar", status="reviewed", on=True)
    page = visit(client, "/ask/demo?lang=ar")
    assert language_of(page) == "ar rtl"
    assert UNCHECKED not in page.text


@pytest.mark.parametrize("address", ["/no-such-page", "/ask/no-such-site"])
def test_errors_speak_the_readers_language(client: FlaskClient, address: str) -> None:
    page = visit(client, f"{address}?lang=ar")
    assert (page.status, language_of(page)) == (404, "ar rtl")
    assert "112" in page.text


def test_an_administrator_keeps_the_languages(app: Flask, client: FlaskClient, cast: Cast) -> None:
    eve = cast.sign_in("eve")
    listed = read(eve, "/staff/languages?lang=en")
    assert [AUTONYMS[code] in listed for code in LANGUAGES] == [True] * len(LANGUAGES)
    token = re.search(r'name="csrf_token" value="([^"]+)"', listed)
    assert token
    fields = {"csrf_token": token[1], "status": "reviewed"}
    assert eve.post("/staff/languages/so", data=fields).status_code == 303
    assert language_of(visit(client, "/ask/demo?lang=so")) == "fi ltr"
    assert UNCHECKED in visit(client, "/ask/demo?lang=et").text
    for first_name in ("cara", "kim"):
        read(cast.sign_in(first_name), "/staff/languages", status=403)


def test_families_read_nothing_that_translators_were_not_given(
    client: FlaskClient, catalogues: Write
) -> None:
    """Every message that the drafts translate is put in brackets; what stands outside them was forgotten."""
    public = template(public=True)
    catalogues(
        "ar", "".join(f"msgid {quoted(m.id)}\nmsgstr {quoted(f'⟦{m.id}⟧')}\n\n" for m in public if m.id)
    )
    form = visit(client, "/ask/demo?lang=ar")
    summary = form.press(
        "check", text=f"Emme nuku. {IDENTITY_CODE}", role="young_person", phone="0401234567", safe_to_text="1"
    )
    sent = summary.press("send")
    wrong = form.press("check", text="", phone="12", municipality="736")
    thread = visit(client, "/receipt?lang=ar").press("open", code=sent.code)
    lost = visit(client, "/receipt?lang=ar").press("open", code="AAAA")
    more = [visit(client, f"{address}?lang=ar") for address in MORE_PAGES]
    theirs = {message.id for message in public if message.id}
    others = [
        message.id
        for message in template(public=False)
        if isinstance(message.id, str) and len(message.id) > 12 and message.id not in theirs
    ]
    assert len(others) > 100
    for page in (form, summary, sent, wrong, thread, lost, *more):
        said = re.sub(r"⟦[^⟧]*⟧", "", page.text)
        assert "⟦" in page.text
        assert [message for message in others if stands_alone(message, said)] == [], page.step


def stands_alone(message: str, text: str) -> bool:
    """Whether the message is in the text, and not as a part of a longer sentence or name."""
    return re.search(rf"(?<!\w)(?<!\w ){re.escape(message)}(?!\w)(?! \w)", text) is not None


def quoted(text: object) -> str:
    return '"' + str(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
