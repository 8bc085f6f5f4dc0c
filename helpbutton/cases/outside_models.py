"""Tables of what happens outside the button: steps that the law demands elsewhere, and where a case was recorded."""

import datetime as dt

from sqlalchemy import CheckConstraint, Date, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from helpbutton.db import Model


class StatutoryStep(Model):
    """A step taken elsewhere on a legal ground; this product never sends it. `by` and `about` are sealed."""

    __tablename__ = "statutory_step"
    __table_args__ = (
        CheckConstraint("kind IN ('child_protection', 'contact_for_support', 'police')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_.id"), index=True)
    at: Mapped[dt.datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    kind: Mapped[str] = mapped_column(String(20))
    taken_on: Mapped[dt.date] = mapped_column(Date)
    ground: Mapped[str] = mapped_column(String(40))
    token: Mapped[str] = mapped_column(String(40), unique=True)
    by: Mapped[bytes] = mapped_column(LargeBinary)
    about: Mapped[bytes | None] = mapped_column(LargeBinary)


class RecordOnward(Model):
    """A case was written into the client record system: there it is kept as long as the law says, not here."""

    __tablename__ = "record_onward"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_.id"), index=True)
    at: Mapped[dt.datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    token: Mapped[str] = mapped_column(String(40), unique=True)
    system: Mapped[bytes] = mapped_column(LargeBinary)
    """Its name and, where there is one, the reference there; sealed."""
