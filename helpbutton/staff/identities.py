"""Single sign-on: which person at the organisation's OpenID provider is which account."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.db import reading, transaction
from helpbutton.errors import Conflict
from helpbutton.staff.actor import Actor
from helpbutton.staff.models import Account, Identity
from helpbutton.staff.sessions import record_about


def account_of(*, issuer: str, subject: str) -> int | None:
    """Id of the active account that was bound to this identity; an equal e-mail address means nothing."""
    return reading().scalar(
        select(Account.id)
        .join(Identity, Identity.account_id == Account.id)
        .where(Identity.issuer == issuer, Identity.subject == subject, Account.active)
    )


def has_identity(account_id: int) -> bool:
    """Whether the account is bound to an identity."""
    return reading().scalar(select(Identity.id).where(Identity.account_id == account_id)) is not None


def bind(session: Session, *, account_id: int, issuer: str, subject: str) -> None:
    """Bind in the caller's transaction; twice is harmless. Raises Conflict when it is somebody else's."""
    bound = session.scalar(
        select(Identity.account_id).where(Identity.issuer == issuer, Identity.subject == subject)
    )
    if bound is not None and bound != account_id:
        raise Conflict("this identity belongs to another account")
    if bound is None:
        session.execute(delete(Identity).where(Identity.account_id == account_id))
        session.add(Identity(account_id=account_id, issuer=issuer, subject=subject, created_at=clock.now()))
        session.flush()


def connect(*, account_id: int, issuer: str, subject: str) -> None:
    """Bind an identity to one's own account. Raises Conflict when it is somebody else's."""
    with transaction() as session:
        bind(session, account_id=account_id, issuer=issuer, subject=subject)
        record_about(session, account_id, action="connect_identity")


def disconnect(*, actor: Actor) -> None:
    """Sign in without single sign-on from now on."""
    with transaction() as session:
        session.execute(delete(Identity).where(Identity.account_id == actor.account_id))
        record_about(session, actor.account_id, action="disconnect_identity")
