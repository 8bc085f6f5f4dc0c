"""Words by which the owner of a number stops and starts messages, pure."""

from typing import Literal

Wish = Literal["stop", "start"]

STOP = {
    "fi": ("seis", "lopeta", "lopetus", "peru"),
    "sv": ("stopp", "sluta", "avsluta"),
    "en": ("stop", "stopall", "unsubscribe", "cancel", "end", "quit"),
}
START = {
    "fi": ("jatka", "aloita"),
    "sv": ("börja", "starta", "fortsätt"),
    "en": ("start", "unstop"),
}
"""The English ones are those that Twilio itself obeys (twilio.com/docs, advanced opt-out)."""


def wish_of(text: str) -> tuple[Wish, str] | None:
    """What a message asks for and in which language, when it is one of these words and nothing else."""
    word = "".join(letter for letter in text.casefold() if letter.isalpha() or letter.isspace()).strip()
    for language in STOP:
        if word in STOP[language]:
            return "stop", language
        if word in START[language]:
            return "start", language
    return None
