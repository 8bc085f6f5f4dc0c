"""Reading the demo's virtual phone: every SMS and e-mail, and whose it is."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from helpbutton.db import reading
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Names
from helpbutton.notifications.models import PhoneMessage
from helpbutton.staff.models import Account


@dataclass(frozen=True)
class PhoneSms:
    """One SMS or e-mail in the demo; `at` aware UTC."""

    to: str
    text: str
    at: dt.datetime
    status: str


@dataclass(frozen=True)
class Phone:
    """One number or e-mail address with its messages, newest first.

    `desk` has it as its duty number, `staff` is the name of the staff member whose it is; neither for a family.
    """

    number: str
    desk: Names | None
    staff: str | None
    messages: tuple[PhoneSms, ...]

    @property
    def is_mail(self) -> bool:
        return "@" in self.number


def phone_messages() -> list[PhoneSms]:
    """Every SMS and e-mail that the demo has sent, oldest first."""
    rows = reading().scalars(select(PhoneMessage).order_by(PhoneMessage.at, PhoneMessage.id))
    return [PhoneSms(row.to, row.body, row.at, row.status) for row in rows]


def phones() -> list[Phone]:
    """The same by number or address, the one that rang last first."""
    by_number: dict[str, list[PhoneSms]] = {}
    for sms in reversed(phone_messages()):
        by_number.setdefault(sms.to, []).append(sms)
    desks = {
        service.duty_number: service.names
        for service in reading().scalars(select(Service).where(Service.duty_number.in_(by_number)))
    }
    people = {
        to: account.name
        for account in reading().scalars(select(Account).where(Account.active))
        for to in (account.email, account.phone)
        if to is not None
    }
    return [
        Phone(number, desks.get(number), people.get(number), tuple(messages))
        for number, messages in by_number.items()
    ]
