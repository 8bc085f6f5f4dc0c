"""How often somebody may guess: buckets in the database that leak, so that nobody is shut out for good.

Each attempt is charged before it is judged and a right one is given back, so a crash or fifty attempts at once win
nothing. Unknown addresses have buckets like known ones. A browser in which the person has signed in before has a
bucket of its own: a stranger's guesses do not keep the owner out.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.db import transaction
from helpbutton.errors import HelpButtonError
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
    session.execute(delete(Throttle).where(Throttle.full_until < clock.now()))
    for bucket in buckets:
        held = _hold(session, bucket.key, clock.now())
        now = clock.now()  # after waiting for others, so that none of them is later
        full_until = max(held, now)
        if full_until > now + bucket.burst * bucket.every + WAITED:
            full_until = now  # written while the clock was wrong
        if full_until - now > (bucket.burst - 1) * bucket.every:
            raise TooManyAttempts(full_until - (bucket.burst - 1) * bucket.every)
        session.execute(
            update(Throttle)
            .where(Throttle.key == bucket.key)
            .values(full_until=full_until + bucket.every)
            .execution_options(synchronize_session=False)
        )


def _hold(session: Session, key: bytes, now: dt.datetime) -> dt.datetime:
    """Until when the bucket is full, its row made where there is none and locked for this transaction."""
    row: sqlite.Insert | postgresql.Insert
    row = (
        sqlite.insert(Throttle)
        if session.get_bind().dialect.name == "sqlite"
        else postgresql.insert(Throttle)
    )
    held = row.values(key=key, full_until=now).on_conflict_do_update(
        index_elements=[Throttle.key], set_={"full_until": Throttle.full_until}
    )
    return session.execute(held.returning(Throttle.full_until)).scalar_one()
