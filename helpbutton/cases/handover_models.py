"""The tables of handing over: offers of a case to another desk, help outside the button, cases that belong together."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpbutton.db import Model
from helpbutton.directory.models import Service

OPEN = "status = 'offered'"


class Transfer(Model):
    """A case offered to another desk. Until that desk accepts, the one that has the case answers for it."""

    __tablename__ = "transfer"
    __table_args__ = (
        CheckConstraint(
            "status IN ('offered', 'accepted', 'returned', 'expired', 'taken_back')", name="status"
        ),
        CheckConstraint("(status = 'offered') = (decided_at IS NULL)", name="decided_has_date"),
        CheckConstraint("(status = 'returned') = (return_reason IS NOT NULL)", name="returned_has_reason"),
        CheckConstraint("from_service_id <> to_service_id", name="another_desk"),
        Index(
            "ix_transfer_open",
            "case_id",
            unique=True,
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
        Index("ix_transfer_to", "to_service_id", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
        Index("ix_transfer_from", "from_service_id", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_.id"), index=True)
    from_service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    from_service: Mapped[Service] = relationship(
        foreign_keys=[from_service_id], lazy="joined", innerjoin=True
    )
    to_service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    to_service: Mapped[Service] = relationship(foreign_keys=[to_service_id], lazy="joined", innerjoin=True)
    ground: Mapped[str | None] = mapped_column(String(40))
    """Why the other organisation may know of it (`handover_rules`); None inside one organisation."""
    token: Mapped[str] = mapped_column(String(40), unique=True)
    """Made with the form that sent it: sending the form twice makes one offer."""
    why: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[str] = mapped_column(String(10))
    offered_at: Mapped[dt.datetime]
    offered_by: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    decided_at: Mapped[dt.datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    """None where time or another move decided."""
    return_reason: Mapped[str | None] = mapped_column(String(40))
    return_words: Mapped[bytes | None] = mapped_column(LargeBinary)


class Referral(Model):
    """Help outside the button that a family was told of; the family sees it with its receipt code."""

    __tablename__ = "referral"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_.id"), index=True)
    at: Mapped[dt.datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    token: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[bytes] = mapped_column(LargeBinary)
    how: Mapped[bytes | None] = mapped_column(LargeBinary)
    """How to get there: a number, an address, what to say."""
    removed_at: Mapped[dt.datetime | None]
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))


class CaseLink(Model):
    """Two cases that belong together, each pair once: the one with the smaller id comes first."""

    __tablename__ = "case_link"
    __table_args__ = (
        CheckConstraint("case_id < other_id", name="in_order"),
        CheckConstraint("duplicate_id IN (case_id, other_id)", name="duplicate_is_one_of_them"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case_.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("case_.id"), primary_key=True, index=True)
    duplicate_id: Mapped[int | None] = mapped_column(ForeignKey("case_.id"))
    """Which of them was closed because it is the same request once more."""
    at: Mapped[dt.datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
