"""Reading staff: the actor behind a session, the people of an installation."""

import datetime as dt

from sqlalchemy import select

from helpbutton import clock
from helpbutton.db import reading
from helpbutton.staff.actor import Actor
from helpbutton.staff.models import Account, Membership, StaffSession
from helpbutton.vault import sealing

IDLE_LIMIT = dt.timedelta(minutes=30)
ABSOLUTE_LIMIT = dt.timedelta(hours=12)


def actor_of_session(token: str) -> Actor | None:
    """Who holds this session token, with the rights of this moment; None when it is unknown, revoked or too old."""
    now = clock.now()
    row = (
        reading()
        .execute(
            select(Account, StaffSession)
            .join(StaffSession, StaffSession.account_id == Account.id)
            .where(
                StaffSession.token_hash == sealing.hashed(token),
                StaffSession.revoked_at.is_(None),
                StaffSession.seen_at > now - IDLE_LIMIT,
                StaffSession.created_at > now - ABSOLUTE_LIMIT,
                Account.active,
            )
        )
        .first()
    )
    return actor_of(row[0]) if row else None


def actor_of(account: Account) -> Actor:
    """The account with its memberships of this moment."""
    memberships = reading().scalars(select(Membership).where(Membership.account_id == account.id)).all()
    return Actor(
        account_id=account.id,
        name=account.name,
        language=account.language,
        services={m.service_id: m.role for m in memberships if m.service_id is not None},
        organisations={m.organisation_id: m.role for m in memberships if m.organisation_id is not None},
    )


def account_names(account_ids: set[int]) -> dict[int, str]:
    """Names of colleagues by account id."""
    rows = reading().execute(select(Account.id, Account.name).where(Account.id.in_(account_ids)))
    return {row[0]: row[1] for row in rows}


def staffed_services(*, role: str | None = None) -> frozenset[int]:
    """Ids of the services with at least one active member, or one in this role."""
    members = (
        select(Membership.service_id)
        .join(Account)
        .where(Account.active, Membership.service_id.is_not(None))
        .distinct()
    )
    if role is not None:
        members = members.where(Membership.role == role)
    return frozenset(row for row in reading().scalars(members) if row is not None)
