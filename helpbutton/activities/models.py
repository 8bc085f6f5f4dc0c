"""The table of open help: activities that anybody may come to, each with its times and its last confirmation."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from helpbutton.db import Model


class Activity(Model):
    __tablename__ = "activity"
    __table_args__ = (
        CheckConstraint(
            "municipality_code IS NOT NULL OR phone IS NOT NULL OR url IS NOT NULL", name="reachable"
        ),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[str] = mapped_column(String(30))
    owner_kind: Mapped[str] = mapped_column(String(20))
    owner_names: Mapped[dict[str, Any]]
    names: Mapped[dict[str, Any]]
    what: Mapped[dict[str, Any]]
    for_whom: Mapped[dict[str, Any]]
    municipality_code: Mapped[str | None] = mapped_column(ForeignKey("municipality.code"), index=True)
    """Empty: a line or chat for everybody."""
    place: Mapped[dict[str, Any]]
    address: Mapped[dict[str, Any]]
    phone: Mapped[str | None] = mapped_column(String(20))
    url: Mapped[str | None] = mapped_column(String(200))
    age_groups: Mapped[list[str]]
    """Age groups of children that it is for; empty: all."""
    roles: Mapped[list[str]]
    """Senders that it is for; empty: all."""
    languages: Mapped[list[str]]
    cost: Mapped[dict[str, Any]]
    accessibility: Mapped[dict[str, Any]]
    """Places, addresses and accessibility may be empty."""
    drop_in: Mapped[bool]
    schedule: Mapped[dict[str, Any]]
    """Times as `recurrence.Schedule.parse` reads them."""
    valid_from: Mapped[dt.date] = mapped_column(Date)
    valid_to: Mapped[dt.date | None] = mapped_column(Date)
    last_confirmed: Mapped[dt.date] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(200))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    """Whose editors keep it; without one any administrator does."""
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    changed_at: Mapped[dt.datetime | None]
    """When an editor last changed it here; then loading the demo leaves it alone."""
