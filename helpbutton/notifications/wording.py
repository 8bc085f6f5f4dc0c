"""What an organisation may make of the messages to families, pure: it may say them its own way, never more.

In its own texts {reference} stands for the four characters and {desk} for the desk's name, which only the wording
`named` may use: the one for senders who said that a message may name the service.
"""

import json
import re
import string
from collections.abc import Mapping
from functools import cache

from helpbutton.config_dir import CONFIG_DIR
from helpbutton.errors import FieldError
from helpbutton.i18n import WRITTEN
from helpbutton.notifications import texts

PURPOSES = ("confirmation", "nudge", "slipped")
NEUTRAL, NAMED = "neutral", "named"
WORDINGS = (NEUTRAL, NAMED)
PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    NEUTRAL: frozenset({"reference"}),
    NAMED: frozenset({"reference", "desk"}),
}
SAMPLE_REFERENCE = "X7KT"
LONGEST = 300
_NUMBERS_AND_ADDRESSES = re.compile(r"\d+|[\w-]+\.\w")


def filled(text: str, *, reference: str, desk: str) -> str:
    """An own text that has passed `problems`, with its placeholders filled."""
    return text.replace("{reference}", reference).replace("{desk}", desk)


def problems(text: str, *, wording: str, language: str, desk: str) -> tuple[FieldError, ...]:
    """Why this text may not be used; empty when it may. `desk` is the longest name that it will be filled with."""
    if not text.strip():
        return (FieldError("text", "required"),)
    if len(text) > LONGEST:
        return (FieldError("text", "too_long", {"limit": LONGEST}),)
    found = _placeholders(text)
    if found is None or not found <= PLACEHOLDERS[wording]:
        return (FieldError("text", "sms_placeholder"),)
    if "reference" not in found:
        return (FieldError("text", "sms_reference"),)
    errors = []
    said = filled(text, reference="", desk="")
    if not text.isprintable() or _NUMBERS_AND_ADDRESSES.search(said):
        errors.append(FieldError("text", "sms_numbers"))
    words = telling(said)
    if words:
        errors.append(FieldError("text", "sms_telling", {"words": ", ".join(words)}))
    whole = filled(text, reference=SAMPLE_REFERENCE, desk=desk if wording == NAMED else "")
    if texts.septets(whole) is None and language in WRITTEN:
        errors.append(FieldError("text", "sms_letters"))
    elif not texts.fits(whole):
        errors.append(FieldError("text", "sms_long", {"count": texts.segments(whole)}))
    return tuple(errors)


def telling(text: str) -> tuple[str, ...]:
    """The words that would tell somebody who looks at the phone what it is about, each once."""
    return tuple(dict.fromkeys(_telling().findall(text.lower())))


def _placeholders(text: str) -> frozenset[str] | None:
    """The names in braces; None when the braces do not fit or ask for more than a name."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return None
    if any(spec or conversion for _, name, spec, conversion in parts if name is not None):
        return None
    if "{{" in text or "}}" in text:
        return None
    return frozenset(name for _, name, _, _ in parts if name is not None)


@cache
def _telling() -> re.Pattern[str]:
    words = json.loads((CONFIG_DIR / "telling_words.json").read_text(encoding="utf-8"))
    beginnings = [
        word for language, found in words.items() if language not in ("about", "ar") for word in found
    ]
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, beginnings))})\w*|{'|'.join(words['ar'])}")
