"""Numbers whose owners want no messages: kept as a keyed digest, obeyed before anything is sent to a sender."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.notifications.models import OptOut
from helpbutton.once import add_once
from helpbutton.vault import sealing


def is_opted_out(session: Session, number: str) -> bool:
    """Whether the owner of this number (E.164) has asked for no messages."""
    return session.scalar(select(OptOut.id).where(OptOut.number_digest == _digest(number))) is not None


def opt_out(session: Session, number: str, *, language: str) -> None:
    """Nothing is sent to this number any more, until its owner asks for it."""
    add_once(session, OptOut, number_digest=_digest(number), at=clock.now(), language=language)


def opt_in(session: Session, number: str) -> None:
    """Messages may be sent to this number again."""
    session.execute(delete(OptOut).where(OptOut.number_digest == _digest(number)))


def _digest(number: str) -> bytes:
    return sealing.digest("opt-out", number)
