"""What a language lacks is said in the one it falls back to, message by message; unsure translations are used."""

from collections.abc import Callable

import pytest

from helpbutton import i18n
from helpbutton.directory.queries import in_language
from helpbutton.i18n import gettext, ngettext
from helpbutton.web.language_names import language_name

Write = Callable[[str, str], None]

FINNISH = 'msgid "Next"\nmsgstr "Seuraava"\n\nmsgid "Back"\nmsgstr "Takaisin"\n'
EASY = 'msgid "Next"\nmsgstr "Jatka"\n\nmsgid "Violence in the family"\nmsgstr "Perheessä on väkivaltaa"\n'
ARABIC = (
    '#, fuzzy\nmsgid "Next"\nmsgstr "التالي"\n\nmsgid "Back"\nmsgstr ""\n\n'
    'msgid "one day"\nmsgid_plural "%(count)s days"\n'
    + "".join(f'msgstr[{form}] "{form}: %(count)s"\n' for form in range(6))
    + '\nmsgid "Violence in the family"\nmsgstr "العنف في الأسرة"\n'
)
TOPIC = {"fi": "Lähisuhdeväkivalta", "sv": "Våld i familjen", "en": "Violence in the family"}
DESK = {"fi": "Perheohjaus", "sv": "Familjehandledning", "en": "Family guidance"}


def test_each_message_falls_back_by_itself(catalogues: Write) -> None:
    catalogues("fi", FINNISH)
    catalogues("fi-selko", EASY)
    catalogues("ar", ARABIC)
    assert [gettext("fi-selko", message) for message in ("Next", "Back", "Send")] == [
        "Jatka",
        "Takaisin",
        "Send",
    ]
    assert [gettext("se", message) for message in ("Next", "Send")] == ["Seuraava", "Send"]
    assert [gettext("ar", message) for message in ("Next", "Back")] == ["التالي", "Back"]
    assert gettext("ru", "Hello %(name)s", name="Aino") == "Hello Aino"
    assert gettext("ar", "") == ""


def test_unsure_translations_are_used_and_counted(catalogues: Write) -> None:
    catalogues("ar", ARABIC)
    assert i18n.coverage("ar") == i18n.Coverage(total=4, translated=3, unsure=1)
    assert i18n.coverage("so") == i18n.Coverage(total=0, translated=0, unsure=0)


@pytest.mark.parametrize(("count", "form"), [(0, 0), (1, 1), (2, 2), (3, 3), (11, 5), (100, 4)])
def test_arabic_has_six_forms(catalogues: Write, count: int, form: int) -> None:
    header = (
        'msgid ""\nmsgstr "Plural-Forms: nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && '
    )
    header += 'n%100<=10 ? 3 : n%100>=0 && n%100<=2 ? 4 : 5);\\n"\n\n'
    catalogues("ar", header + ARABIC)
    assert ngettext("ar", "one day", "%(count)s days", count) == f"{form}: {count}"
    assert ngettext("so", "one day", "%(count)s days", count) == (
        "one day" if count == 1 else f"{count} days"
    )


def test_names_of_the_directory_speak_every_language(catalogues: Write) -> None:
    catalogues("fi-selko", EASY)
    catalogues("ar", ARABIC)
    assert in_language(TOPIC, "ar") == "العنف في الأسرة"
    assert in_language(TOPIC, "fi-selko") == "Perheessä on väkivaltaa"
    assert [in_language(TOPIC, language) for language in ("se", "so", "sv")] == [
        "Lähisuhdeväkivalta",
        "Violence in the family",
        "Våld i familjen",
    ]
    assert [in_language(DESK, language) for language in ("ar", "fi-selko")] == [
        "Family guidance",
        "Perheohjaus",
    ]
    assert in_language({"fi": "Turku"}, "ar") == "Turku"


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("ku", "fi", "kurdi"),
        ("fa", "sv", "persiska"),
        ("ti", "so", "Tigrinya"),
        ("ti", "se", "tigrinja"),
        ("ar", "ru", "арабский"),
        ("fi-selko", "en", "Easy Finnish"),
        ("xx", "fi", "xx"),
    ],
)
def test_every_language_has_a_name(code: str, language: str, name: str) -> None:
    assert language_name(code, language) == name
