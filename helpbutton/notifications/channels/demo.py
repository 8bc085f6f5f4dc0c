"""The demo's virtual phone: every SMS becomes a row that `/demo/phone` shows."""

import datetime as dt

from sqlalchemy import select

from helpbutton import clock
from helpbutton.db import reading, transaction
from helpbutton.notifications.channels.base import Outcome, Sms
from helpbutton.notifications.models import PhoneMessage


class DemoChannel:
    def send(self, sms: Sms) -> Outcome:
        """Idempotent by attempt."""
        with transaction() as session:
            known = session.scalar(select(PhoneMessage.id).where(PhoneMessage.attempt_id == sms.attempt_id))
            if known is None:
                session.add(
                    PhoneMessage(
                        attempt_id=sms.attempt_id,
                        to=sms.to,
                        body=sms.body,
                        at=clock.now(),
                        status="delivered",
                    )
                )
        return Outcome("accepted", provider_id=sms.attempt_id)

    def find(self, sms: Sms, *, since: dt.datetime) -> Outcome | None:
        row = reading().scalar(
            select(PhoneMessage).where(
                PhoneMessage.to == sms.to, PhoneMessage.body.contains(sms.reference), PhoneMessage.at >= since
            )
        )
        return Outcome("accepted", provider_id=row.attempt_id) if row else None
