"""The languages of an installation: which are offered on public pages, and which translations a person has checked.

Finnish, Swedish and English are written to publish, so they are always offered and never drafts (Language Act
423/2003: a bilingual authority serves in both without being asked). Easy Finnish begins as checked and offered.
The drafts begin unchecked, offered in demo mode only, until an administrator decides.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from sqlalchemy import select, true

from helpbutton import clock
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Installation, LanguageChoice
from helpbutton.directory.operations import record_everywhere
from helpbutton.directory.queries import SiteView, site
from helpbutton.errors import FieldError, Invalid, NotFound
from helpbutton.i18n import DRAFTS, LANGUAGES, WRITTEN

STATUSES = ("draft", "reviewed")
CHANGEABLE = tuple(language for language in LANGUAGES if language not in WRITTEN)
IN_ORDER = (*WRITTEN, *CHANGEABLE)
"""As pages list them."""


class Administrator(Protocol):
    """What is asked of the person who decides; `staff.actor.Actor` fits."""

    @property
    def pseudonym(self) -> str: ...

    @property
    def organisations(self) -> Mapping[int, str]: ...


@dataclass(frozen=True)
class LanguageStatus:
    """`reviewed`: a person has checked the translation. `on`: public pages offer the language."""

    reviewed: bool
    on: bool


def statuses() -> dict[str, LanguageStatus]:
    """Every language with its status here, in the order in which pages name them."""
    found = (
        reading()
        .execute(
            select(Installation.demo, LanguageChoice)
            .outerjoin(LanguageChoice, true())
            .where(Installation.id == 1)
        )
        .all()
    )
    demo = any(row.demo for row in found)
    chosen = {row[1].language: row[1] for row in found if row[1] is not None}
    return {
        language: LanguageStatus(row.reviewed, row.offered)
        if (row := chosen.get(language))
        else LanguageStatus(language not in DRAFTS, demo or language not in DRAFTS)
        for language in IN_ORDER
    }


def offered(among: Collection[str] = IN_ORDER) -> tuple[str, ...]:
    """Those of `among` that are on, in its order; Finnish alone when none is."""
    known = statuses()
    return tuple(language for language in among if language in known and known[language].on) or ("fi",)


def site_for_families(key: str) -> SiteView:
    """The site with those of its languages that the installation offers. Raises NotFound."""
    found = site(key)
    return replace(found, languages=offered(found.languages))


def is_reviewed(language: str) -> bool:
    """Whether a person has checked the words of this language here; without a query for those always written."""
    return language in WRITTEN or statuses()[language].reviewed


def set_language(*, actor: Administrator, language: str, status: str, on: bool) -> None:
    """Say whether a translation is "draft" or "reviewed" and whether public pages offer it.

    It concerns every organisation, so that it stands in the record of each.

    Raises NotFound unless the actor is an administrator; Invalid for a language whose status is fixed.
    """
    if "administrator" not in actor.organisations.values():
        raise NotFound("language")
    if language not in CHANGEABLE:
        raise Invalid(FieldError("language", "unknown_value"))
    if status not in STATUSES:
        raise Invalid(FieldError("status", "unknown_value"))
    with transaction() as session:
        row = session.get(LanguageChoice, language, populate_existing=True, with_for_update=True)
        if row is None:
            row = LanguageChoice(language=language)
            session.add(row)
        row.reviewed, row.offered, row.changed_at = status == "reviewed", on, clock.now()
        record_everywhere(
            session,
            actor=actor.pseudonym,
            action="set_language",
            subject=f"language:{language}",
            ground=f"{status}, {'on' if on else 'off'}",
        )
