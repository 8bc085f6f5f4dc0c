"""Planning notifications as rows with their to-dos, inside the transaction of what they tell about."""

import datetime as dt

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from helpbutton import clock, outbox
from helpbutton.cases.models import Case, CaseEvent, CaseKey, Contact
from helpbutton.conversation import danger
from helpbutton.conversation.kinds import TELL_SENDER
from helpbutton.conversation.models import Message
from helpbutton.db import transaction
from helpbutton.directory.models import Service
from helpbutton.directory.queries import desk_hours
from helpbutton.notifications.kinds import DELIVER
from helpbutton.notifications.lifecycle import (
    CANARY,
    CONFIRMATION,
    DESK_ALERT,
    DUTY_ALERT,
    NEEDS_HUMAN,
    NUDGE,
    SLIPPED,
)
from helpbutton.notifications.limits import LIMITS, reason_not_to_send
from helpbutton.notifications.models import AlertItem, Notification
from helpbutton.notifications.recipient import (
    has_looked_since,
    safe_hours,
    sealed_place,
    unread_of,
    way_to_sender,
)
from helpbutton.notifications.rows import add, is_planned, not_told
from helpbutton.notifications.timing import earliest
from helpbutton.notifications.to_people import alert_duty, plan_news
from helpbutton.vault.sealing import CaseVault

LEFT = ("sending", "unknown", "sent", "delivered")
NEWS = (NUDGE, SLIPPED)
"""What tells a sender that there is something new on their page."""
PASSED_ON = ("moved", "forwarded")
OPEN = ("planned", "sending", "unknown", *NEEDS_HUMAN)
FORGET_AGAIN_AFTER = dt.timedelta(minutes=5)


def plan_confirmation(session: Session, *, case: Case, contact: Contact | None, vault: CaseVault) -> None:
    """Tell the sender that the request arrived, once, if they gave a number that is safe to text.

    A number that was given for nudges alone hears nothing before there is an answer.
    """
    if contact is not None and contact.nudge_only:
        return
    plan_for_sender(
        session, CONFIRMATION, f"{CONFIRMATION}/{case.id}", case=case, contact=contact, vault=vault
    )


def plan_canary(session: Session, *, case: Case, contact: Contact, vault: CaseVault) -> None:
    """The SMS of a canary, to the installation's own test number: no limit of those to senders holds it back."""
    key = canary_key(case.number)
    number = vault.open(contact.phone, "contact.phone")
    if number is None or is_planned(session, key):
        return
    add(
        session,
        CANARY,
        key,
        case_id=case.id,
        service_id=case.service_id,
        language=case.language,
        to_sealed=vault.seal(number, sealed_place(key)),
        not_before=clock.now(),
    )


def canary_key(number: str) -> str:
    """The key of the SMS of the canary with this case number; ids may be given anew once a canary is deleted."""
    return f"{CANARY}/{number}"


def plan_alert(session: Session, *, case: Case, service: Service) -> None:
    """Tell the desk of a case: at once when urgent, else when the desk opens, bundled with its other news.

    A desk without a duty number is told nothing; an urgent alert is then held for a human. A case at a desk is
    told once in each of these two ways. Nobody is told of a canary.
    """
    if case.canary:
        return
    alert_desk(session, case=case, service=service, item=f"case/{case.id}/{service.id}")


def plan_slipped(
    session: Session, *, case: Case, contact: Contact | None, vault: CaseVault, clock_id: int
) -> None:
    """Tell the sender, once for each clock, that there is news: a promise has slipped, and the page says what now."""
    plan_news_for_sender(session, SLIPPED, f"{SLIPPED}/{clock_id}", case=case, contact=contact, vault=vault)


def tell_sender(message_id: int) -> None:
    """To-do: nudge the sender about an unread message; one nudge that still waits serves several messages."""
    with transaction() as session:
        message = session.get(Message, message_id)
        if message is not None and message.direction == "to_family" and message.read_at is None:
            contact = session.get(Contact, message.case_id, with_for_update=True, populate_existing=True)
            _nudge(session, message, contact)


def _nudge(session: Session, message: Message, contact: Contact | None) -> None:
    key = session.get(CaseKey, message.case_id)
    if key is not None:
        case = session.get_one(Case, message.case_id)
        plan_news_for_sender(
            session, NUDGE, f"{NUDGE}/{message.id}", case=case, contact=contact, vault=key.vault()
        )


