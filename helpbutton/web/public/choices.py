"""What the form offers to choose from; the values are those of the typed submission."""

from collections.abc import Mapping

from babel import Locale

from helpbutton.i18n import gettext, reading_language
from helpbutton.reasons import N_

ROLES = {
    "parent": N_("I am a parent or guardian"),
    "young_person": N_("I am a young person"),
    "child": N_("I am a child"),
    "relative": N_("I am a relative or friend"),
    "professional": N_("I work with families"),
    "other": N_("Someone else"),
}
AGE_GROUPS = {
    "unborn": N_("not born yet"),
    "0-2": N_("0–2 years"),
    "3-5": N_("3–5 years"),
    "6-9": N_("6–9 years"),
    "10-12": N_("10–12 years"),
    "13-15": N_("13–15 years"),
    "16-17": N_("16–17 years"),
    "18+": N_("18 years or older"),
}
PREFERRED = {
    "phone": N_("a phone call"),
    "sms": N_("a text message"),
    "email": N_("e-mail"),
    "message": N_("here, with my receipt code"),
}
KINDS = {
    "help": N_("I ask for help on behalf of a family that knows about it"),
    "consultation_anonymous": N_("I ask for advice without saying who the family is"),
    "consultation_with_consent": N_("I ask for advice with the family's consent"),
}
AUTONYMS = {
    "fi": "suomi",
    "fi-selko": "selkosuomi",
    "sv": "svenska",
    "en": "English",
    "se": "davvisámegiella",
    "ru": "русский",
    "uk": "українська",
    "ar": "العربية",
    "so": "Soomaali",
    "et": "eesti",
}
"""Languages in which a request may be answered, each in its own words."""

INTERPRETED = ("ar", "so", "ru", "uk", "et", "en", "ku", "fa", "tr", "vi", "th", "zh", "sq", "es", "fr", "ti")
FINNISH_SIGN_LANGUAGE = "fse"
SIGN_LANGUAGE_NAME = N_("Finnish Sign Language")


def in_words(choices: Mapping[str, str], language: str) -> dict[str, str]:
    """Value to label."""
    return {value: gettext(language, label) for value, label in choices.items()}


def interpreters(language: str) -> dict[str, str]:
    """Languages for which an interpreter may be asked, sign language first, then by name."""
    known = Locale.parse(reading_language(language)).languages
    named = sorted(((code, str(known[code])) for code in INTERPRETED), key=lambda pair: pair[1])
    return {FINNISH_SIGN_LANGUAGE: gettext(language, SIGN_LANGUAGE_NAME), **dict(named)}
