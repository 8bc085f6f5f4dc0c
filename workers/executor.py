"""The one executor: claim a to-do, run its operation, settle it. Celery tasks, sweeper and tests all come here."""

import datetime as dt
import math

import structlog

from helpbutton import clock, outbox
from helpbutton.db import db
from workers.pipeline import PIPELINE, Step

log = structlog.get_logger()

STEPS: dict[str, Step] = {step.kind.name: step for step in PIPELINE}
KINDS = tuple(step.kind for step in PIPELINE)


def run_one(*, overdue_by: dt.timedelta = dt.timedelta(0)) -> bool:
    """Do the most urgent to-do that has been due for at least `overdue_by`; False when there is none.

    What the operation raises is logged by the name of its class, counted and retried later.
    """
    try:
        claimed = outbox.claim(KINDS, due_before=clock.now() - overdue_by)
        if claimed is None:
            return False
        step = STEPS[claimed.kind]
        if claimed.attempt > step.kind.tries:
            outbox.fail(claimed, error="LeaseExpired", tries=step.kind.tries)
            return True
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
            return True
        if run_again_at is None:
            outbox.finish(claimed)
        else:
            outbox.again(claimed, run_again_at)
        return True
    finally:
        db.session.remove()


def run_due(*, until: float = math.inf) -> int:
    """Run what is due until nothing is, or until this moment of the monotonic clock; returns how many ran."""
    count = 0
    while clock.monotonic() < until and run_one():
        count += 1
    return count
