"""What stands in a file besides the directory, as plain frozen rows, each with a key that holds everywhere."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpbutton.activities.rows import ActivityRow
from helpbutton.directory.rows import (
    AreaRow,
    Directory,
    OrganisationRow,
    RouteRow,
    ServiceRow,
    SiteRow,
)

Holder = tuple[str, str]
"""The part of a file and the key there of whom a row belongs to."""


@dataclass(frozen=True)
class SavedReplyRow:
    """Words that a desk uses again; without a topic for every one. Kept as the page for them keeps them."""

    service: str
    language: str
    title: str
    body: str
    topic: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", " ".join(self.title.split()))
        object.__setattr__(self, "body", self.body.replace("\r\n", "\n").strip())

    @property
    def key(self) -> str:
        return f"{self.service}/{self.language}/{self.title}"

    @property
    def holder(self) -> Holder:
        return "services", self.service


@dataclass(frozen=True)
class SmsTextRow:
    """An organisation's own words for one message to families, by `purpose` and `wording` (`notifications.wording`)."""

    organisation: str
    purpose: str
    wording: str
    language: str
    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", " ".join(self.text.split()))

    @property
    def key(self) -> str:
        return f"{self.organisation}/{self.purpose}/{self.wording}/{self.language}"

    @property
    def holder(self) -> Holder:
        return "organisations", self.organisation


@dataclass(frozen=True)
class LadderRow:
    """The ladder of an organisation, or of one of its desks; `ladder` as in config/escalation.json."""

    organisation: str
    subject: str
    ladder: Mapping[str, Any]
    service: str | None = None

    @property
    def key(self) -> str:
        return "/".join(filter(None, (self.organisation, self.service, self.subject)))

    @property
    def holder(self) -> Holder:
        return ("services", self.service) if self.service else ("organisations", self.organisation)


@dataclass(frozen=True)
class KeptActivityRow(ActivityRow):
    """Open help with the organisation that keeps it; without one any administrator does."""

    organisation: str | None = None

    @property
    def holder(self) -> Holder | None:
        return ("organisations", self.organisation) if self.organisation else None


@dataclass(frozen=True)
class HelpLineCheckRow:
    """Somebody called this number of a help line on that day, and it was right or not."""

    help_line: str
    number: str
    checked_on: dt.date
    right: bool = True
    holder = None

    @property
    def key(self) -> str:
        return self.help_line


@dataclass(frozen=True)
class LanguageRow:
    """What was decided about a language: whether its translation is checked, and whether public pages offer it."""

    language: str
    reviewed: bool
    offered: bool
    holder = None

    @property
    def key(self) -> str:
        return self.language


@dataclass(frozen=True)
class ServedCountyRow:
    """A county, by its code, that the installation serves; a file that names any names all of them."""

    code: str

    @property
    def key(self) -> str:
        return self.code

    @property
    def holder(self) -> Holder:
        return "served_counties", self.code


@dataclass(frozen=True)
class Whole(Directory):
    """Everything that administrators keep, but for people and what concerns them."""

    saved_replies: tuple[SavedReplyRow, ...] = ()
    sms_texts: tuple[SmsTextRow, ...] = ()
    ladders: tuple[LadderRow, ...] = ()
    activities: tuple[KeptActivityRow, ...] = ()
    help_line_checks: tuple[HelpLineCheckRow, ...] = ()
    languages: tuple[LanguageRow, ...] = ()
    served_counties: tuple[ServedCountyRow, ...] = ()


DIRECTORY: Mapping[str, type[Any]] = {
    "organisations": OrganisationRow,
    "services": ServiceRow,
    "areas": AreaRow,
    "routes": RouteRow,
    "sites": SiteRow,
}
FURTHER: Mapping[str, type[Any]] = {
    "saved_replies": SavedReplyRow,
    "sms_texts": SmsTextRow,
    "ladders": LadderRow,
    "activities": KeptActivityRow,
    "help_line_checks": HelpLineCheckRow,
    "languages": LanguageRow,
    "served_counties": ServedCountyRow,
}
SHARED = ("areas", "help_line_checks", "languages", "served_counties")
"""Parts that no organisation keeps alone: they stand in the file of a whole installation only."""
PARTS: Mapping[str, type[Any]] = {**DIRECTORY, **FURTHER}
