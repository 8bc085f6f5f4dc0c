"""Staff tables."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from helpbutton.db import Model


class Account(Model):
    __tablename__ = "staff_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(10), default="fi")
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[dt.datetime]
    phone: Mapped[str | None] = mapped_column(String(20))
    """E.164; where alerts reach this person."""
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Sealed under a key of the key store."""
    totp_counter: Mapped[int | None]
    """The last half minute whose one-time code was used: none of it or of an earlier one is taken again."""


class Membership(Model):
    """A role in one service (worker, lead) or one organisation (administrator, coordinator, auditor, site_editor)."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("account_id", "role", "service_id", "organisation_id"),
        CheckConstraint("(service_id IS NULL) <> (organisation_id IS NULL)", name="one_scope"),
        CheckConstraint("(role IN ('worker', 'lead')) = (service_id IS NOT NULL)", name="role_fits_scope"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)


class StaffSession(Model):
    """A signed-in browser; `token_hash` is SHA-256 of the cookie's random 256-bit token."""

    __tablename__ = "staff_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"), index=True)
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
    how: Mapped[str] = mapped_column(String(20), default="password", server_default="password")
    """How it began: password, totp, recovery, passkey or single (single sign-on)."""
    browser: Mapped[str] = mapped_column(String(60), default="", server_default="")
    verified_at: Mapped[dt.datetime | None]
    """When the second factor was last shown; without it a session counts in demo mode alone."""


class Link(Model):
    """An invitation or a link for a new password: works once, until it expires."""

    __tablename__ = "staff_link"
    __table_args__ = (CheckConstraint("purpose IN ('invitation', 'password')", name="purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    purpose: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class Passkey(Model):
    """A WebAuthn credential that verifies its owner (PIN or biometrics), so it is two factors in one."""

    __tablename__ = "staff_passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class RecoveryCode(Model):
    """A code for the day when the phone is lost; only its keyed digest is kept."""

    __tablename__ = "staff_recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    used_at: Mapped[dt.datetime | None]


class Identity(Model):
    """Who somebody is at the organisation's OpenID provider: issuer and subject, never an address."""

    __tablename__ = "staff_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[dt.datetime]


class Throttle(Model):
    """A bucket of attempts by a keyed digest of whom they are about; it is empty again at `full_until`."""

    __tablename__ = "sign_in_throttle"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    full_until: Mapped[dt.datetime] = mapped_column(index=True)


class UsedChallenge(Model):
    """A passkey's challenge that was answered, kept until it would have expired: no answer counts twice."""

    __tablename__ = "used_challenge"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)


class NotificationChoice(Model):
    """How a staff member wants to be told of a group of things, at one desk or (without a service) at all of theirs."""

    __tablename__ = "notification_choice"
    __table_args__ = (
        CheckConstraint("purpose IN ('urgent', 'reminders', 'news')", name="purpose"),
        CheckConstraint("channel IN ('sms', 'email', 'none')", name="channel"),
        UniqueConstraint("account_id", "service_id", "purpose"),
        Index(
            "ix_notification_choice_for_all_desks",
            "account_id",
            "purpose",
            unique=True,
            sqlite_where=text("service_id IS NULL"),
            postgresql_where=text("service_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(10))
    channel: Mapped[str] = mapped_column(String(10))
    digest: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Gathered into one notification each morning; urgent ones never are."""


class Shift(Model):
    """A staff member is on duty at a desk from one moment until another."""

    __tablename__ = "shift"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="has_length"),
        Index("ix_shift_of_desk", "service_id", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"), index=True)
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    instead_of: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    """Whose shift it was before a substitute took it."""
    version: Mapped[int] = mapped_column(default=1, server_default="1")
