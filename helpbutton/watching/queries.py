"""The state of the installation, read from the database at the moment somebody asks; no process keeps any of it."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from helpbutton import clock, heartbeat, outbox, settings
from helpbutton.cases.models import Clock
from helpbutton.db import reading
from helpbutton.directory.models import Site
from helpbutton.escalation.models import Climb
from helpbutton.escalation.queries import count_nobody_accepted
from helpbutton.notifications.kinds import DELIVER, SECOND_CHANNEL, START_CLIMB
from helpbutton.notifications.lifecycle import DUTY_ALERT
from helpbutton.notifications.models import Attempt, ChannelStop, Notification
from helpbutton.routing.queries import last_proof
from helpbutton.watching.checks import CanaryFact, Facts, ProofFact
from helpbutton.watching.models import Canary, DeadMan

SWEEPER = "sweeper"
STEPS_OF_AN_ALERT = (DELIVER.name, SECOND_CHANNEL.name, START_CLIMB.name)
OUTCOMES_OF = dt.timedelta(minutes=15)
SETTLED = ("sent", "delivered", "dropped")
SETTLED_OF = dt.timedelta(hours=24)
CENTS_IN_A_EURO = 100


def facts() -> Facts:
    """Everything that is watched, in a dozen queries over what is open or recent."""
    session, now, active = reading(), clock.now(), settings.current()
    segments = _segments_since(session, _midnight(now))
    price = active.sms_segment_price
    deadman = session.get(DeadMan, 1)
    return Facts(
        at=now,
        todo_age=outbox.oldest_due(),
        resting=outbox.resting_count(),
        resting_alerts=_resting_alerts(session),
        notifications=_notifications(session, now),
        notification_age=_oldest_due(session, now),
        sweeper_age=heartbeat.age(SWEEPER),
        sweeper_alive=heartbeat.alive(SWEEPER),
        outcomes=_outcomes(session, now - OUTCOMES_OF),
        stopped={
            row.channel: now - row.since
            for row in session.execute(select(ChannelStop.channel, ChannelStop.since))
        },
        segments_today=segments,
        spent_today=None if price is None else segments * price / CENTS_IN_A_EURO,
        overdue_clocks=_overdue_clocks(session, now),
        nobody_accepted=count_nobody_accepted(),
        climbing=session.scalar(select(func.count(Climb.id)).where(Climb.ended.is_(None))) or 0,
        canaries=_canaries(session),
        canary_on=bool(active.canary_to),
        deadman_on=bool(active.deadman_url),
        deadman_heard_at=deadman.heard_at if deadman else None,
        deadman_failures=deadman.failures if deadman else 0,
        proof=_proof(),
    )


def _proof() -> ProofFact | None:
    last = last_proof()
    if last is None:
        return None
    first = tuple((gap["municipality"] or "", gap["topic"], gap["why"] or "") for gap in last.first_gaps)
    return ProofFact(last.at, last.gaps, last.ties, last.without_desk, first)


def _resting_alerts(session: Session) -> int:
    todo = outbox.ToDo
    resting = (todo.state == "resting", todo.kind.in_(STEPS_OF_AN_ALERT))
    alerts = select(func.count(todo.id)).join(Notification, Notification.id == todo.ref)
    return session.scalar(alerts.where(*resting, Notification.purpose == DUTY_ALERT)) or 0


def _midnight(now: dt.datetime) -> dt.datetime:
    """When today began in Helsinki."""
    return clock.local(now).replace(hour=0, minute=0, second=0, microsecond=0)


def _notifications(session: Session, now: dt.datetime) -> Mapping[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    unsettled = Notification.status.not_in(SETTLED)
    recent = Notification.status.in_(SETTLED) & (Notification.created_at > now - SETTLED_OF)
    for scope in (unsettled, recent):
        rows = session.execute(
            select(Notification.channel, Notification.status, func.count())
            .where(scope)
            .group_by(Notification.channel, Notification.status)
        )
        found |= {(channel, status): count for channel, status, count in rows}
    return found


def _oldest_due(session: Session, now: dt.datetime) -> dt.timedelta:
    """How long the oldest notification that may leave has been waiting to."""
    due = session.scalar(
        select(func.min(Notification.not_before)).where(
            Notification.status.not_in(SETTLED), Notification.status == "planned"
        )
    )
    return max(now - due, dt.timedelta(0)) if due else dt.timedelta(0)


def _outcomes(session: Session, since: dt.datetime) -> Mapping[tuple[str, str], int]:
    rows = session.execute(
        select(Notification.channel, Attempt.outcome, func.count())
        .join(Notification, Notification.id == Attempt.notification_id)
        .where(Attempt.started_at > since, Attempt.outcome.is_not(None))
        .group_by(Notification.channel, Attempt.outcome)
    )
    return {(channel, str(outcome)): count for channel, outcome, count in rows}


def _segments_since(session: Session, moment: dt.datetime) -> int:
    """What the provider has taken, or may have taken, counted as it charges."""
    charged = select(func.sum(Notification.segments)).join(
        Attempt, Attempt.notification_id == Notification.id
    )
    told = or_(Attempt.provider_id.is_not(None), Attempt.outcome == "unknown")
    taken = charged.where(Attempt.started_at >= moment, Notification.channel == "sms", told)
    return int(session.scalar(taken) or 0)


def _overdue_clocks(session: Session, now: dt.datetime) -> int:
    overdue = (Clock.stopped_at.is_(None), Clock.paused_at.is_(None), Clock.due_at < now)
    return session.scalar(select(func.count(Clock.id)).where(*overdue)) or 0


def _canaries(session: Session) -> tuple[CanaryFact, ...]:
    """Those of the sites in use."""
    rows = session.execute(
        select(Canary, Site.key, Site.names)
        .join(Site, Site.id == Canary.site_id)
        .where(Site.active)
        .order_by(Site.key)
    )
    return tuple(
        CanaryFact(key, names, row.next_at, row.sent_at, row.out_at, row.took_s, row.lost_at, row.stuck)
        for row, key, names in rows
    )
