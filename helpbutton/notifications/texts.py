"""The words of every SMS: one GSM-7 segment in each written language, nothing sensitive on a lock screen.

No topic, place, name, link or word about what the matter is. Each carries a random reference: a person
can speak of it and the provider's list tells it from every other message to the same number.
"""

import secrets

from helpbutton.i18n import gettext, ngettext

REFERENCE_ALPHABET = "256789BCDFGHJKMNPQRTVWXZ"
"""No vowels, nothing read as another sign or as a vowel (0 1 3 4 I L O S U Y): a reference spells nothing."""
REFERENCE_LENGTH = 4
SEGMENT_SEPTETS = 160

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


def body(*, purpose: str, language: str, reference: str, count: int = 1) -> str:
    """The SMS for a purpose; `count` is how many new things a desk alert bundles. Raises ValueError."""
    match purpose:
        case "confirmation":
            return gettext(
                language,
                "Your message has arrived. Find the answer where you sent it. Reference %(reference)s.",
                reference=reference,
            )
        case "nudge":
            return gettext(
                language,
                "You have a new message. Open it where you wrote to us. Reference %(reference)s.",
                reference=reference,
            )
        case "duty_alert":
            return gettext(
                language,
                "Something urgent is waiting on your worklist. Open it now. Reference %(reference)s.",
                reference=reference,
            )
        case "desk_alert":
            return ngettext(
                language,
                "There is something new on your worklist. Reference %(reference)s.",
                "There are %(count)s new things on your worklist. Reference %(reference)s.",
                count,
                reference=reference,
            )
    raise ValueError(f"no text for the purpose {purpose!r}")
