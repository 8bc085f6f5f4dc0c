"""What administrators keep as it stands, as plain rows: of the whole installation, or of one organisation."""

from collections.abc import Iterable
from dataclasses import fields
from operator import attrgetter
from typing import TypeVar

from sqlalchemy import Select, or_, select

from helpbutton import clock
from helpbutton.activities.models import Activity
from helpbutton.activities.rows import ActivityRow
from helpbutton.conversation.models import SavedReply
from helpbutton.db import reading
from helpbutton.directory import stored as directory
from helpbutton.directory.models import (
    HelpLine,
    HelpLineCheck,
    Installation,
    LanguageChoice,
    Organisation,
    Service,
)
from helpbutton.directory.queries import of_this_number
from helpbutton.escalation.ladder import SUBJECTS
from helpbutton.escalation.models import OwnLadder
from helpbutton.exchange.rows import (
    HelpLineCheckRow,
    KeptActivityRow,
    LadderRow,
    LanguageRow,
    SavedReplyRow,
    ServedCountyRow,
    SmsTextRow,
    Whole,
)
from helpbutton.notifications.models import OwnText

Owners = dict[int, str]
"""Organisations by id: their keys."""
Row = TypeVar("Row")


def stored(organisation_id: int | None = None) -> Whole:
    """What stands, in a fixed order; without what has ended, and for one organisation without what all share."""
    found, whole = directory.stored(organisation_id), organisation_id is None
    owners = {row.id: row.key for row in reading().scalars(_living(organisation_id))}
    return Whole(
        organisations=_by_key(found.organisations),
        services=_by_key(found.services),
        routes=found.routes,
        sites=_by_key(found.sites),
        areas=_by_key(found.areas),
        saved_replies=_saved_replies(owners),
        sms_texts=_sms_texts(owners),
        ladders=_ladders(owners),
        activities=_activities(owners, whole=whole),
        help_line_checks=_help_line_checks() if whole else (),
        languages=_languages() if whole else (),
        served_counties=_served_counties() if whole else (),
    )


def _by_key(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The same order on every database, whatever its collation."""
    return tuple(sorted(rows, key=attrgetter("key")))


def _living(organisation_id: int | None) -> Select[Organisation]:
    living = select(Organisation).where(Organisation.erased_at.is_(None))
    return living if organisation_id is None else living.where(Organisation.id == organisation_id)


def _saved_replies(owners: Owners) -> tuple[SavedReplyRow, ...]:
    rows = reading().execute(
        select(Service.key, SavedReply)
        .join(Service, Service.id == SavedReply.service_id)
        .where(Service.organisation_id.in_(owners))
    )
    found = (SavedReplyRow(desk, it.language, it.title, it.body, it.topic) for desk, it in rows)
    return tuple(sorted(found, key=lambda row: (row.service, row.language, row.title)))


def _sms_texts(owners: Owners) -> tuple[SmsTextRow, ...]:
    rows = reading().scalars(select(OwnText).where(OwnText.organisation_id.in_(owners)))
    found = (
        SmsTextRow(owners[row.organisation_id], row.purpose, row.wording, row.language, row.text)
        for row in rows
    )
    return _by_key(found)


def _ladders(owners: Owners) -> tuple[LadderRow, ...]:
    rows = reading().execute(
        select(OwnLadder, Service.key, Service.organisation_id)
        .outerjoin(Service, Service.id == OwnLadder.service_id)
        .where(or_(OwnLadder.organisation_id.in_(owners), Service.organisation_id.in_(owners)))
    )
    found = (
        LadderRow(owners[ladder.organisation_id or owner], ladder.subject, ladder.steps, desk)
        for ladder, desk, owner in rows
    )
    return tuple(
        sorted(found, key=lambda row: (row.organisation, row.service or "", SUBJECTS.index(row.subject)))
    )


def _activities(owners: Owners, *, whole: bool) -> tuple[KeptActivityRow, ...]:
    kept = Activity.organisation_id.in_(owners)
    lasting = or_(Activity.valid_to.is_(None), Activity.valid_to >= clock.today())
    rows = reading().scalars(
        select(Activity).where(lasting, or_(kept, Activity.organisation_id.is_(None)) if whole else kept)
    )
    return _by_key(_activity(row, owners) for row in rows)


def _activity(row: Activity, owners: Owners) -> KeptActivityRow:
    values = {field.name: getattr(row, field.name) for field in fields(ActivityRow)}
    lists = {name: tuple(values[name]) for name in ("age_groups", "roles", "languages")}
    owner = None if row.organisation_id is None else owners[row.organisation_id]
    return KeptActivityRow(**(values | lists), organisation=owner)


def _help_line_checks() -> tuple[HelpLineCheckRow, ...]:
    """Those of the numbers that stand."""
    rows = reading().scalars(select(HelpLineCheck).join(HelpLine, of_this_number()))
    return _by_key(
        HelpLineCheckRow(row.help_line_id, row.number, row.checked_on, row.is_right) for row in rows
    )


def _languages() -> tuple[LanguageRow, ...]:
    rows = reading().scalars(select(LanguageChoice))
    return _by_key(LanguageRow(row.language, row.reviewed, row.offered) for row in rows)


def _served_counties() -> tuple[ServedCountyRow, ...]:
    counties = reading().scalar(select(Installation.counties)) or []
    return tuple(ServedCountyRow(code) for code in sorted(counties))
