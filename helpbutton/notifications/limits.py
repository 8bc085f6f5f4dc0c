"""Which messages to a sender wait for a human: quarantine, foreign numbers, how many a number or a page gets a day."""

from functools import partial

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock, daily_counts, settings
from helpbutton.cases.models import Case
from helpbutton.db import after_commit
from helpbutton.directory.models import Site
from helpbutton.notifications.opt_out import is_opted_out
from helpbutton.vault import sealing

QUARANTINED, FOREIGN_NUMBER = "quarantined", "foreign_number"
NUMBER_LIMIT, SITE_BUDGET = "number_limit", "site_budget"
LIMITS = (QUARANTINED, FOREIGN_NUMBER, NUMBER_LIMIT, SITE_BUDGET)
OPTED_OUT = "opted_out"
PER_NUMBER = 3

log = structlog.get_logger()


def reason_not_to_send(session: Session, *, case: Case, channel: str, to: str) -> str | None:
    """Why a message to the sender's number (E.164) or address waits for a human, one of `LIMITS`, or is not wanted
    (`OPTED_OUT`); None when it may go, and an SMS is counted.

    Counting happens in the caller's transaction, so what is planned once is counted once.
    """
    if channel == "sms" and is_opted_out(session, to):
        return OPTED_OUT
    if case.quarantined:
        return QUARANTINED
    if channel != "sms":
        return None
    if not is_of_our_countries(to):
        return FOREIGN_NUMBER
    if daily_counts.add(session, _number_scope(to), at_most=PER_NUMBER) is None:
        return NUMBER_LIMIT
    return None if _within_budget(session, case.site_id) else SITE_BUDGET


def is_of_our_countries(number: str) -> bool:
    """Whether a number (E.164) may be texted without asking a human (setting `sms_countries`)."""
    return number.startswith(settings.current().sms_prefixes)


def code_within_budget(session: Session, *, case: Case) -> bool:
    """Count one more one-time code of the case's site today; False when the site has sent as many as it may.

    Codes have a budget of their own, as large as that of the other SMS: neither uses up the other's. They are the
    exception to a number's three a day, because a family that has had its SMS of the day must still get in; they keep
    their distance instead (`cases.lost_code.pause_after`).
    """
    return _within_budget(session, case.site_id, of="/codes")


def _within_budget(session: Session, site_id: int, *, of: str = "") -> bool:
    key, budget = session.execute(select(Site.key, Site.sms_per_day).where(Site.id == site_id)).one()
    scope = f"sms/site/{site_id}{of}"
    used = daily_counts.add(session, scope, at_most=budget)
    if used == budget:
        after_commit(session, partial(log.warning, "sms_budget_spent", site=key, scope=scope, limit=used))
    return used is not None


def _number_scope(number: str) -> str:
    """The same number has another digest tomorrow."""
    return f"sms/{sealing.digest('sms-number', clock.today().isoformat(), number).hex()}"
