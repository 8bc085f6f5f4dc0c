"""Every SMS: one GSM-7 segment, no content, in every language and for every purpose."""

import re

import pytest

from helpbutton.i18n import LANGUAGES, WRITTEN
from helpbutton.notifications import texts

PURPOSES = ("confirmation", "nudge", "duty_alert", "desk_alert")
NEWER = ("slipped", "reminder_alert", "digest", "canary")
TELLING = (
    "apu", "apua", "avun", "lapsi", "lapse", "lasten", "nuor", "perhe", "koulu", "päivä", "neuvola", "kunta",
    "sosiaali", "suojelu", "kaupunki", "hyvinvointi", "turku", "koodi", "hjälp", "barn", "famil", "skola",
    "social", "skydd", "kommun", "kod", "help", "child", "school", "welfare", "protect", "code", "http",
)  # fmt: skip


@pytest.mark.parametrize("count", [1, 2, 999])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", [*PURPOSES, *NEWER])
def test_short_and_without_content(purpose: str, language: str, count: int) -> None:
    reference = texts.new_reference()
    body = texts.body(purpose=purpose, language=language, reference=reference, count=count)
    assert texts.fits(body)
    assert texts.septets(body) or language not in WRITTEN
    assert reference in body
    assert "%" not in body
    words = body.lower().replace(reference.lower(), "")
    assert [word for word in TELLING if word in words] == []


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_written_languages_differ(purpose: str) -> None:
    bodies = {texts.body(purpose=purpose, language=language, reference="K7QX") for language in WRITTEN}
    assert len(bodies) == len(WRITTEN)


def test_finnish_as_people_read_it() -> None:
    assert texts.body(purpose="confirmation", language="fi", reference="K7QX") == (
        "Viestisi on perillä. Löydät vastauksen sieltä, mistä lähetit viestin. Viite K7QX."
    )
    assert texts.body(purpose="desk_alert", language="fi", reference="K7QX", count=3) == (
        "Työlistallasi on 3 uutta asiaa. Viite K7QX."
    )
    assert "1" not in texts.body(purpose="desk_alert", language="fi", reference="K7QX", count=1)


def test_an_unknown_purpose_has_no_text() -> None:
    with pytest.raises(ValueError, match="no text"):
        texts.body(purpose="advert", language="fi", reference="K7QX")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("åäöÅÄÖé", 7),
        ("€", 2),
        ("[a]", 5),
        ("Š", None),
        ("č", None),
        ("–", None),
        ("”", None),
        ("Ж", None),
    ],
)
def test_septets(text: str, length: int | None) -> None:
    assert texts.septets(text) == length


def test_other_letters_cost_more_and_fit_in_two_segments() -> None:
    assert texts.fits("a" * 160)
    assert not texts.fits("a" * 161)
    assert texts.fits("Ж" * 134)
    assert not texts.fits("Ж" * 135)


@pytest.mark.parametrize("purpose", ["duty_alert", "desk_alert"])
def test_staff_are_alerted_in_a_language_of_theirs(purpose: str) -> None:
    assert texts.body(purpose=purpose, language="ar", reference="K7QX") == texts.body(
        purpose=purpose, language="en", reference="K7QX"
    )


def test_references_spell_nothing_and_vary() -> None:
    references = {texts.new_reference() for _ in range(300)}
    assert len(references) > 290
    assert all(re.fullmatch(r"[256789BCDFGHJKMNPQRTVWXZ]{4}", reference) for reference in references)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 81, 2),
        ("Ж" * 70, 1),
        ("Ж" * 71, 2),
        ("Ж" * 135, 3),
    ],
)
def test_segments_as_the_provider_counts_them(text: str, count: int) -> None:
    assert texts.segments(text) == count


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", [*PURPOSES, *NEWER])
def test_a_subject_says_as_little_as_the_text(purpose: str, language: str) -> None:
    subject = texts.subject(purpose=purpose, language=language)
    assert subject.isprintable()
    assert len(subject) <= 60
    assert [word for word in TELLING if word in subject.lower()] == []
