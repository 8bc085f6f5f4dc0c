"""The directory's tables: reference data that ships with the product, and an installation's own desks and sites."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, true
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


class HelpLineCheck(Model):
    """An administrator called the number that stands here: it was right, or it is shown to nobody any more. Beside the
    reference data, which `init` writes anew; a check of a number that has changed since says nothing."""

    __tablename__ = "help_line_check"

    help_line_id: Mapped[str] = mapped_column(Key, primary_key=True)
    number: Mapped[str] = mapped_column(String(40))
    checked_on: Mapped[dt.date] = mapped_column(Date)
    is_right: Mapped[bool] = mapped_column(default=True, server_default=true())
    account_id: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    """None: a file that was loaded on the command line."""


class LanguageChoice(Model):
    """What an administrator decided about a language; without a row the defaults of `directory.languages` hold."""

    __tablename__ = "language_choice"

    language: Mapped[str] = mapped_column(String(10), primary_key=True)
    reviewed: Mapped[bool]
    offered: Mapped[bool]
    changed_at: Mapped[dt.datetime]


class Organisation(Model):
    """A controller in its own right: municipality, county, parish or NGO."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Key, unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    names: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    exported_at: Mapped[dt.datetime | None]
    """When everything that it keeps was last exported as a whole."""
    erased_at: Mapped[dt.datetime | None]
    """When it left: from then on nothing that families told it can be read."""

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


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
    kinds: Mapped[list[str]]
    """The kinds of request that the desk takes; empty: all."""
    night_duty: Mapped[str | None] = mapped_column(Key)
    """Who is told of urgent cases while the desk is closed: "own" (its duty number), "none", or another desk's key."""
    valid_from: Mapped[dt.date | None] = mapped_column(Date)
    valid_to: Mapped[dt.date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Area(Model):
    """Municipalities that organise something together: a part of a county, or a group across its borders."""

    __tablename__ = "area"

    key: Mapped[str] = mapped_column(Key, primary_key=True)
    names: Mapped[dict[str, Any]]
    municipalities: Mapped[list[str]]
    """Codes."""


class Route(Model):
    """Requests inside this scope go to this desk; an empty field means any."""

    __tablename__ = "route"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN county_code IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN municipality_code IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN area_key IS NULL THEN 0 ELSE 1 END) <= 1",
            name="one_place",
        ),
        Index("ix_route_place", "municipality_code", "county_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    service: Mapped[Service] = relationship(lazy="raise")
    topic: Mapped[str | None] = mapped_column(ForeignKey("topic.id"))
    county_code: Mapped[str | None] = mapped_column(ForeignKey("county.code"))
    municipality_code: Mapped[str | None] = mapped_column(ForeignKey("municipality.code"))
    area_key: Mapped[str | None] = mapped_column(ForeignKey("area.key"))
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
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    origins: Mapped[list[str]]
    """Of the pages that may frame the form, as browsers write them: https://www.example.fi."""
    languages: Mapped[list[str]]
    """The first is the default."""
    phone: Mapped[str | None] = mapped_column(String(20))
    topics: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """Empty: all of them."""
    colour: Mapped[str | None] = mapped_column(String(7))
    position: Mapped[str] = mapped_column(String(20), default="floating", server_default="floating")
    promise_texts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    active: Mapped[bool] = mapped_column(default=True, server_default=true())
    sms_per_day: Mapped[int] = mapped_column(default=200, server_default="200")
    """SMS to senders; what goes beyond waits for a human."""
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class SiteSeen(Model):
    """When the button of a site was last opened; apart from the site, so that seeing it changes nothing in it."""

    __tablename__ = "site_seen"

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    seen_at: Mapped[dt.datetime | None]


class DirectoryEdition(Model):
    """The one row whose random label triggers change with every write to the tables of `directory.memory.KEPT`."""

    __tablename__ = "directory_edition"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition: Mapped[str] = mapped_column(String(36))


class DirectoryVersion(Model):
    """The directory of one organisation, or of the installation (None), as it was before a file was loaded."""

    __tablename__ = "directory_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    at: Mapped[dt.datetime]
    account_id: Mapped[int | None]
    """Who loaded the file that came after; None on the command line."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """The file, deflated (zlib)."""