def plan_news_for_sender(
    session: Session, purpose: str, key: str, *, case: Case, contact: Contact | None, vault: CaseVault
) -> None:
    """Tell the sender, once for each key, that there is something new: once until the family has looked.

    What still waits serves for what comes after it, and becomes a nudge where that is a message.
    """
    waiting = session.scalar(
        select(Notification)
        .where(
            Notification.case_id == case.id,
            Notification.purpose.in_(NEWS),
            Notification.status == "planned",
        )
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if waiting is None:
        decided = "already_nudged" if _is_told(session, case.id) else None
        plan_for_sender(session, purpose, key, case=case, contact=contact, vault=vault, decided=decided)
    elif purpose == NUDGE:
        waiting.purpose = NUDGE


def _is_told(session: Session, case_id: int) -> bool:
    """Whether news has left since the family last looked."""
    newest = session.scalar(
        select(func.max(Notification.created_at)).where(
            Notification.case_id == case_id,
            Notification.purpose.in_(NEWS),
            Notification.status.in_(LEFT),
        )
    )
    return newest is not None and not has_looked_since(session, case_id, newest)


def tell_new_desk(case_id: int) -> None:
    """To-do: alert the desk that a case has been passed on to, each time that it comes there."""
    with transaction() as session:
        case = session.get_one(Case, case_id)
        service = session.get_one(Service, case.service_id)
        came = select(func.max(CaseEvent.id)).where(
            CaseEvent.case_id == case_id, CaseEvent.verb.in_(PASSED_ON)
        )
        alert_desk(session, case=case, service=service, item=f"event/{session.scalar(came)}")


def forget_number(case_id: int) -> dt.datetime | None:
    """To-do: a closed case forgets the number that was given for nudges alone, and its notifications do too.

    A nudge about an answer that is still unread keeps its own number until it has left or a human has decided;
    the to-do then comes back: returned is when (aware), or None when the number is nowhere any more.
    """
    with transaction() as session:
        contact = session.get(Contact, case_id, with_for_update=True, populate_existing=True)
        if contact is None or not contact.nudge_only:
            return None
        if session.get_one(Case, case_id).closed_at is None and contact.phone is not None:
            return None
        unread = session.scalars(unread_of(case_id)).all()
        for message in unread:
            if _is_to_be_told(session, message):
                _nudge(session, message, contact)
        contact.phone = contact.phone_index = contact.email = contact.email_index = None
        return _forget_in_notifications(session, case_id, nudges_wanted=bool(unread))


def _is_to_be_told(session: Session, message: Message) -> bool:
    todo = outbox.ToDo
    waits = select(todo.id).where(todo.kind == TELL_SENDER.name, todo.ref == message.id, todo.state != "done")
    return session.scalar(waits) is not None


def _forget_in_notifications(session: Session, case_id: int, *, nudges_wanted: bool) -> dt.datetime | None:
    numbered = (Notification.case_id == case_id, func.length(Notification.to_sealed) > 0)
    wanted = (Notification.purpose == NUDGE) & Notification.status.in_(OPEN)
    gone = (*numbered, ~wanted) if nudges_wanted else numbered
    session.execute(
        update(Notification)
        .where(*gone, Notification.status.in_(("planned", *NEEDS_HUMAN)))
        .values(status="dropped", changed_at=clock.now())
    )
    session.execute(update(Notification).where(*gone).values(to_sealed=b""))
    left = session.scalar(select(Notification.id).where(*numbered).limit(1))
    return None if left is None else clock.now() + FORGET_AGAIN_AFTER


def tell_desk(message_id: int) -> None:
    """To-do: alert the desk to a message from the family, like a new case of the same urgency.

    It is read with the whole of triage before the transaction, and danger in it makes the case urgent first.
    """
    hits = danger.unnoticed(message_id)
    with transaction() as session:
        message = session.get(Message, message_id)
        if message is None or message.direction != "from_family":
            return
        if hits:
            danger.notice_late(session, message, hits)
        case = session.get_one(Case, message.case_id)
        service = session.get_one(Service, case.service_id)
        alert_desk(session, case=case, service=service, item=f"message/{message.id}")


def sender_acted(event_id: int) -> None:
    """To-do: the desk learns what the sender changed or asked for; after new contact details, so do the notices.

    Only changed contact details of a case that still waits for its answer are as urgent as the case; the rest is
    bundled with the desk's other news.
    """
    with transaction() as session:
        event = session.get_one(CaseEvent, event_id)
        case = session.get_one(Case, event.case_id)
        service = session.get_one(Service, case.service_id)
        changed = event.verb == "contact_changed"
        if changed:
            _renew_nudge(session, case, event_id)
        if changed and case.answered_at is None:
            alert_desk(session, case=case, service=service, item=f"event/{event_id}")
        elif service.duty_number is not None:
            _bundle(session, case=case, service=service, item=f"event/{event_id}")


def _renew_nudge(session: Session, case: Case, event_id: int) -> None:
    """What has not left yet is not wanted any more; what is still unread is told to the new number."""
    key = session.get(CaseKey, case.id)
    contact = session.get(Contact, case.id, with_for_update=True, populate_existing=True)
    session.execute(
        update(Notification)
        .where(
            Notification.case_id == case.id,
            Notification.to_sealed.is_not(None),
            Notification.status.in_(("planned", *NEEDS_HUMAN)),
        )
        .values(status="dropped", error="contact_changed", changed_at=clock.now())
    )
    if key is not None and session.scalar(unread_of(case.id).limit(1)) is not None:
        plan_for_sender(
            session, NUDGE, f"{NUDGE}/event/{event_id}", case=case, contact=contact, vault=key.vault()
        )


def plan_for_sender(
    session: Session,
    purpose: str,
    key: str,
    *,
    case: Case,
    contact: Contact | None,
    vault: CaseVault,
    decided: str | None = None,
) -> None:
    """Plan one notification to the sender for each key, if there is a way to them; `decided`: why it is not sent."""
    if contact is None or is_planned(session, key):
        return
    channel, to = way_to_sender(contact, vault)
    if to is None:
        return
    if channel == "sms" and not contact.safe_to_text:
        not_told(session, case.id, purpose, "not_safe_to_text")
        return
    if purpose != NUDGE and contact.nudge_only:
        decided = "only_answers"
    if purpose == NUDGE and decided is None:
        _replace_held(session, case)
    now = clock.now()
    add(
        session,
        purpose,
        key,
        case_id=case.id,
        service_id=case.service_id,
        language=case.language,
        channel=channel,
        to_sealed=vault.seal(to, sealed_place(key)),
        not_before=earliest(purpose, now=now, created=now, safe=safe_hours(contact), hours=None),
        decided=decided or reason_not_to_send(session, case=case, channel=channel, to=to),
    )


def _replace_held(session: Session, case: Case) -> None:
    """A nudge takes the place of what was held back before it: there is one thing to decide for each case."""
    session.execute(
        update(Notification)
        .where(Notification.case_id == case.id, Notification.status == "held", Notification.error.in_(LIMITS))
        .values(status="dropped", error="replaced", changed_at=clock.now())
    )


def alert_desk(session: Session, *, case: Case, service: Service, item: str) -> None:
    """Tell a desk, once for each item: at once when the case is urgent, else with its other news when it opens."""
    if case.urgency == "urgent":
        alert_duty(session, case=case, service=service, key=f"{DUTY_ALERT}/{item}")
        return
    plan_news(session, case=case, service=service, item=item)
    if service.duty_number is not None:
        _bundle(session, case=case, service=service, item=item)


def _bundle(session: Session, *, case: Case, service: Service, item: str) -> None:
    """Add to the desk alert that waits, or plan one; the desk's row is locked so two planners make one."""
    session.execute(select(Service.id).where(Service.id == service.id).with_for_update(key_share=True))
    if session.get(AlertItem, item) is not None:
        return
    alert = session.scalar(
        select(Notification)
        .where(
            Notification.service_id == service.id,
            Notification.purpose == DESK_ALERT,
            Notification.account_id.is_(None),
            Notification.status == "planned",
        )
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if alert is None:
        alert = add(
            session,
            DESK_ALERT,
            f"{DESK_ALERT}/{item}",
            case_id=case.id,
            service_id=service.id,
            language=service.languages[0] if service.languages else "fi",
            not_before=_next_desk_alert(session, service),
        )
    else:
        alert.count += 1
        if alert.case_id != case.id:
            alert.case_id = None
        outbox.add(session, DELIVER, ref=alert.id, due_at=max(clock.now(), alert.not_before))
    session.add(AlertItem(key=item, notification_id=alert.id))
    session.flush()


def _next_desk_alert(session: Session, service: Service) -> dt.datetime:
    """The desk's next open moment that leaves its spacing to the alert before."""
    now = clock.now()
    last = session.scalar(
        select(func.max(Notification.not_before)).where(
            Notification.service_id == service.id,
            Notification.purpose == DESK_ALERT,
            Notification.account_id.is_(None),
            Notification.status.in_(LEFT),
        )
    )
    spaced = max(now, last + dt.timedelta(seconds=service.alert_spacing_s)) if last else now
    return earliest(DESK_ALERT, now=spaced, created=now, safe=None, hours=desk_hours(service))
