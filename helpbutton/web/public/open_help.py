"""Open help nearby, gathered in words for the pages that show it."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from flask import url_for

from helpbutton import clock
from helpbutton.activities.queries import OpenHelp, open_help
from helpbutton.cases.submission import Submission
from helpbutton.directory import queries as directory
from helpbutton.directory.queries import Place, SiteView
from helpbutton.i18n import reading_language
from helpbutton.web import open_help_words as words

FEW = 5
"""How many stand on the form, the summary and the receipt; the rest is on a page of its own."""


@dataclass(frozen=True)
class Entry:
    """One activity with everything about it in words."""

    item: OpenHelp
    kind: str
    next: str
    rhythm: str
    languages: str
    confirmed: str
    phone: str


@dataclass(frozen=True)
class Shown:
    """What a page shows for a municipality: its own entries, its neighbours' by municipality, lines for everybody.

    `more`: there are others, on the page at `address`. `text_language`: in which the entries' texts are written.
    """

    place: Place
    here: tuple[Entry, ...]
    nearby: tuple[tuple[Place, tuple[Entry, ...]], ...]
    everywhere: tuple[Entry, ...]
    more: bool
    address: str
    text_language: str


def for_sender(
    site: SiteView, submission: Submission, flags: Collection[str], *, language: str
) -> Shown | None:
    """What suits this sender; nothing beside words of danger, where only the help lines count."""
    if flags:
        return None
    return near(
        site,
        municipality=submission.municipality,
        language=language,
        role=submission.role,
        age_group=submission.child_age_group,
    )


def near(
    site: SiteView,
    *,
    municipality: str | None = None,
    language: str,
    role: str | None = None,
    age_group: str | None = None,
    few: bool = True,
) -> Shown:
    """Open help for somebody from this municipality (the site's own when missing). Raises NotFound."""
    place = directory.municipality(municipality or site.municipality)
    now = clock.now()
    found = open_help(place.code, language=language, role=role, age_group=age_group, at=now)
    chosen = found[:FEW] if few else found
    entries = [_entry(item, now, language) for item in chosen]
    around = {
        entry.item.municipality.code: entry.item.municipality
        for entry in entries
        if entry.item.municipality and entry.item.near == "nearby"
    }
    return Shown(
        place=place,
        here=tuple(entry for entry in entries if entry.item.near == "here"),
        nearby=tuple(
            (other, tuple(entry for entry in entries if entry.item.municipality == other))
            for other in around.values()
        ),
        everywhere=tuple(entry for entry in entries if entry.item.near == "everywhere"),
        more=len(found) > len(chosen),
        address=url_for("nearby.nearby", site=site.key, framed=False, municipality=place.code, lang=language),
        text_language=reading_language(language),
    )


def _entry(item: OpenHelp, now: dt.datetime, language: str) -> Entry:
    return Entry(
        item=item,
        kind=words.kind_words(item.kind, language),
        next=words.next_words(item.next, at=now, language=language),
        rhythm=words.rhythm_words(item, language),
        languages=words.language_words(item, language),
        confirmed=words.confirmed_words(item.last_confirmed, language),
        phone=words.phone_words(item.phone) if item.phone else "",
    )
