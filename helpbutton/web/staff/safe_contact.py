"""How this sender may be reached, in sentences that cannot be overlooked."""

from helpbutton import i18n
from helpbutton.cases.queries import CasePage, ContactView


def cautions(case: CasePage, language: str) -> list[str]:
    """What must not be done, the gravest first; empty when nothing stands in the way."""
    found = []
    if case.do_not_tell_guardian:
        found.append(i18n.gettext(language, "Do not tell the guardian about this contact"))
    if case.secret_address:
        found.append(i18n.gettext(language, "Secret address: never write or say where they live"))
    return found + _number_cautions(case.contact, language)


def calling_hours(contact: ContactView, language: str) -> str | None:
    """Between which hours the sender may be called, in one sentence."""
    if contact.not_before and contact.not_after:
        return i18n.gettext(
            language, "Only between %(start)s and %(end)s", start=contact.not_before, end=contact.not_after
        )
    if contact.not_before:
        return i18n.gettext(language, "Not before %(time)s", time=contact.not_before)
    if contact.not_after:
        return i18n.gettext(language, "Not after %(time)s", time=contact.not_after)
    return None


def is_nudged(contact: ContactView) -> bool:
    """Whether a text message tells the family that a message is there, and nothing else."""
    return contact.safe_to_text and (contact.phone is not None or contact.nudge_only)


def _number_cautions(contact: ContactView, language: str) -> list[str]:
    if contact.phone is None:
        return []
    found = []
    if not contact.safe_to_call:
        found.append(i18n.gettext(language, "Do not call"))
    elif not contact.safe_to_leave_message:
        found.append(i18n.gettext(language, "Do not leave a voice message"))
    if not contact.safe_to_text:
        found.append(i18n.gettext(language, "Do not send text messages"))
    elif not contact.sms_may_name_service:
        found.append(i18n.gettext(language, "A text message must not name the service"))
    if hours := calling_hours(contact, language):
        found.append(hours)
    return found
