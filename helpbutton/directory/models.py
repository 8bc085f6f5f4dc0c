"""The directory's tables: reference data that ships with the product, and an installation's own desks and sites."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpbutton.db import Model

Key = String(60)


class Installation(Model):
    """The one row that says what this database is; a database that once held the demo is demo for ever."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    demo: Mapped[bool] = mapped_column(default=False)
    counties: Mapped[list[str]]
    """Codes of the counties that this installation serves."""


class County(Model):
    """A wellbeing services county, or Helsinki, or Åland."""

    __tablename__ = "county"

    code: Mapped[str] = mapped_column(String(2), primary_key=True)
    names: Mapped[dict[str, Any]]
    kind: Mapped[str] = mapped_column(String(10))
    contact: Mapped[dict[str, Any]]


class Municipality(Model):
    __tablename__ = "municipality"

    code: Mapped[str] = mapped_column(String(3), primary_key=True)
    name_fi: Mapped[str] = mapped_column(String(80))
    name_sv: Mapped[str] = mapped_column(String(80))
    languages: Mapped[str] = mapped_column(String(10))
    region: Mapped[str] = mapped_column(String(80))
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), index=True)
    valid_from: Mapped[dt.date | None] = mapped_column(Date)
    valid_to: Mapped[dt.date | None] = mapped_column(Date)
    successor: Mapped[str | None] = mapped_column(String(3))


class ServiceKind(Model):
    __tablename__ = "service_kind"

    id: Mapped[str] = mapped_column(Key, primary_key=True)
    names: Mapped[dict[str, Any]]
    owner_kind: Mapped[str] = mapped_column(String(20))


class Topic(Model):
    __tablename__ = "topic"

    id: Mapped[str] = mapped_column(Key, primary_key=True)
    names: Mapped[dict[str, Any]]
    service_kind: Mapped[str] = mapped_column(Key)
    owner_kind: Mapped[str] = mapped_column(String(20))
    urgency: Mapped[str] = mapped_column(String(10))
    position: Mapped[int]


class HelpLine(Model):
    __tablename__ = "help_line"

    id: Mapped[str] = mapped_column(Key, primary_key=True)
    names: Mapped[dict[str, Any]]
    number: Mapped[str] = mapped_column(String(40))
    hours: Mapped[dict[str, Any]]
    languages: Mapped[list[str]]
    flags: Mapped[list[str]]
    always: Mapped[bool]
    position: Mapped[int]
    source: Mapped[str | None]
    last_checked: Mapped[dt.date | None] = mapped_column(Date)
    valid_from: Mapped[dt.date | None] = mapped_column(Date)
    valid_to: Mapped[dt.date | None] = mapped_column(Date)


class Organisation(Model):
    """A controller in its own right: municipality, county, parish or NGO."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Key, unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    names: Mapped[dict[str, Any]]


class Service(Model):
    """A desk: it takes cases, has opening hours, makes a promise and is told of new cases."""

    __tablename__ = "service"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Key, unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    kind: Mapped[str] = mapped_column(Key)
    names: Mapped[dict[str, Any]]
    languages: Mapped[list[str]]
    interpreters: Mapped[bool]
    hours: Mapped[dict[str, Any]]
    open_on_holidays: Mapped[bool]
    closures: Mapped[list[str]]
    """ISO dates on which the desk is exceptionally closed."""
    promise_days: Mapped[int]
    promise_channel: Mapped[str] = mapped_column(String(10))
    duty_number: Mapped[str | None] = mapped_column(String(20))
    alert_spacing_s: Mapped[int]
    valid_from: Mapped[dt.date | None] = mapped_column(Date)
    valid_to: Mapped[dt.date | None] = mapped_column(Date)


class Route(Model):
    """Requests inside this scope go to this desk; an empty field means any."""

    __tablename__ = "route"
    __table_args__ = (
        CheckConstraint("county_code IS NULL OR municipality_code IS NULL", name="one_place"),
        Index("ix_route_place", "municipality_code", "county_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    service: Mapped[Service] = relationship(lazy="raise")
    topic: Mapped[str | None] = mapped_column(ForeignKey("topic.id"))
    county_code: Mapped[str | None] = mapped_column(ForeignKey("county.code"))
    municipality_code: Mapped[str | None] = mapped_column(ForeignKey("municipality.code"))
    kind: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str | None] = mapped_column(String(10))
    age_group: Mapped[str | None] = mapped_column(String(10))
    role: Mapped[str | None] = mapped_column(String(20))
    valid_from: Mapped[dt.date | None] = mapped_column(Date)
    valid_to: Mapped[dt.date | None] = mapped_column(Date)


class Site(Model):
    """A page with the button."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Key, unique=True)
    names: Mapped[dict[str, Any]]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    origins: Mapped[list[str]]
    languages: Mapped[list[str]]
    phone: Mapped[str | None] = mapped_column(String(20))
