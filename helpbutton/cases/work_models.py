"""The tables of daily work with a case: tries to reach the family, reminders, who has the page open."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from helpbutton.db import Model

OPEN = "done_at IS NULL"


class ContactAttempt(Model):
    """Somebody tried to reach the family in another way than by a message here: how, and what came of it."""

    __tablename__ = "contact_attempt"
    __table_args__ = (
        CheckConstraint("how IN ('phone', 'text_message', 'email', 'meeting')", name="how"),
        CheckConstraint(
            "result IN ('reached', 'no_answer', 'left_message', 'asked_later', 'wrong_number')", name="result"
        ),
        CheckConstraint("result <> 'reached' OR next_try IS NULL", name="reached_needs_no_try"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_.id"), index=True)
    at: Mapped[dt.datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    how: Mapped[str] = mapped_column(String(20))
    result: Mapped[str] = mapped_column(String(20))
    next_try: Mapped[dt.datetime | None]
    token: Mapped[str] = mapped_column(String(40), unique=True)
    """Made with the form that sent it: sending the form twice notes one try."""


class Reminder(Model):
    """Something that staff want to be reminded of: one person, or (without an account) whoever is at the desk."""

    __tablename__ = "reminder"
    __table_args__ = (
        CheckConstraint("(done_by IS NULL) = (done_at IS NULL)", name="done_has_date"),
        CheckConstraint("(words IS NULL) <> (attempt_id IS NULL)", name="words_or_try"),
        Index("ix_reminder_open", "due_at", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    due_at: Mapped[dt.datetime]
    words: Mapped[bytes | None] = mapped_column(LargeBinary)
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("contact_attempt.id"))
    """The try that came to nothing: it is time for the next one."""
    created_at: Mapped[dt.datetime]
    created_by: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    done_at: Mapped[dt.datetime | None]
    done_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    token: Mapped[str] = mapped_column(String(40), unique=True)


class CaseViewer(Model):
    """A staff member has the page of a case open, or had a moment ago."""

    __tablename__ = "case_viewer"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"), primary_key=True)
    seen_at: Mapped[dt.datetime] = mapped_column(index=True)
