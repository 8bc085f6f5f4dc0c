"""The words of every SMS and e-mail: short, with nothing sensitive on a lock screen.

No topic, place, name, link or word about what the matter is. Each carries a random reference: a person
can speak of it and the provider's list tells it from every other message to the same number.

In Finnish, Swedish and English an SMS is one GSM-7 segment. A family is written to in another language once its
translation is reviewed (`recipient.sms`; nothing on a phone could say that a text is unchecked), until then in
Finnish or English; what needs the letters of UCS-2 (Arabic, Cyrillic, š) has at most two segments of 67. Alerts to
staff are Finnish, Swedish or English.
"""

import secrets

from helpbutton.i18n import gettext, ngettext, reading_language
from helpbutton.notifications import family_texts
from helpbutton.reasons import N_

REFERENCE_ALPHABET = "256789BCDFGHJKMNPQRTVWXZ"
"""No vowels, nothing read as another sign or as a vowel (0 1 3 4 I L O S U Y): a reference spells nothing."""
REFERENCE_LENGTH = 4
SEGMENT_SEPTETS, JOINED_SEPTETS = 160, 153
SEGMENT_UNITS, JOINED_UNITS = 70, 67
"""How much one SMS holds, alone and joined to others, in septets and in UTF-16 units."""
UCS2_UNITS = 2 * JOINED_UNITS
"""UTF-16 units of two joined segments outside GSM-7 (3GPP TS 23.040, 9.2.3.24.1)."""

GSM7_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The GSM 7-bit default alphabet without its escape (3GPP TS 23.038, 6.2.1)."""
GSM7_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Its extension table (3GPP TS 23.038, 6.2.1.1): each costs an escape and a septet."""


def new_reference() -> str:
    """Four random characters; 331,776 possibilities."""
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(REFERENCE_LENGTH))


def septets(text: str) -> int | None:
    """Length in GSM-7 septets (one SMS segment holds 160), or None when the text needs another alphabet."""
    if not GSM7_BASIC.union(GSM7_EXTENSION).issuperset(text):
        return None
    return len(text) + sum(character in GSM7_EXTENSION for character in text)


def fits(text: str) -> bool:
    """Whether an SMS is short enough: one GSM-7 segment, or two with other letters."""
    length = septets(text)
    return (
        length <= SEGMENT_SEPTETS if length is not None else len(text.encode("utf-16-le")) <= 2 * UCS2_UNITS
    )


def segments(text: str) -> int:
    """How many SMS the provider counts and charges for this text."""
    length = septets(text)
    if length is None:
        units = len(text.encode("utf-16-le")) // 2
        return 1 if units <= SEGMENT_UNITS else -(-units // JOINED_UNITS)
    return 1 if length <= SEGMENT_SEPTETS else -(-length // JOINED_SEPTETS)


def subject(*, purpose: str, language: str) -> str:
    """The subject of an e-mail for a purpose: as empty of content as its text."""
    if purpose == "duty_alert":
        return gettext(reading_language(language), N_("Something urgent on your worklist"))
    if purpose in ("desk_alert", "reminder_alert", "digest"):
        return gettext(reading_language(language), N_("Your worklist"))
    return gettext(language, family_texts.SUBJECT)


def body(*, purpose: str, language: str, reference: str, count: int = 1, digits: str = "") -> str:
    """The text for a purpose; `count` is how many new things an alert bundles, `digits` a one-time code.

    Raises ValueError.
    """
    match purpose:
        case "confirmation":
            return gettext(language, family_texts.CONFIRMATION, reference=reference)
        case "nudge":
            return gettext(language, family_texts.NUDGE, reference=reference)
        case "slipped":
            return gettext(language, family_texts.SLIPPED, reference=reference)
        case "canary":
            return gettext(
                language, N_("This is a test message. Reference %(reference)s."), reference=reference
            )
        case "one_time_code":
            return gettext(
                language,
                "Your one-time number: %(digits)s. It is valid for ten minutes. If you did not ask for it, ignore "
                "this. Reference %(reference)s.",
                digits=digits,
                reference=reference,
            )
        case "duty_alert":
            return gettext(
                reading_language(language),
                "Something urgent is waiting on your worklist. Open it now. Reference %(reference)s.",
                reference=reference,
            )
        case "reminder_alert":
            return gettext(
                reading_language(language),
                N_("Something on your worklist still waits for you. Open it now. Reference %(reference)s."),
                reference=reference,
            )
        case "desk_alert" | "digest":
            return ngettext(
                reading_language(language),
                "There is something new on your worklist. Reference %(reference)s.",
                "There are %(count)s new things on your worklist. Reference %(reference)s.",
                count,
                reference=reference,
            )
    raise ValueError(f"no text for the purpose {purpose!r}")
