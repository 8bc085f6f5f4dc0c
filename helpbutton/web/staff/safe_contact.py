"""How this sender may be reached, in sentences that cannot be overlooked."""

from dataclasses import dataclass

from helpbutton import i18n
from helpbutton.cases.queries import CasePage, ContactView
from helpbutton.web.dates import hour_words


@dataclass(frozen=True)
class Caution:
    """`never`: breaking it may bring somebody into danger; the others limit how or when."""

    words: str
    never: bool


def cautions(case: CasePage, language: str) -> list[Caution]:
    """What must not be done, then what is limited; empty when nothing stands in the way."""
    contact = case.contact
    never = [
        (case.do_not_tell_guardian, i18n.gettext(language, "Do not tell the guardian about this contact")),
        (case.secret_address, i18n.gettext(language, "Secret address: never write or say where they live")),
    ]
    limits: list[tuple[object, str]] = []
    if contact.phone is not None:
        never += [
            (not contact.safe_to_call, i18n.gettext(language, "Do not call")),
            (
                contact.safe_to_call and not contact.safe_to_leave_message,
                i18n.gettext(language, "Do not leave a voice message"),
            ),
            (not contact.safe_to_text, i18n.gettext(language, "Do not send text messages")),
        ]
        limits = [
            (
                contact.safe_to_text and not contact.sms_may_name_service,
                i18n.gettext(language, "A text message must not name the service"),
            ),
            (contact.not_before or contact.not_after, contact_hours(contact, language)),
        ]
    return [Caution(words, True) for holds, words in never if holds] + [
        Caution(words, False) for holds, words in limits if holds
    ]


def contact_hours(contact: ContactView, language: str) -> str:
    """Between which hours the sender may be reached by phone, in a few words."""
    if contact.not_before and contact.not_after:
        start, end = (hour_words(time, language) for time in (contact.not_before, contact.not_after))
        return i18n.gettext(language, "Only between %(start)s and %(end)s", start=start, end=end)
    if contact.not_before:
        return i18n.gettext(language, "Not before %(time)s", time=hour_words(contact.not_before, language))
    return i18n.gettext(language, "Not after %(time)s", time=hour_words(contact.not_after or "", language))
