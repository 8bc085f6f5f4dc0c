"""The tables of watching: each site's canary, and when the dead man's switch was last held down."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from helpbutton.db import Model


class Canary(Model):
    """A site's canary request: the claim of the next one, and how the last one went."""

    __tablename__ = "canary"
    __table_args__ = (CheckConstraint("(lost_at IS NULL) = (stuck IS NULL)", name="lost_somewhere"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    next_at: Mapped[dt.datetime]
    sent_at: Mapped[dt.datetime | None]
    out_at: Mapped[dt.datetime | None]
    """When the latest one that came out had come out."""
    took_s: Mapped[int | None]
    lost_at: Mapped[dt.datetime | None]
    """Since when none comes out; empty again with the next one that does."""
    stuck: Mapped[str | None] = mapped_column(String(20))
    """The stage that the lost one did not pass, one of `canary_rules.STAGES`."""


class DeadMan(Model):
    """The one row of the dead man's switch: whoever moves `next_at` on makes the next call."""

    __tablename__ = "dead_man"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    next_at: Mapped[dt.datetime]
    heard_at: Mapped[dt.datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    """Calls in a row that nobody answered well."""
