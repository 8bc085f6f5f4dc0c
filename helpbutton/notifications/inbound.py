"""Messages that come in by SMS: stop and start are obeyed, everything else is told where to write.

No case is opened by a number, and what the message says is neither kept nor shown to anybody.
"""

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock, daily_counts
from helpbutton.cases.models import Case, Contact
from helpbutton.cases.submission import e164
from helpbutton.db import transaction
from helpbutton.directory.languages import is_reviewed
from helpbutton.directory.models import Organisation
from helpbutton.i18n import gettext, reading_language
from helpbutton.notifications import family_texts
from helpbutton.notifications.keywords import wish_of
from helpbutton.notifications.models import InboundEvent
from helpbutton.notifications.opt_out import is_opted_out, opt_in, opt_out
from helpbutton.once import add_once
from helpbutton.vault import sealing

BOTH = ("fi", "sv")

log = structlog.get_logger()


def take_message(*, provider_id: str, number: str, text: str) -> str | None:
    """What to answer to a message from this number, or None: nothing is answered twice, nor twice a day.

    `number` as the provider gives it; a sender with a name instead of a number gets no answer, and one that wants no
    messages none but to a word that asks for help.
    """
    sender = e164(number)
    with transaction() as session:
        new = add_once(
            session,
            InboundEvent,
            provider_sid=provider_id,
            kind="inbound",
            status="received",
            at=clock.now(),
        )
        if not new or sender is None:
            return None
        wish = wish_of(text)
        log.info("sms_came_in", wish=wish[0] if wish else None)
        match wish:
            case ("stop", language):
                opt_out(session, sender, language=language)
                return None
            case ("start", _):
                opt_in(session, sender)
                return None
        if wish is None and is_opted_out(session, sender):
            return None
        scope = f"sms-answer/{sealing.digest('sms-answer', clock.today().isoformat(), sender).hex()}"
        if daily_counts.add(session, scope, at_most=1) is None:
            return None
        languages = _languages(session, sender)
    return " ".join(gettext(language, family_texts.NOT_READ_HERE) for language in languages)


def _languages(session: Session, number: str) -> tuple[str, ...]:
    """The language of the newest case with this number, which says nothing else about it; else Finnish and Swedish."""
    organisations = session.scalars(select(Organisation.id)).all()
    indexes = [sealing.blind_index(organisation, "phone", number) for organisation in organisations]
    language = session.scalar(
        select(Case.language)
        .join(Contact, Contact.case_id == Case.id)
        .where(Contact.phone_index.in_(indexes))
        .order_by(Case.id.desc())
        .limit(1)
    )
    if language is None:
        return BOTH
    return (language if is_reviewed(language) else reading_language(language),)
