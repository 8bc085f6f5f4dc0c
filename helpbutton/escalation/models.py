"""Escalation tables: the ladders that an organisation or a desk has of its own, and every climb."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpbutton.db import Model

LIVE = "ended IS NULL OR ended = 'list'"


class OwnLadder(Model):
    """The ladder of one desk or one organisation for a subject; the others climb those of config/escalation.json."""

    __tablename__ = "ladder"
    __table_args__ = (
        CheckConstraint("(service_id IS NULL) <> (organisation_id IS NULL)", name="one_scope"),
        UniqueConstraint("subject", "service_id"),
        UniqueConstraint("subject", "organisation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(20))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    steps: Mapped[dict[str, Any]] = mapped_column(JSON)
    """As in config/escalation.json: `nag_min` and `steps`."""
    changed_at: Mapped[dt.datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    """None: a file that was loaded on the command line."""


class Climb(Model):
    """One way up a ladder, from something that wants a person's attention until a person has accepted it."""

    __tablename__ = "climb"
    __table_args__ = (
        CheckConstraint(
            "subject IN ('urgent', 'first_contact', 'next_answer', 'acceptance', 'hand_over', 'statutory')",
            name="subject",
        ),
        CheckConstraint("ended IN ('accepted', 'moot', 'list')", name="ended"),
        CheckConstraint("(ended IS NULL) = (ended_at IS NULL)", name="ended_has_date"),
        CheckConstraint(
            "(accepted_at IS NOT NULL) = (ended IS NOT NULL AND ended = 'accepted')", name="accepted"
        ),
        Index(
            "ix_climb_live",
            "case_id",
            "subject",
            unique=True,
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
        Index("ix_climb_of_desk", "service_id", "ended"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_.id"), index=True)
    clock_id: Mapped[int | None] = mapped_column(ForeignKey("clock.id"), index=True)
    subject: Mapped[str] = mapped_column(String(20))
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    steps: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The ladder as it was when the climb began."""
    step: Mapped[int]
    """Counts from 0; one more than the last is the list of those who are told every hour, -1 the ground."""
    nags: Mapped[int] = mapped_column(default=0)
    """How often the people of this step have been told again."""
    started_at: Mapped[dt.datetime]
    next_at: Mapped[dt.datetime]
    accepted_at: Mapped[dt.datetime | None]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    ended: Mapped[str | None] = mapped_column(String(10))
    """`list`: every step is behind it and nobody has accepted; it goes on every hour."""
    ended_at: Mapped[dt.datetime | None]
