"""The audit table. Rows hold pseudonyms only, so erasing a case leaves the chain valid."""

import datetime as dt

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpbutton.db import Model


class AuditEntry(Model):
    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("organisation_id", "seq"),
        Index(
            "ix_audit_entry_unsealed",
            "id",
            sqlite_where=text("mac IS NULL"),
            postgresql_where=text("mac IS NULL"),
        ),
        Index("ix_audit_entry_read", "organisation_id", "at", "id"),
        Index("ix_audit_entry_of_actor", "actor", "at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(index=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(40), index=True)
    ground: Mapped[str] = mapped_column(String(80), default="")
    service_id: Mapped[int | None]
    """The desk at which the actor acted, if it was a desk."""
    seq: Mapped[int | None]
    mac: Mapped[bytes | None] = mapped_column(LargeBinary)
