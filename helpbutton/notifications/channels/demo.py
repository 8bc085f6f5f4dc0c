"""The demo's virtual phone: every SMS and e-mail becomes a row that `/demo/phone` shows."""

import datetime as dt

from sqlalchemy import select

from helpbutton import clock
from helpbutton.db import reading, transaction
from helpbutton.notifications.channels.base import Outcome, Outgoing, Reported
from helpbutton.notifications.models import PhoneMessage


class DemoChannel:
    def send(self, message: Outgoing) -> Outcome:
        """Idempotent by attempt."""
        with transaction() as session:
            known = session.scalar(
                select(PhoneMessage.id).where(PhoneMessage.attempt_id == message.attempt_id)
            )
            if known is None:
                session.add(
                    PhoneMessage(
                        attempt_id=message.attempt_id,
                        to=message.to,
                        body=message.body,
                        at=clock.now(),
                        status="delivered",
                    )
                )
        return Outcome("accepted", provider_id=message.attempt_id)

    def find(self, message: Outgoing, *, since: dt.datetime, settled: frozenset[str]) -> Outcome | None:
        row = reading().scalar(
            select(PhoneMessage).where(
                PhoneMessage.to == message.to,
                PhoneMessage.body.contains(message.reference),
                PhoneMessage.at >= since,
                PhoneMessage.attempt_id.not_in(settled),
            )
        )
        return Outcome("accepted", provider_id=row.attempt_id) if row else None

    def status(self, provider_id: str) -> Reported:
        return Reported("delivered")
