"""Signs of life: each sweeper writes one on a thread of its own, readiness reads them."""

import datetime as dt

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from helpbutton import clock
from helpbutton.db import Model, reading, transaction

STALE_AFTER = dt.timedelta(seconds=60)


class Heartbeat(Model):
    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[dt.datetime]


def beat(name: str) -> None:
    """Write that `name` is alive now."""
    with transaction() as session:
        session.merge(Heartbeat(name=name, at=clock.now()))


def age(name: str) -> dt.timedelta | None:
    """How long ago `name` gave its last sign of life; None when it never did."""
    at = reading().scalar(select(Heartbeat.at).where(Heartbeat.name == name))
    return None if at is None else max(clock.now() - at, dt.timedelta(0))


def alive(name: str) -> bool:
    """Whether `name` gave a sign of life within the last minute."""
    last = age(name)
    return last is not None and last < STALE_AFTER
