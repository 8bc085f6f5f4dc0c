"""Notification tables: what is to be said to whom, and every attempt to say it."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpbutton.db import Model


class Notification(Model):
    """One SMS: a confirmation, nudge or one_time_code to the sender, a duty_alert or desk_alert to the desk."""

    __tablename__ = "notification"
    __table_args__ = (
        CheckConstraint(
            "purpose IN ('confirmation', 'nudge', 'one_time_code', 'duty_alert', 'desk_alert')",
            name="purpose",
        ),
        CheckConstraint(
            "status IN ('planned', 'sending', 'unknown', 'sent', 'delivered', 'failed', 'held', 'dropped')",
            name="status",
        ),
        CheckConstraint(
            "(purpose IN ('confirmation', 'nudge', 'one_time_code')) = (to_sealed IS NOT NULL)",
            name="sender_number_sealed",
        ),
        UniqueConstraint("dedupe_key"),
        Index("ix_notification_case", "case_id"),
        Index(
            "ix_notification_waiting",
            "service_id",
            "purpose",
            sqlite_where=text("status = 'planned'"),
            postgresql_where=text("status = 'planned'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(String(80))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_.id"))
    """The case of a single notification; a bundled desk alert speaks of `count` cases and names none."""
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    purpose: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(10))
    reference: Mapped[str] = mapped_column(String(4))
    count: Mapped[int] = mapped_column(default=1)
    to_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Sealed number of the sender; alerts take the desk's duty number when they leave."""
    status: Mapped[str] = mapped_column(String(10), default="planned")
    not_before: Mapped[dt.datetime]
    created_at: Mapped[dt.datetime]
    changed_at: Mapped[dt.datetime]
    error: Mapped[str | None] = mapped_column(String(60))


class AlertItem(Model):
    """One thing that a desk alert speaks of, counted once: "case/12/3" (case 12 at desk 3) or "message/7"."""

    __tablename__ = "alert_item"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    notification_id: Mapped[int] = mapped_column(ForeignKey("notification.id"), index=True)


class Attempt(Model):
    """One try to hand a notification to the provider; committed before the provider is called."""

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("notification_id", "number"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    notification_id: Mapped[int] = mapped_column(ForeignKey("notification.id"))
    number: Mapped[int]
    """Counts from 1 in each notification."""
    started_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    """accepted, not_sent, refused, unknown; empty while the call runs (or when its process died)."""
    provider_id: Mapped[str | None] = mapped_column(String(60))


class PhoneMessage(Model):
    """What the demo's virtual phone received; exists in demo mode only."""

    __tablename__ = "phone_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[str] = mapped_column(String(36), unique=True)
    to: Mapped[str] = mapped_column(String(20))
    body: Mapped[str] = mapped_column(String(320))
    at: Mapped[dt.datetime]
    status: Mapped[str] = mapped_column(String(12))
