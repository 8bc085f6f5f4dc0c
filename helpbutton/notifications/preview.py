"""What the family will get when they are told of a new message, as it will be, before anything is sent."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from helpbutton.cases.models import Case, CaseKey, Contact
from helpbutton.db import reading
from helpbutton.notifications import own_texts, texts
from helpbutton.notifications.lifecycle import NUDGE
from helpbutton.notifications.limits import FOREIGN_NUMBER, OPTED_OUT, is_of_our_countries
from helpbutton.notifications.opt_out import is_opted_out
from helpbutton.notifications.recipient import language_to_send, way_to_sender

REFERENCE_TO_COME = "····"


@dataclass(frozen=True)
class Nudge:
    """`channel`: sms, email, or None when the family is not told and finds the message with its receipt code.

    `text` and `subject` (e-mail alone) are in `language`. `why_not`: it does not leave by itself, because of
    "not_safe_to_text", "opted_out" or "foreign_number". How many were sent today is not known before it leaves.
    """

    channel: str | None
    language: str
    subject: str = ""
    text: str = ""
    why_not: str | None = None


def nudge_of(case_id: int) -> Nudge:
    """How the family will be told of an answer. Only for a case that the caller has just opened."""
    session = reading()
    case = session.get_one(Case, case_id)
    key, contact = session.get(CaseKey, case_id), session.get(Contact, case_id)
    language = language_to_send(case.language)
    if key is None or contact is None:
        return Nudge(None, language)
    channel, to = way_to_sender(contact, key.vault())
    if to is None:
        return Nudge(None, language)
    if channel == "sms" and not contact.safe_to_text:
        return Nudge(None, language, why_not="not_safe_to_text")
    return Nudge(
        channel,
        language,
        subject=texts.subject(purpose=NUDGE, language=language) if channel == "email" else "",
        text=own_texts.said(
            session,
            service_id=case.service_id,
            purpose=NUDGE,
            language=language,
            reference=REFERENCE_TO_COME,
            may_name=contact.sms_may_name_service,
        ),
        why_not=_why_not(session, to) if channel == "sms" else None,
    )


def _why_not(session: Session, number: str) -> str | None:
    if is_opted_out(session, number):
        return OPTED_OUT
    return None if is_of_our_countries(number) else FOREIGN_NUMBER
