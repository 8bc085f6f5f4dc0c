"""Notification tables: what is to be said to whom, every attempt to say it, and what the provider tells us."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpbutton.db import Model


class Notification(Model):
    """One SMS or e-mail to the sender, to a desk's duty number or to one staff member (`account_id`)."""

    __tablename__ = "notification"
    __table_args__ = (
        CheckConstraint(
            "purpose IN ('confirmation', 'nudge', 'one_time_code', 'slipped', 'canary', 'duty_alert', 'desk_alert', "
            "'reminder_alert', 'digest')",
            name="purpose",
        ),
        CheckConstraint(
            "status IN ('planned', 'sending', 'unknown', 'sent', 'delivered', 'failed', 'held', 'dead', 'dropped')",
            name="status",
        ),
        CheckConstraint(
            "(purpose IN ('confirmation', 'nudge', 'one_time_code', 'slipped', 'canary')) = (to_sealed IS NOT NULL)",
            name="sender_number_sealed",
        ),
        CheckConstraint("channel IN ('sms', 'email')", name="channel"),
        UniqueConstraint("dedupe_key"),
        Index("ix_notification_case", "case_id"),
        Index(
            "ix_notification_waiting",
            "service_id",
            "purpose",
            sqlite_where=text("status = 'planned'"),
            postgresql_where=text("status = 'planned'"),
        ),
        Index(
            "ix_notification_unsettled",
            "status",
            sqlite_where=text("status NOT IN ('sent', 'delivered', 'dropped')"),
            postgresql_where=text("status NOT IN ('sent', 'delivered', 'dropped')"),
        ),
        Index("ix_notification_created", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(String(80))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_.id"))
    """The case of a single notification; a bundled desk alert speaks of `count` cases and names none."""
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    """The staff member it goes to; an alert without one goes to the desk's duty number."""
    purpose: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(10), default="sms", server_default="sms")
    language: Mapped[str] = mapped_column(String(10))
    reference: Mapped[str] = mapped_column(String(4))
    count: Mapped[int] = mapped_column(default=1)
    to_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Sealed number or address of the sender; that of an alert is looked up when it leaves."""
    status: Mapped[str] = mapped_column(String(10), default="planned")
    not_before: Mapped[dt.datetime]
    created_at: Mapped[dt.datetime]
    """When it was planned, or planned anew by a human."""
    changed_at: Mapped[dt.datetime]
    error: Mapped[str | None] = mapped_column(String(60))
    segments: Mapped[int] = mapped_column(default=1, server_default="1")
    """How many SMS the provider counts it as; known once it has been on its way."""
    delivered_at: Mapped[dt.datetime | None]


class AlertItem(Model):
    """One thing that a desk alert speaks of, counted once: "case/12/3" (case 12 at desk 3) or "message/7"."""

    __tablename__ = "alert_item"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    notification_id: Mapped[int] = mapped_column(ForeignKey("notification.id"), index=True)


class Attempt(Model):
    """One try to hand a notification to the provider; committed before the provider is called."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("notification_id", "number"),
        Index("ix_attempt_started", "started_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    notification_id: Mapped[int] = mapped_column(ForeignKey("notification.id"))
    number: Mapped[int]
    """Counts from 1 in each notification."""
    started_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    """accepted, not_sent, stopped, refused, unknown; empty while the call runs (or when its process died)."""
    provider_id: Mapped[str | None] = mapped_column(String(60))
    error: Mapped[str | None] = mapped_column(String(40))


class InboundEvent(Model):
    """What the provider told us, once each: a report on a message, or that a message came in. Never what it says."""

    __tablename__ = "inbound_event"
    __table_args__ = (
        CheckConstraint("kind IN ('status', 'inbound')", name="kind"),
        UniqueConstraint("provider_sid", "kind", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_sid: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(20))
    at: Mapped[dt.datetime]


class OptOut(Model):
    """A number whose owner wants no messages; found by its keyed digest alone."""

    __tablename__ = "opt_out"

    id: Mapped[int] = mapped_column(primary_key=True)
    number_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    at: Mapped[dt.datetime]
    language: Mapped[str] = mapped_column(String(10))


class ChannelStop(Model):
    """A channel that takes nothing at the moment: only one message a minute tries whether it does again."""

    __tablename__ = "channel_stop"

    channel: Mapped[str] = mapped_column(String(10), primary_key=True)
    since: Mapped[dt.datetime]
    error: Mapped[str] = mapped_column(String(40))
    probe_at: Mapped[dt.datetime]


class PhoneMessage(Model):
    """What the demo's virtual phone, or its inbox of e-mail, received; exists in demo mode only."""

    __tablename__ = "phone_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[str] = mapped_column(String(36), unique=True)
    to: Mapped[str] = mapped_column(String(254))
    body: Mapped[str] = mapped_column(String(320))
    at: Mapped[dt.datetime]
    status: Mapped[str] = mapped_column(String(12))


class OwnText(Model):
    """An organisation's own words for one message to families."""

    __tablename__ = "own_text"
    __table_args__ = (UniqueConstraint("organisation_id", "purpose", "wording", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    purpose: Mapped[str] = mapped_column(String(20))
    wording: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(String(300))
    version: Mapped[int]
    changed_at: Mapped[dt.datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    """None: a file that was loaded on the command line."""
