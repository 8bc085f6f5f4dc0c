"""The address at which calendars fetch the roster of a desk: whoever has it sees the times and names, nothing else."""

import datetime as dt
import secrets

from sqlalchemy import delete, select

from helpbutton import clock
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Service
from helpbutton.directory.queries import in_language
from helpbutton.errors import NotFound
from helpbutton.staff.actor import Actor
from helpbutton.staff.duty_calendar import Turn, written
from helpbutton.staff.duty_models import DutyFeed
from helpbutton.staff.roster import kept_desk, record, shift_rows
from helpbutton.vault import sealing

TOKEN_BYTES = 32
BACK, AHEAD = dt.timedelta(days=31), dt.timedelta(days=366)


def make_feed(*, actor: Actor, service_id: int) -> str:
    """A new address for a desk, whose secret part is returned this once; an earlier one ends. Raises NotFound."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction() as session:
        service = kept_desk(session, actor, service_id)
        session.execute(delete(DutyFeed).where(DutyFeed.service_id == service_id))
        session.add(
            DutyFeed(
                service_id=service_id,
                token_hash=sealing.hashed(token),
                created_at=clock.now(),
                created_by=actor.account_id,
            )
        )
        record(session, actor, service, "make_duty_feed")
    return token


def end_feed(*, actor: Actor, service_id: int) -> None:
    """The address works no more; twice is harmless. Raises NotFound."""
    with transaction() as session:
        service = kept_desk(session, actor, service_id)
        session.execute(delete(DutyFeed).where(DutyFeed.service_id == service_id))
        record(session, actor, service, "end_duty_feed")


def feed_since(service_id: int) -> dt.datetime | None:
    """Since when a desk has an address, or None."""
    return reading().scalar(select(DutyFeed.created_at).where(DutyFeed.service_id == service_id))


def calendar_of(token: str, language: str) -> bytes:
    """The roster behind an address, a month back and a year ahead, as iCalendar; shifts that need a substitute are left
    out. Raises NotFound."""
    service = reading().scalar(
        select(Service)
        .join(DutyFeed, DutyFeed.service_id == Service.id)
        .where(DutyFeed.token_hash == sealing.hashed(token))
    )
    if service is None:
        raise NotFound("feed")
    now = clock.now()
    turns = [
        Turn(row.id, row.name, row.starts_at, row.ends_at, now)
        for row in shift_rows(service.id, now - BACK, now + AHEAD)
        if not (row.gone or row.away)
    ]
    return written(turns, title=in_language(service.names, language))
