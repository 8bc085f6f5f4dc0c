"""The table of feedback: its words and contact sealed, its clock in the clear."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from helpbutton.db import Model


class Feedback(Model):
    """What somebody told about accessibility. Without a site it has no organisation."""

    __tablename__ = "feedback"
    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="answered_by_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sent_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    """Keyed digest of the form's nonce: the same form sent twice is stored once."""
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    language: Mapped[str] = mapped_column(String(10))
    text: Mapped[bytes] = mapped_column(LargeBinary)
    contact: Mapped[bytes | None] = mapped_column(LargeBinary)
    received_at: Mapped[dt.datetime]
    respond_by: Mapped[dt.datetime]
    answered_at: Mapped[dt.datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
