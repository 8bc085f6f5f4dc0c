"""The one executor: claim a to-do, run its operation, settle it. Celery tasks, sweeper and tests all come here."""

import datetime as dt
import math
from collections.abc import Mapping
from typing import TypeAlias

import structlog

from helpbutton import clock, outbox
from helpbutton.db import db
from helpbutton.outbox import NORMAL, SOON, URGENT, Claim
from workers.pipeline import PIPELINE, Step

log = structlog.get_logger()

STEPS: dict[str, Step] = {step.kind.name: step for step in PIPELINE}
KINDS = tuple(step.kind for step in PIPELINE)


Share: TypeAlias = Mapping[int, dt.timedelta]
"""Which priorities somebody works on, most urgent first, and how long they leave a due to-do of each to others."""

AT_ONCE, LEFT_FOR = dt.timedelta(0), dt.timedelta(seconds=1)
EVERYTHING: Share = {URGENT: AT_ONCE, SOON: AT_ONCE, NORMAL: AT_ONCE}
ONLY_URGENT: Share = {URGENT: AT_ONCE}
NOT_URGENT: Share = {URGENT: LEFT_FOR, SOON: AT_ONCE, NORMAL: AT_ONCE}
WHAT_WAS_LEFT: Share = {URGENT: LEFT_FOR, SOON: LEFT_FOR, NORMAL: LEFT_FOR}


def run_one(share: Share = EVERYTHING) -> bool:
    """Do the most urgent due to-do of this share; False when there is none."""
    try:
        claimed = take(share)
        if claimed is not None:
            do(claimed)
        return claimed is not None
    finally:
        db.session.remove()


def take(share: Share) -> Claim | None:
    """Claim the most urgent due to-do of this share, or None."""
    now = clock.now()
    claimed = outbox.claim(KINDS, due_before={priority: now - left for priority, left in share.items()})
    if claimed is None:
        db.session.remove()
    return claimed


def do(claimed: Claim) -> None:
    """Run a claimed to-do and settle it; what it raises is logged by the name of its class, counted, retried later."""
    step = STEPS[claimed.kind]
    if claimed.attempt > step.kind.tries:
        outbox.fail(claimed, error="LeaseExpired", tries=step.kind.tries)
        return
    try:
        run_again_at = step.run(claimed.ref)
    except Exception as error:
        log.error(
            "todo_failed",
            kind=claimed.kind,
            todo=claimed.id,
            attempt=claimed.attempt,
            error=type(error).__name__,
        )
        outbox.fail(claimed, error=type(error).__name__, tries=step.kind.tries)
        return
    if run_again_at is None:
        outbox.finish(claimed)
    else:
        outbox.again(claimed, run_again_at)


def run_due(share: Share = EVERYTHING, *, until: float = math.inf) -> int:
    """Run what is due until nothing is, or until this moment of the monotonic clock; returns how many ran."""
    count = 0
    while clock.monotonic() < until and run_one(share):
        count += 1
    return count
