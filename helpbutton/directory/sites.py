"""Sites as their editors keep them: who may, creating and changing, and when a button was last seen."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Protocol

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.db import db, reading, transaction
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Organisation, Site, SiteSeen
from helpbutton.directory.queries import Names, SiteView
from helpbutton.directory.site_rules import Choices, Draft, checked, key_errors
from helpbutton.errors import Conflict, FieldError, Invalid, NotFound
from helpbutton.vault import sealing

EDITING_ROLES = frozenset({"administrator", "site_editor"})
SEEN_EVERY = dt.timedelta(hours=1)

_noted: dict[tuple[str, int], dt.datetime] = {}


class Editor(Protocol):
    """Whoever acts: an id of an organisation to the role there, and a name for the audit log."""

    @property
    def organisations(self) -> Mapping[int, str]: ...

    @property
    def pseudonym(self) -> str: ...


def edited_organisations(actor: Editor) -> frozenset[int]:
    """Ids of the organisations whose sites this person may create and change."""
    return frozenset(id for id, role in actor.organisations.items() if role in EDITING_ROLES)


def owners(actor: Editor) -> dict[int, Names]:
    """The same with the organisations' names."""
    rows = reading().execute(
        select(Organisation.id, Organisation.names)
        .where(Organisation.id.in_(edited_organisations(actor)))
        .order_by(Organisation.key)
    )
    return {row[0]: row[1] for row in rows}


def owners_of_sites() -> list[Names]:
    """Names of the organisations that own a site in use."""
    rows = reading().scalars(
        select(Organisation)
        .where(Organisation.id.in_(select(Site.organisation_id).where(Site.active)))
        .order_by(Organisation.key)
    )
    return [row.names for row in rows]


def edited_sites(actor: Editor) -> list[SiteView]:
    """Every site that this person may change, by key."""
    rows = reading().scalars(
        select(Site).where(Site.organisation_id.in_(edited_organisations(actor))).order_by(Site.key)
    )
    return [directory.site_of(row) for row in rows]


def edited_site(actor: Editor, key: str) -> SiteView:
    """One of them. Raises NotFound, the same for an unknown site and one of somebody else's."""
    found = directory.site(key)
    if found.organisation_id not in edited_organisations(actor):
        raise NotFound("site")
    return found


def create_site(*, actor: Editor, key: str, organisation_id: int, draft: Draft) -> None:
    """Register a page with a button. Raises Invalid with every wrong field."""
    errors = list(key_errors(key))
    if organisation_id not in edited_organisations(actor):
        errors.append(FieldError("organisation", "unknown_value"))
    wanted = checked(draft, choices(), *errors)
    try:
        with transaction() as session:
            if session.scalar(select(Site.id).where(Site.key == key)) is not None:
                raise Invalid(FieldError("key", "in_use"))
            site = Site(key=key, organisation_id=organisation_id, **_columns(wanted))
            session.add(site)
            session.flush()
            session.add(SiteSeen(site_id=site.id))
            _record(session, actor, site, "create_site")
    except IntegrityError:
        raise Invalid(FieldError("key", "in_use")) from None


def change_site(*, actor: Editor, key: str, version: int, draft: Draft) -> None:
    """Store what an editor changed. Raises NotFound, Invalid, or Conflict when it changed since that `version`."""
    wanted = checked(draft, choices())
    with transaction() as session:
        site = session.scalar(
            select(Site)
            .where(Site.key == key, Site.organisation_id.in_(edited_organisations(actor)))
            .with_for_update(of=Site)
        )
        if site is None:
            raise NotFound("site")
        if site.version != version:
            raise Conflict("the site has changed since this page was opened")
        columns = _columns(wanted)
        changed = {name for name, value in columns.items() if getattr(site, name) != value}
        if not changed:
            return
        for name in changed:
            setattr(site, name, columns[name])
        ended = "active" in changed and not wanted.active
        _record(session, actor, site, "close_site" if ended else "change_site")


def draft_of(site: SiteView) -> Draft:
    """The site as its editor sees it."""
    return Draft(
        names=site.names,
        municipality=site.municipality,
        languages=site.languages,
        origins=site.origins,
        topics=site.topics,
        colour=site.colour or "",
        position=site.position,
        phone=site.phone or "",
        promise_texts=site.promise_texts,
        active=site.active,
    )


def choices() -> Choices:
    """What this installation offers to choose from."""
    return Choices(tuple(topic.id for topic in directory.topics()), _exists, _serves)


def mark_seen(*, site_id: int) -> None:
    """Remember that the button of this site was opened; writes at most once an hour."""
    now, noted = clock.now(), (str(db.engine.url), site_id)
    if noted in _noted and now - _noted[noted] < SEEN_EVERY:
        return
    with transaction() as session:
        session.execute(
            update(SiteSeen)
            .where(
                SiteSeen.site_id == site_id,
                or_(SiteSeen.seen_at.is_(None), SiteSeen.seen_at <= now - SEEN_EVERY),
            )
            .values(seen_at=now)
        )
    _noted[noted] = now


def last_seen(site_ids: Collection[int]) -> dict[int, dt.datetime]:
    """When the button of each site was last opened, to the hour; a site that never was is missing."""
    rows = reading().execute(
        select(SiteSeen.site_id, SiteSeen.seen_at).where(
            SiteSeen.site_id.in_(site_ids), SiteSeen.seen_at.is_not(None)
        )
    )
    return {site_id: seen_at for site_id, seen_at in rows if seen_at is not None}


def _columns(draft: Draft) -> dict[str, object]:
    return {
        "names": dict(draft.names),
        "municipality_code": draft.municipality,
        "origins": list(draft.origins),
        "languages": list(draft.languages),
        "topics": list(draft.topics),
        "colour": draft.colour or None,
        "position": draft.position,
        "phone": draft.phone or None,
        "promise_texts": dict(draft.promise_texts),
        "active": draft.active,
    }


def _record(session: Session, actor: Editor, site: Site, action: str) -> None:
    audit.record(
        session,
        organisation_id=site.organisation_id,
        actor=actor.pseudonym,
        action=action,
        subject=sealing.pseudonym("site", site.id),
        ground=actor.organisations[site.organisation_id],
    )


def _exists(municipality: str) -> bool:
    try:
        return directory.municipality(municipality).code == municipality
    except NotFound:
        return False


def _serves(municipality: str) -> bool:
    return directory.municipality(municipality).county in directory.installation().counties
