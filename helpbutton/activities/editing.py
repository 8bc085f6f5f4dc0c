"""Open help as its keepers write it: listed, added, changed, confirmed and ended, each on the audit record."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.activities.draft import Draft, draft_of, row_of
from helpbutton.activities.models import Activity
from helpbutton.activities.queries import CONFIRMED_WITHIN
from helpbutton.activities.rows import ActivityRow
from helpbutton.audit import operations as audit
from helpbutton.db import reading, transaction
from helpbutton.directory import queries as directory
from helpbutton.directory.queries import Names
from helpbutton.directory.sites import Editor, edited_organisations
from helpbutton.errors import Conflict, FieldError, Invalid, NotFound
from helpbutton.once import add_once
from helpbutton.vault import sealing


@dataclass(frozen=True)
class Kept:
    """An activity in its keeper's list; `shown` says whether families see it today."""

    key: str
    names: Names
    owner_names: Names
    kind: str
    municipality: str | None
    last_confirmed: dt.date
    valid_to: dt.date | None
    ended: bool
    shown: bool
    ours: bool
    """Kept by an organisation here; else it came from a file."""


def may_keep(actor: Editor) -> bool:
    """Whether this person keeps any organisation's open help."""
    return bool(edited_organisations(actor))


def kept(actor: Editor, *, municipality: str = "") -> list[Kept]:
    """What this person may change: what waits for its confirmation first, what has ended last."""
    today = clock.today()
    chosen = select(Activity).where(_within(actor)).order_by(Activity.last_confirmed, Activity.key)
    if municipality:
        chosen = chosen.where(Activity.municipality_code == municipality)
    rows = reading().scalars(chosen)
    return sorted((_kept(row, today) for row in rows), key=lambda it: (it.ended, it.shown))


def keeps_in(actor: Editor) -> list[str]:
    """Codes of the municipalities in which this person keeps something."""
    codes = reading().scalars(select(Activity.municipality_code).where(_within(actor)).distinct())
    return sorted(code for code in codes if code)


def draft_to_change(actor: Editor, key: str) -> tuple[Draft, int]:
    """One of them as a form shows it, and its version. Raises NotFound."""
    row = reading().scalar(select(Activity).where(Activity.key == key, _within(actor)))
    if row is None:
        raise NotFound("activity")
    return draft_of(_row(row)), row.version


def add(*, actor: Editor, organisation_id: int, draft: Draft, token: str) -> str:
    """New open help of an organisation; returns its key. The same `token` (a UUID, made with the form) adds one.

    Raises Invalid with every wrong field.
    """
    key = f"own-{token}"
    row = _checked(draft, key)
    if organisation_id not in edited_organisations(actor):
        raise Invalid(FieldError("organisation", "unknown_value"))
    with transaction() as session:
        values = {**_columns(row), "organisation_id": organisation_id, "changed_at": clock.now()}
        if add_once(session, Activity, **values):
            activity = session.scalars(select(Activity).where(Activity.key == key)).one()
            _record(session, actor, activity, "create_activity")
    return key


def change(*, actor: Editor, key: str, version: int, draft: Draft) -> None:
    """Store what its keeper changed; that also confirms it. Raises NotFound, Invalid, or Conflict (changed since)."""
    row = _checked(draft, key)
    with transaction() as session:
        activity = _locked(session, actor, key)
        if activity.version != version:
            raise Conflict("the activity has changed since this page was opened")
        for name, value in _columns(row).items():
            setattr(activity, name, value)
        mark_changed(activity)
        _record(session, actor, activity, "change_activity")


def confirm_today(*, actor: Editor, key: str) -> None:
    """Its keeper says that it is as written. Raises NotFound."""
    with transaction() as session:
        activity = _locked(session, actor, key)
        activity.last_confirmed = max(activity.last_confirmed, clock.today())
        _record(session, actor, activity, "confirm_activity")


def end(*, actor: Editor, key: str) -> None:
    """It takes place no more: families see it no longer from now on. Doing it twice is harmless. Raises NotFound."""
    with transaction() as session:
        activity = _locked(session, actor, key)
        if activity.valid_to is not None and activity.valid_to < clock.today():
            return
        put_end(activity)
        _record(session, actor, activity, "end_activity")


def put_end(activity: Activity) -> None:
    """Inside a transaction: its last day was yesterday."""
    yesterday = clock.today() - dt.timedelta(days=1)
    activity.valid_to, activity.valid_from = yesterday, min(activity.valid_from, yesterday)
    mark_changed(activity)


def mark_changed(activity: Activity) -> None:
    """Inside a transaction: somebody here has changed it, so that pages opened before are out of date."""
    activity.version = (activity.version or 0) + 1
    activity.changed_at = clock.now()


def _within(actor: Editor) -> ColumnElement[bool]:
    """Of the organisations that the actor keeps; what came from a file is any administrator's."""
    own = Activity.organisation_id.in_(edited_organisations(actor))
    return own | Activity.organisation_id.is_(None) if _administers(actor) else own


def _administers(actor: Editor) -> bool:
    return "administrator" in actor.organisations.values()


def _locked(session: Session, actor: Editor, key: str) -> Activity:
    found = session.scalar(select(Activity).where(Activity.key == key, _within(actor)).with_for_update())
    if found is None:
        raise NotFound("activity")
    return found


def _record(session: Session, actor: Editor, activity: Activity, action: str) -> None:
    """In the organisation's own record; of what came from a file in that of the administrator who did it."""
    of = activity.organisation_id or min(
        key for key, role in actor.organisations.items() if role == "administrator"
    )
    audit.record(
        session,
        organisation_id=of,
        actor=actor.pseudonym,
        action=action,
        subject=sealing.pseudonym("activity", activity.id),
        ground=actor.organisations[of],
    )


def _checked(draft: Draft, key: str) -> ActivityRow:
    codes = {place.code for place in directory.municipalities()}
    return row_of(draft, key=key, today=clock.today(), municipalities=codes)


def _columns(row: ActivityRow) -> Mapping[str, object]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(row).items()}


def _row(activity: Activity) -> ActivityRow:
    return ActivityRow(**{field.name: getattr(activity, field.name) for field in fields(ActivityRow)})


def _kept(row: Activity, today: dt.date) -> Kept:
    ended = row.valid_to is not None and row.valid_to < today
    return Kept(
        key=row.key,
        names=row.names,
        owner_names=row.owner_names,
        kind=row.kind,
        municipality=row.municipality_code,
        last_confirmed=row.last_confirmed,
        valid_to=row.valid_to,
        ended=ended,
        shown=not ended and row.last_confirmed >= today - CONFIRMED_WITHIN,
        ours=row.organisation_id is not None,
    )
