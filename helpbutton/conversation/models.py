"""Conversation tables; bodies are sealed under the case key."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpbutton.db import Model
from helpbutton.directory.models import Key


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
    interpretation: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Between which languages it was interpreted and who was present; staff alone see it."""
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


class Draft(Model):
    """An answer that a staff member has begun and not sent: one for each person and case, sealed under the case key."""

    __tablename__ = "draft"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"), primary_key=True, index=True)
    token: Mapped[str] = mapped_column(String(40))
    """Of the answer that is being written: once a message has it, the draft has been sent."""
    body: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int]
    saved_at: Mapped[dt.datetime]


class SavedReply(Model):
    """Words that a desk uses again and again, in one language, for one topic or for all. No personal data."""

    __tablename__ = "saved_reply"
    __table_args__ = (UniqueConstraint("service_id", "language", "title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    topic: Mapped[str | None] = mapped_column(Key, ForeignKey("topic.id"))
    """Empty: whatever the case is about."""
    language: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    changed_at: Mapped[dt.datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    """None: a file that was loaded on the command line."""
