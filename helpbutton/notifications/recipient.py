"""Who a notification goes to, what it says, and whether it is still wanted, at the moment it leaves."""

from dataclasses import dataclass, field

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.cases import lost_code
from helpbutton.cases.models import Case, CaseKey, Contact
from helpbutton.cases.promise import DeskHours, is_open
from helpbutton.conversation.models import Message
from helpbutton.directory.languages import is_reviewed
from helpbutton.directory.models import Service
from helpbutton.directory.queries import desk_hours
from helpbutton.i18n import reading_language
from helpbutton.notifications import texts
from helpbutton.notifications.channels.base import Sms
from helpbutton.notifications.lifecycle import ALERTS, DUTY_ALERT, NUDGE, ONE_TIME_CODE
from helpbutton.notifications.models import Notification
from helpbutton.notifications.timing import SafeHours


@dataclass(frozen=True)
class Obstacle:
    """Why the notification cannot leave or is not wanted any more, and the status that follows."""

    status: str
    error: str


@dataclass(frozen=True)
class Recipient:
    """`number` (E.164) is None when it is gone; alerts have `hours`, the sender has `safe` hours."""

    number: str | None = field(repr=False)
    safe: SafeHours | None = None
    hours: DeskHours | None = None
    obstacle: Obstacle | None = None


def sms(notification: Notification, *, to: str, attempt_id: str, validity_s: int) -> Sms:
    """The notification as an SMS to this number."""
    return Sms(
        to=to,
        body=texts.body(
            purpose=notification.purpose,
            language=_language(notification),
            reference=notification.reference,
            count=notification.count,
            digits=_digits(notification),
        ),
        reference=notification.reference,
        attempt_id=attempt_id,
        validity_s=validity_s,
    )


def one_time_code_key(token: str) -> str:
    """The key of the notification that carries the one-time code of this request."""
    return f"{ONE_TIME_CODE}/{token}"


def _digits(notification: Notification) -> str:
    """The one-time code, derived only now that it is said."""
    purpose, _, token = notification.dedupe_key.partition("/")
    return lost_code.code_of(token) if purpose == ONE_TIME_CODE else ""


def _language(notification: Notification) -> str:
    """The notification's language, or the nearest written one while its translation is unchecked."""
    tongue = notification.language
    return tongue if is_reviewed(tongue) else reading_language(tongue)


def sealed_place(dedupe_key: str) -> str:
    """The field under which a notification's number is sealed in the case's vault."""
    return f"notification.to/{dedupe_key}"


def safe_hours(contact: Contact | None) -> SafeHours:
    """When the sender may be texted."""
    return SafeHours(contact.not_before, contact.not_after) if contact else SafeHours()


def recipient_of(session: Session, notification: Notification) -> Recipient:
    """The recipient as the database knows them now; safe contact flags changed since planning are obeyed."""
    if notification.purpose in ALERTS:
        service = session.get_one(Service, notification.service_id, populate_existing=True)
        if service.duty_number is None:
            return Recipient(None, obstacle=Obstacle("held", "no_duty_number"))
        number = service.duty_number
        if notification.purpose == DUTY_ALERT:
            number = _night_number(session, service) or number
        return Recipient(number, hours=desk_hours(service))
    return _sender(session, notification)


def _night_number(session: Session, service: Service) -> str | None:
    """The number of the desk that is on duty for this one while it is closed; None while it is open or has none."""
    if service.night_duty in (None, "own", "none") or is_open(desk_hours(service), clock.now()):
        return None
    return session.scalar(select(Service.duty_number).where(Service.key == service.night_duty))


def _sender(session: Session, notification: Notification) -> Recipient:
    key = session.get(CaseKey, notification.case_id, populate_existing=True)
    if key is None:
        return Recipient(None, obstacle=Obstacle("dropped", "erased"))
    if not notification.to_sealed:
        return Recipient(None, obstacle=Obstacle("dropped", "forgotten"))
    number = key.vault().open(notification.to_sealed, sealed_place(notification.dedupe_key))
    contact = session.get(Contact, notification.case_id, populate_existing=True)
    obstacle = None
    if contact is not None and not contact.safe_to_text:
        obstacle = Obstacle("dropped", "not_safe_to_text")
    elif (
        contact is not None
        and key.vault().open(contact.phone, "contact.phone") != number
        and not (notification.purpose == NUDGE and _is_forgotten(session, contact))
    ):
        obstacle = Obstacle("dropped", "contact_changed")
    elif (
        notification.purpose == ONE_TIME_CODE and clock.now() - notification.created_at > lost_code.VALID_FOR
    ):
        obstacle = Obstacle("dropped", "expired")
    elif notification.purpose == NUDGE and session.scalar(unread_of(notification.case_id).limit(1)) is None:
        obstacle = Obstacle("dropped", "already_read")
    return Recipient(number, safe=safe_hours(contact), obstacle=obstacle)


def _is_forgotten(session: Session, contact: Contact) -> bool:
    """Whether closing, not the sender, took the number: the nudge about the last answer still goes to its own."""
    closed = select(Case.id).where(Case.id == contact.case_id, Case.closed_at.is_not(None))
    return contact.nudge_only and contact.phone is None and session.scalar(closed) is not None


def unread_of(case_id: int | None) -> Select[Message]:
    """The messages to a family that it has not opened yet, oldest first."""
    return (
        select(Message)
        .where(Message.case_id == case_id, Message.direction == "to_family", Message.read_at.is_(None))
        .order_by(Message.id)
    )
