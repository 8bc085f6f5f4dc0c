"""How often somebody may guess: buckets in the database that leak, so that nobody is shut out for good.

Each attempt is charged before it is judged and a right one is given back, so a crash or fifty attempts at once win
nothing. Unknown addresses have buckets like known ones. A browser in which the person has signed in before has a
bucket of its own: a stranger's guesses do not keep the owner out.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.db import transaction
from helpbutton.errors import HelpButtonError
from helpbutton.once import add_once
from helpbutton.staff.models import Throttle
from helpbutton.vault import sealing

WAITED = dt.timedelta(minutes=1)
"""How much earlier than the last charge an attempt may have begun that then waited for its turn."""


class TooManyAttempts(HelpButtonError):
    """Refused unjudged; `again_at` (aware UTC) is when the next attempt is taken."""

    def __init__(self, again_at: dt.datetime) -> None:
        super().__init__("too many attempts")
        self.again_at = again_at


@dataclass(frozen=True)
class Bucket:
    """`burst` attempts at once, then one in each `every`. `key` is a digest."""

    key: bytes
    burst: int
    every: dt.timedelta


def guesses(what: str, whose: str) -> Bucket:
    """Attempts at one secret: five at once, then one in twelve minutes, so ten in the first hour."""
    return Bucket(sealing.digest("throttle", what, whose), burst=5, every=dt.timedelta(minutes=12))


def everybody() -> Bucket:
    """Wrong passwords of the whole installation, from browsers that are not known."""
    return Bucket(sealing.digest("throttle", "everybody"), burst=300, every=dt.timedelta(seconds=1))


def charge(*buckets: Bucket) -> None:
    """Take one attempt from each bucket, or from none. Raises TooManyAttempts."""
    with transaction() as session:
        _charge(session, buckets)


def give_back(session: Session, *, emptied: Bucket, others: tuple[Bucket, ...] = ()) -> None:
    """After a right attempt, in the caller's transaction: forget the wrong ones before it, and its charge elsewhere."""
    session.execute(delete(Throttle).where(Throttle.key == emptied.key))
    for bucket in others:
        row = session.get(Throttle, bucket.key, with_for_update=True)
        if row is not None:
            row.full_until -= bucket.every


def _charge(session: Session, buckets: tuple[Bucket, ...]) -> None:
    now = clock.now()
    session.execute(delete(Throttle).where(Throttle.full_until < now))
    for bucket in buckets:
        add_once(session, Throttle, key=bucket.key, full_until=now)
        row = session.get_one(Throttle, bucket.key, with_for_update=True, populate_existing=True)
        full_until = max(row.full_until, now)
        if full_until > now + bucket.burst * bucket.every + WAITED:
            full_until = now  # written while the clock was wrong
        if full_until - now > (bucket.burst - 1) * bucket.every:
            raise TooManyAttempts(full_until - (bucket.burst - 1) * bucket.every)
        row.full_until = full_until + bucket.every
    session.flush()
