"""Storing the parts of a file besides the directory: only what the plan names, inside the loader's transaction."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.activities.editing import mark_changed, put_end
from helpbutton.activities.models import Activity
from helpbutton.conversation.models import SavedReply
from helpbutton.db import Model
from helpbutton.directory.files import Plan, columns_of
from helpbutton.directory.models import HelpLineCheck, Installation, LanguageChoice, Organisation, Service
from helpbutton.escalation.models import OwnLadder
from helpbutton.exchange.rows import LadderRow, SavedReplyRow, SmsTextRow, Whole
from helpbutton.notifications.models import OwnText


@dataclass(frozen=True)
class Loading:
    """One file that is being stored; `account_id` is None on the command line."""

    session: Session
    now: Whole
    wanted: Whole
    plan: Plan
    account_id: int | None
    organisations: dict[str, int]
    desks: dict[str, tuple[int, int]]
    """By key: the id of the desk and that of its organisation."""

    def rows(self, part: str) -> Iterator[Any]:
        """Those of the file that are new or change."""
        keys = {*self.plan.added[part], *self.plan.changed[part]}
        return (row for row in getattr(self.wanted, part) if row.key in keys)

    def gone(self, part: str) -> Iterator[Any]:
        """Those that stand and go."""
        keys = set(self.plan.removed.get(part, ()))
        return (row for row in getattr(self.now, part) if row.key in keys)

    def marks(self) -> dict[str, object]:
        return {"changed_at": clock.now(), "changed_by": self.account_id}


def store(session: Session, *, now: Whole, wanted: Whole, plan: Plan, account_id: int | None) -> set[int]:
    """Write what the plan names, after the directory; returns the ids of the organisations that it touches."""
    organisations = {key: id for id, key in session.execute(select(Organisation.id, Organisation.key))}
    desks = {
        key: (id, owner)
        for id, key, owner in session.execute(select(Service.id, Service.key, Service.organisation_id))
    }
    loading = Loading(session, now, wanted, plan, account_id, organisations, desks)
    touched = {
        *_saved_replies(loading),
        *_sms_texts(loading),
        *_ladders(loading),
        *_activities(loading),
    }
    _shared(loading)
    session.flush()
    return touched


def _saved_replies(loading: Loading) -> Iterator[int]:
    """New ones first: none gets the id of one that goes, which a page may still show."""

    def where(row: SavedReplyRow) -> tuple[ColumnElement[bool], ...]:
        desk, _ = loading.desks[row.service]
        title = (SavedReply.language == row.language, SavedReply.title == row.title)
        return SavedReply.service_id == desk, *title

    for row in loading.rows("saved_replies"):
        desk, owner = loading.desks[row.service]
        values = columns_of(row, without=["service"]) | {"service_id": desk} | loading.marks()
        _put(loading.session, SavedReply, *where(row), values=values)
        yield owner
    loading.session.flush()
    for row in loading.gone("saved_replies"):
        _drop(loading.session, SavedReply, *where(row))
        yield loading.desks[row.service][1]


def _sms_texts(loading: Loading) -> Iterator[int]:
    def where(row: SmsTextRow) -> tuple[ColumnElement[bool], ...]:
        of = OwnText.organisation_id == loading.organisations[row.organisation]
        kind = (OwnText.purpose == row.purpose, OwnText.wording == row.wording)
        return of, *kind, OwnText.language == row.language

    for row in loading.gone("sms_texts"):
        _drop(loading.session, OwnText, *where(row))
        yield loading.organisations[row.organisation]
    for row in loading.rows("sms_texts"):
        owner = loading.organisations[row.organisation]
        values = columns_of(row, without=["organisation"]) | {"organisation_id": owner} | loading.marks()
        _put(loading.session, OwnText, *where(row), values=values)
        yield owner


def _ladders(loading: Loading) -> Iterator[int]:
    def place(row: LadderRow) -> dict[str, int]:
        if row.service is not None:
            return {"service_id": loading.desks[row.service][0]}
        return {"organisation_id": loading.organisations[row.organisation]}

    def where(row: LadderRow) -> tuple[ColumnElement[bool], ...]:
        scope = (getattr(OwnLadder, name) == id for name, id in place(row).items())
        return OwnLadder.subject == row.subject, *scope

    for row in loading.gone("ladders"):
        _drop(loading.session, OwnLadder, *where(row))
        yield loading.organisations[row.organisation]
    for row in loading.rows("ladders"):
        values = {"subject": row.subject, "steps": dict(row.ladder)} | place(row) | loading.marks()
        _put(loading.session, OwnLadder, *where(row), values=values)
        yield loading.organisations[row.organisation]


def _activities(loading: Loading) -> Iterator[int]:
    """What the file leaves out has ended; nothing is deleted."""
    for row in loading.gone("activities"):
        put_end(loading.session.scalars(select(Activity).where(Activity.key == row.key)).one())
        yield loading.organisations[row.organisation]
    for row in loading.rows("activities"):
        owner = loading.organisations[row.organisation] if row.organisation else None
        values = columns_of(row, without=["organisation"]) | {"organisation_id": owner}
        found = loading.session.scalar(select(Activity).where(Activity.key == row.key))
        activity = found or Activity()
        for name, value in values.items():
            setattr(activity, name, value)
        mark_changed(activity)
        loading.session.add(activity)
        if owner is not None:
            yield owner


def _shared(loading: Loading) -> None:
    session = loading.session
    for row in loading.rows("help_line_checks"):
        check = HelpLineCheck(
            help_line_id=row.help_line,
            number=row.number,
            checked_on=row.checked_on,
            is_right=row.right,
            account_id=loading.account_id,
        )
        session.merge(check)
    for row in loading.rows("languages"):
        session.merge(LanguageChoice(**columns_of(row), changed_at=clock.now()))
    if any(loading.rows("served_counties")) or any(loading.gone("served_counties")):
        installation = session.get_one(Installation, 1)
        installation.counties = sorted(row.code for row in loading.wanted.served_counties)


def _put(session: Session, table: type[Model], *where: ColumnElement[bool], values: dict[str, Any]) -> None:
    """Insert or change one row; a `version` that pages look at goes up."""
    found: Any = session.scalar(select(table).where(*where))
    row = table() if found is None else found
    if "version" in table.__table__.columns:
        values = values | {"version": (found.version if found is not None else 0) + 1}
    for name, value in values.items():
        setattr(row, name, value)
    session.add(row)


def _drop(session: Session, table: type[Model], *where: ColumnElement[bool]) -> None:
    session.delete(session.scalars(select(table).where(*where)).one())
