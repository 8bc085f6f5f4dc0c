"""Words by which the owner of a number stops and starts messages or asks what they are, pure."""

from typing import Literal

Wish = Literal["stop", "start", "help"]

STOP = {
    "fi": ("seis", "lopeta", "lopetus", "peru"),
    "sv": ("stopp", "sluta", "avsluta"),
    "en": ("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"),
}
START = {
    "fi": ("jatka", "aloita"),
    "sv": ("börja", "starta", "fortsätt"),
    "en": ("start", "yes", "unstop"),
}
HELP = {
    "fi": ("apua", "apu", "ohje"),
    "sv": ("hjälp",),
    "en": ("help", "info"),
}
"""The English ones are those that Twilio itself obeys (twilio.com/docs, advanced opt-out)."""
WORDS: dict[Wish, dict[str, tuple[str, ...]]] = {"stop": STOP, "start": START, "help": HELP}


def wish_of(text: str) -> tuple[Wish, str] | None:
    """What a message asks for and in which language, when it is one of these words and nothing else."""
    word = "".join(letter for letter in text.casefold() if letter.isalpha() or letter.isspace()).strip()
    for wish, languages in WORDS.items():
        for language, words in languages.items():
            if word in words:
                return wish, language
    return None
