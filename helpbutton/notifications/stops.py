"""A channel that takes nothing: everything waits, one message a minute tries, and an accepted one opens it again."""

import datetime as dt
from functools import partial

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.db import after_commit, transaction
from helpbutton.errors import NotFound
from helpbutton.notifications import lifecycle
from helpbutton.notifications.lifecycle import DUTY_ALERT
from helpbutton.notifications.models import ChannelStop
from helpbutton.once import add_once
from helpbutton.staff.actor import Actor

LESS_URGENT_LATER = dt.timedelta(seconds=20)
"""So much later the others look again: the first to try, and to leave, are the urgent ones."""

log = structlog.get_logger()


def wait_until(session: Session, channel: str, purpose: str) -> dt.datetime | None:
    """When to look again (aware) while the channel is stopped; None when this message may leave, or try."""
    now = clock.now()
    if session.scalar(select(ChannelStop.channel).where(ChannelStop.channel == channel)) is None:
        return None
    stop = session.scalar(
        select(ChannelStop)
        .where(ChannelStop.channel == channel)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if stop is None:
        return None
    if stop.probe_at <= now:
        stop.probe_at = now + lifecycle.PROBE_EVERY
        return None
    return stop.probe_at if purpose == DUTY_ALERT else stop.probe_at + LESS_URGENT_LATER


def close(session: Session, channel: str, error: str) -> dt.datetime:
    """Stop the channel, with an alarm the first time; returns when the next message tries it (aware)."""
    now = clock.now()
    values = {"channel": channel, "since": now, "error": error, "probe_at": now + lifecycle.PROBE_EVERY}
    if add_once(session, ChannelStop, **values):
        after_commit(session, partial(log.error, "channel_stopped", channel=channel, error=error))
    return session.scalars(select(ChannelStop.probe_at).where(ChannelStop.channel == channel)).one()


def open_again(session: Session, channel: str) -> bool:
    """Something was accepted: the channel works. False when it was not stopped."""
    with session.no_autoflush:
        opened = session.scalar(
            delete(ChannelStop).where(ChannelStop.channel == channel).returning(ChannelStop.channel)
        )
    if opened:
        after_commit(session, partial(log.warning, "channel_open_again", channel=channel))
    return opened is not None


def try_now(*, actor: Actor, channel: str) -> None:
    """An administrator has put the channel in order: everything that waits may leave. Raises NotFound."""
    administered = sorted(actor.organisations_as("administrator"))
    if not administered:
        raise NotFound("channel")
    with transaction() as session:
        if not open_again(session, channel):
            return
        for organisation_id in administered:
            audit.record(
                session,
                organisation_id=organisation_id,
                actor=actor.pseudonym,
                action="open_channel",
                subject=f"channel/{channel}",
                ground="administrator",
            )
