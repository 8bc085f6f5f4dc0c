"""Who a notification goes to, what it says, and whether it is still wanted, at the moment it leaves."""

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit.queries import family_looked_since
from helpbutton.cases import lost_code
from helpbutton.cases.models import Case, CaseKey, Contact
from helpbutton.cases.promise import DeskHours
from helpbutton.conversation.models import Message
from helpbutton.directory.languages import is_reviewed
from helpbutton.directory.models import Service
from helpbutton.directory.queries import desk_hours
from helpbutton.i18n import reading_language
from helpbutton.notifications import own_texts, texts, wording
from helpbutton.notifications.channels.base import Outgoing
from helpbutton.notifications.decisions import DECISIONS
from helpbutton.notifications.lifecycle import ALERTS, DUTY_ALERT, NUDGE, ONE_TIME_CODE
from helpbutton.notifications.models import Notification
from helpbutton.notifications.opt_out import is_opted_out
from helpbutton.notifications.timing import SafeHours
from helpbutton.staff.duty import duty_desk
from helpbutton.staff.reach import reach_of
from helpbutton.vault import sealing
from helpbutton.vault.sealing import CaseVault


@dataclass(frozen=True)
class Recipient:
    """`to` is the number (E.164) or address, None when it is gone; alerts have `hours`, the sender has `safe` hours.

    `obstacle`: why nothing is sent to them, a code of `decisions.DECISIONS`.
    """

    to: str | None = field(repr=False)
    safe: SafeHours | None = None
    hours: DeskHours | None = None
    obstacle: str | None = None

    def __post_init__(self) -> None:
        assert self.obstacle is None or self.obstacle in DECISIONS


def outgoing(
    session: Session, notification: Notification, *, to: str, attempt_id: str, validity_s: int
) -> Outgoing:
    """The notification as a message to this number or address."""
    language = language_to_send(notification.language)
    return Outgoing(
        to=to,
        body=_body(session, notification, language),
        reference=notification.reference,
        attempt_id=attempt_id,
        validity_s=validity_s,
        subject=texts.subject(purpose=notification.purpose, language=language)
        if notification.channel == "email"
        else "",
        message_id=sealing.digest("message-id", notification.dedupe_key).hex()[:32],
    )


def _body(session: Session, notification: Notification, language: str) -> str:
    if notification.purpose not in wording.PURPOSES:
        return texts.body(
            purpose=notification.purpose,
            language=language,
            reference=notification.reference,
            count=notification.count,
            digits=_digits(notification),
        )
    contact = session.get(Contact, notification.case_id) if notification.case_id else None
    return own_texts.said(
        session,
        service_id=notification.service_id,
        purpose=notification.purpose,
        language=language,
        reference=notification.reference,
        may_name=contact is not None and contact.sms_may_name_service,
    )


def one_time_code_key(token: str) -> str:
    """The key of the notification that carries the one-time code of this request."""
    return f"{ONE_TIME_CODE}/{token}"


def _digits(notification: Notification) -> str:
    """The one-time code, derived only now that it is said."""
    purpose, _, token = notification.dedupe_key.partition("/")
    return lost_code.code_of(token) if purpose == ONE_TIME_CODE else ""


def language_to_send(tongue: str) -> str:
    """The sender's language, or the nearest written one while its translation is unchecked."""
    return tongue if is_reviewed(tongue) else reading_language(tongue)


def sealed_place(dedupe_key: str) -> str:
    """The field under which a notification's number is sealed in the case's vault."""
    return f"notification.to/{dedupe_key}"


def safe_hours(contact: Contact | None) -> SafeHours:
    """When the sender may be texted."""
    return SafeHours(contact.not_before, contact.not_after) if contact else SafeHours()


def way_to_sender(contact: Contact, vault: CaseVault) -> tuple[str, str | None]:
    """E-mail for those who have chosen it, else SMS; with the address or number, if they gave one."""
    email = vault.open(contact.email, "contact.email")
    if contact.preferred == "email" and email is not None:
        return "email", email
    return "sms", vault.open(contact.phone, "contact.phone")


def recipient_of(session: Session, notification: Notification) -> Recipient:
    """The recipient as the database knows them now; safe contact flags changed since planning are obeyed."""
    if notification.purpose not in ALERTS:
        return _sender(session, notification)
    service = session.get_one(Service, notification.service_id, populate_existing=True)
    hours = desk_hours(service)
    if notification.account_id is not None:
        reach = reach_of(session, notification.account_id)
        if not reach.active:
            return Recipient(None, hours=hours, obstacle="left_service")
        to = reach.email if notification.channel == "email" else reach.phone
        return Recipient(to, hours=hours, obstacle=None if to else "no_address")
    number = service.duty_number
    if notification.purpose == DUTY_ALERT:
        number = duty_desk(session, service, clock.now()).duty_number or number
    return Recipient(number, hours=hours, obstacle=None if number else "no_duty_number")


def _sender(session: Session, notification: Notification) -> Recipient:
    key = session.get(CaseKey, notification.case_id, populate_existing=True)
    if key is None:
        return Recipient(None, obstacle="erased")
    if not notification.to_sealed:
        return Recipient(None, obstacle="forgotten")
    vault = key.vault()
    to = vault.open(notification.to_sealed, sealed_place(notification.dedupe_key))
    contact = session.get(Contact, notification.case_id, populate_existing=True)
    obstacle = _obstacle(session, notification, contact, vault, str(to))
    return Recipient(to, safe=safe_hours(contact), obstacle=obstacle)


def _obstacle(
    session: Session, notification: Notification, contact: Contact | None, vault: CaseVault, to: str
) -> str | None:
    if contact is not None and notification.channel == "sms" and not contact.safe_to_text:
        return "not_safe_to_text"
    if contact is not None and not _is_still_theirs(session, notification, contact, vault, to):
        return "contact_changed"
    if notification.channel == "sms" and is_opted_out(session, to):
        return "opted_out"
    if notification.purpose == ONE_TIME_CODE and clock.now() - notification.created_at > lost_code.VALID_FOR:
        return "expired"
    if notification.purpose == NUDGE and session.scalar(unread_of(notification.case_id).limit(1)) is None:
        return "already_read"
    return None


def _is_still_theirs(
    session: Session, notification: Notification, contact: Contact, vault: CaseVault, to: str
) -> bool:
    current = (
        vault.open(contact.email, "contact.email")
        if notification.channel == "email"
        else vault.open(contact.phone, "contact.phone")
    )
    return current == to or (notification.purpose == NUDGE and _is_forgotten(session, contact))


def _is_forgotten(session: Session, contact: Contact) -> bool:
    """Whether closing, not the sender, took the number: the nudge about the last answer still goes to its own."""
    closed = select(Case.id).where(Case.id == contact.case_id, Case.closed_at.is_not(None))
    gone = contact.phone is None and contact.email is None
    return contact.nudge_only and gone and session.scalar(closed) is not None


def has_looked_since(session: Session, case_id: int | None, moment: dt.datetime) -> bool:
    """Whether the family has had its page open since then (aware)."""
    return case_id is not None and family_looked_since(session, sealing.pseudonym("case", case_id), moment)


def unread_of(case_id: int | None) -> Select[Message]:
    """The messages to a family that it has not opened yet, oldest first."""
    return (
        select(Message)
        .where(Message.case_id == case_id, Message.direction == "to_family", Message.read_at.is_(None))
        .order_by(Message.id)
    )
