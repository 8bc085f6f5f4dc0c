"""What the form offers to choose from; the values are those of the typed submission."""

from collections.abc import Mapping

from helpbutton.i18n import gettext
from helpbutton.reasons import N_
from helpbutton.web.language_names import language_name

ROLES = {
    "parent": N_("I am a parent or guardian"),
    "young_person": N_("I am a young person"),
    "child": N_("I am a child"),
    "relative": N_("I am a relative or friend"),
    "professional": N_("I work with families"),
    "other": N_("Someone else"),
}
PREFERRED = {
    "phone": N_("a phone call"),
    "sms": N_("a text message"),
    "email": N_("e-mail"),
    "message": N_("here, with my receipt code"),
}
KINDS = {
    "consultation_anonymous": N_("I ask for advice without saying who the family is"),
    "consultation_with_consent": N_("I ask for advice with the family's consent"),
    "help": N_("I ask for help on behalf of a family that knows about it"),
}
REACHES = {
    "phone": N_("Call me or send me a text message"),
    "nudge": N_("Only send a text message when there is an answer"),
    "none": N_("Do not contact me. I come back with my code"),
}
OWN_AGES = ("6-9", "10-12", "13-15", "16-17", "18+")
"""What a child or young person may say of their own age."""

CHILDRENS_TOPICS = {
    "bullying": N_("Somebody bullies me or others"),
    "loneliness_activities": N_("I am lonely"),
    "youth_mental_health": N_("I feel sad, afraid or bad"),
    "parenting_limits": N_("We quarrel at home"),
    "separation_custody": N_("My parents live apart or are separating"),
    "domestic_violence": N_("Somebody hits or threatens at home"),
    "child_safety": N_("I am not safe, or nobody looks after me"),
    "family_substance": N_("Somebody at home drinks too much or uses drugs"),
    "school_absence": N_("It is hard to go to school"),
    "learning_support": N_("Learning is hard"),
    "youth_risk": N_("I have drunk, smoked, used drugs or got into trouble"),
    "gaming_screens": N_("The phone or games take over, or something bad happened online"),
    "grief_crisis": N_("Somebody died, or something terrible happened"),
    "parent_wellbeing": N_("I am worried about my mother or father"),
    "money_housing": N_("We have too little money"),
}
"""Topics in a child's own words."""
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


def in_words(choices: Mapping[str, str], language: str) -> dict[str, str]:
    """Value to label."""
    return {value: gettext(language, label) for value, label in choices.items()}


def interpreters(language: str) -> dict[str, str]:
    """Languages for which an interpreter may be asked, sign language first, then by name."""
    named = sorted(((code, language_name(code, language)) for code in INTERPRETED), key=lambda pair: pair[1])
    return {FINNISH_SIGN_LANGUAGE: language_name(FINNISH_SIGN_LANGUAGE, language), **dict(named)}
