"""Reading the demo's virtual phone: every SMS, and whose phone it is on."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from helpbutton.db import reading
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Names
from helpbutton.notifications.models import PhoneMessage


@dataclass(frozen=True)
class PhoneSms:
    """One SMS on a virtual phone; `at` aware UTC."""

    to: str
    text: str
    at: dt.datetime
    status: str


@dataclass(frozen=True)
class Phone:
    """One number with its messages, newest first. `desk` has it as its duty number; None for a family."""

    number: str
    desk: Names | None
    messages: tuple[PhoneSms, ...]


def phone_messages() -> list[PhoneSms]:
    """Every SMS that the demo has sent, oldest first."""
    rows = reading().scalars(select(PhoneMessage).order_by(PhoneMessage.at, PhoneMessage.id))
    return [PhoneSms(row.to, row.body, row.at, row.status) for row in rows]


def phones() -> list[Phone]:
    """The same by number, the phone that rang last first."""
    by_number: dict[str, list[PhoneSms]] = {}
    for sms in reversed(phone_messages()):
        by_number.setdefault(sms.to, []).append(sms)
    desks = {
        service.duty_number: service.names
        for service in reading().scalars(select(Service).where(Service.duty_number.in_(by_number)))
    }
    return [Phone(number, desks.get(number), tuple(messages)) for number, messages in by_number.items()]
