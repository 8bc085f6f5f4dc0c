"""A case of a family and the acts that the tests of this room share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from helpbutton.cases.models import Case, CaseEvent
from helpbutton.conversation.family import case_of_code
from helpbutton.db import db, reading
from helpbutton.notifications.models import Notification, PhoneMessage
from tests.cast import Cast


@dataclass(frozen=True)
class Sent:
    """A request that has arrived."""

    id: int
    number: str
    code: str

    @property
    def row(self) -> Case:
        db.session.remove()
        return reading().get_one(Case, self.id)

    @property
    def verbs(self) -> list[str]:
        db.session.remove()
        lines = select(CaseEvent.verb).where(CaseEvent.case_id == self.id).order_by(CaseEvent.id)
        return list(reading().scalars(lines))

    def notifications(self, purpose: str) -> list[str]:
        """The statuses of its notifications of this purpose, oldest first."""
        db.session.remove()
        own = select(Notification.status).where(
            Notification.case_id == self.id, Notification.purpose == purpose
        )
        return list(reading().scalars(own.order_by(Notification.id)))


Send = Callable[..., Sent]


@pytest.fixture
def send(cast: Cast, drain: Callable[[], int]) -> Send:
    """Aino sends a request, and it is sorted."""

    def act(**changes: Any) -> Sent:
        receipt = cast.send(**changes).get_json()
        drain()
        return Sent(case_of_code(receipt["receipt_code"]), receipt["number"], receipt["receipt_code"])

    return act


def texted(number: str) -> list[str]:
    """Every SMS that arrived at a number, oldest first."""
    db.session.remove()
    found = select(PhoneMessage.body).where(PhoneMessage.to == number).order_by(PhoneMessage.id)
    return list(reading().scalars(found))
