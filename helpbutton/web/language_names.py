"""The names of languages: ours from the catalogues, all others from Babel."""

from helpbutton import i18n
from helpbutton.reasons import N_

NAMES = {
    "fi": N_("Finnish"),
    "fi-selko": N_("Easy Finnish"),
    "sv": N_("Swedish"),
    "en": N_("English"),
    "se": N_("Northern Sámi"),
    "ru": N_("Russian"),
    "uk": N_("Ukrainian"),
    "ar": N_("Arabic"),
    "so": N_("Somali"),
    "et": N_("Estonian"),
    "fse": N_("Finnish Sign Language"),
}


def language_name(code: str, language: str) -> str:
    """The name of the language `code` for a reader of `language`; an unknown code is itself."""
    message = NAMES.get(code, "")
    if message and language in i18n.WRITTEN:
        return i18n.gettext(language, message)
    known = i18n.own_words(language, message) or _babel_name(code, language)
    return (
        known or i18n.gettext(language, message) or _babel_name(code, i18n.reading_language(language)) or code
    )


def _babel_name(code: str, language: str) -> str:
    return str(i18n.locale_of(language).languages.get(code, ""))
