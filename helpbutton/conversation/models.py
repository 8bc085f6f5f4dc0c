"""Conversation tables; bodies are sealed under the case key."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from helpbutton.db import Model


class Message(Model):
    """Between the family and the desk; the family sees it."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("direction IN ('to_family', 'from_family')", name="direction"),
        CheckConstraint("(direction = 'to_family') = (account_id IS NOT NULL)", name="has_author"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_.id"), index=True)
    at: Mapped[dt.datetime]
    direction: Mapped[str] = mapped_column(String(12))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    token: Mapped[str] = mapped_column(String(40), unique=True)
    """Made with the form that sent it: sending the form twice stores one message."""
    body: Mapped[bytes] = mapped_column(LargeBinary)
    read_at: Mapped[dt.datetime | None]


class Note(Model):
    """Among staff; the family never sees it."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_.id"), index=True)
    at: Mapped[dt.datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    token: Mapped[str] = mapped_column(String(40), unique=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
