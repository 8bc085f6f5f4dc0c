"""The catalogues of the ten languages: whole where they must be, and never other than their originals."""

import pytest

from helpbutton.commands.translations import TRANSLATED, forms, problems, read, template
from helpbutton.i18n import DRAFTS, WRITTEN

WHOLE: tuple[str, ...] = ("fi", "fi-selko", "sv", "ru", "uk", "ar", "so", "et")
"""Languages whose catalogue holds every message; the others say what they lack in the language they fall back to."""
SURE = tuple(language for language in TRANSLATED if language not in DRAFTS)
"""Languages in which no translation may be marked as unsure."""
PLURAL_FORMS = {"ar": 6, "ru": 3, "uk": 3}


def wanted(language: str) -> dict[object, list[str]]:
    """What this language is to say, with the files that say it."""
    messages = template(public=language not in WRITTEN)
    return {message.id: [name for name, _line in message.locations] for message in messages if message.id}


@pytest.mark.parametrize("language", WHOLE)
def test_nothing_is_left_untranslated(language: str) -> None:
    whole = {message.id for message in read(language) if all(forms(message.string))}
    missing = {str(message): where for message, where in wanted(language).items() if message not in whole}
    assert missing == {}, f"make translations, then translate into {language}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_kept_that_nobody_says(language: str) -> None:
    kept = read(language)
    assert {message.id for message in kept if message.id} - set(wanted(language)) == set(), (
        "make translations"
    )
    assert list(kept.obsolete) == [], "delete what is marked #~"


@pytest.mark.parametrize("language", SURE)
def test_no_translation_is_a_guess(language: str) -> None:
    assert [message.id for message in read(language) if message.id and message.fuzzy] == [], (
        "check it and remove fuzzy"
    )


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_fit_their_originals(language: str) -> None:
    catalogue = read(language)
    assert catalogue.num_plurals == PLURAL_FORMS.get(language, 2)
    wrong = {message.id: problems(message, catalogue.num_plurals) for message in catalogue if message.id}
    assert {message: found for message, found in wrong.items() if found} == {}


def test_families_messages_are_among_all() -> None:
    names = set(wanted("ar")) - set(wanted("fi"))
    assert len(set(wanted("ar")) & set(wanted("fi"))) > 200
    assert {"A parent's own wellbeing", "Emergency number"} <= names
    assert all(where.startswith("config/") for name in names for where in wanted("ar")[name])
    assert not any("staff" in where for found in wanted("ar").values() for where in found)
