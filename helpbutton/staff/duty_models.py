"""Tables beside the shifts: who is away, what a shift tells the next one, where calendars fetch a roster."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from helpbutton.db import Model


class Absence(Model):
    """A staff member is away, both days included (Helsinki); why is nobody's business here."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="in_order"),
        Index("ix_absence_of_account", "account_id", "ends_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    created_at: Mapped[dt.datetime]
    created_by: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))


class DutyNote(Model):
    """What one shift leaves to the next, sealed under the organisation's key of `epoch`."""

    __tablename__ = "duty_note"
    __table_args__ = (Index("ix_duty_note_of_desk", "service_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"), index=True)
    at: Mapped[dt.datetime]
    token: Mapped[str] = mapped_column(String(40), unique=True)
    epoch: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class DutyFeed(Model):
    """The address at which calendars fetch the roster of a desk; `token_hash` is SHA-256 of its random part."""

    __tablename__ = "duty_feed"

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[dt.datetime]
    created_by: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
