"""Reading staff: the actor behind a session, the people of an installation."""

from sqlalchemy import or_, select

from helpbutton import clock
from helpbutton.db import reading
from helpbutton.directory import queries as directory
from helpbutton.staff.actor import Actor
from helpbutton.staff.duty import stood_in_for
from helpbutton.staff.models import Account, Identity, Membership, Passkey
from helpbutton.staff.passwords import NOBODY

POWER = ("administrator", "site_editor", "coordinator", "auditor", "lead", "worker")
"""Roles, the strongest first: the one that is shown where only one can be."""


def actor_of(account: Account) -> Actor:
    """The account with its memberships of this moment."""
    memberships = reading().scalars(select(Membership).where(Membership.account_id == account.id)).all()
    weakest_first = sorted(memberships, key=lambda m: POWER.index(m.role), reverse=True)
    organisations = {m.organisation_id: m.role for m in weakest_first if m.organisation_id is not None}
    services = {m.service_id: m.role for m in weakest_first if m.service_id is not None}
    return Actor(
        account_id=account.id,
        name=account.name,
        language=account.language,
        services=services,
        stands_in=stood_in_for(services, clock.now()),
        organisations=organisations,
        further=frozenset(
            (m.organisation_id, m.role)
            for m in memberships
            if m.organisation_id is not None and organisations[m.organisation_id] != m.role
        ),
    )


def account_names(account_ids: set[int]) -> dict[int, str]:
    """Names of colleagues by account id."""
    if not account_ids:
        return {}
    rows = reading().execute(select(Account.id, Account.name).where(Account.id.in_(account_ids)))
    return {row[0]: row[1] for row in rows}


def members_of(service_id: int) -> dict[int, str]:
    """Names by account id of the active people who work at a desk or lead it."""
    rows = reading().execute(
        select(Account.id, Account.name)
        .join(Membership, Membership.account_id == Account.id)
        .where(Account.active, Membership.service_id == service_id)
    )
    return {row[0]: row[1] for row in rows}


def staffed_services(*, role: str | None = None) -> frozenset[int]:
    """Ids of the services with at least one active member, or one in this role.

    Whoever was invited counts once they can sign in; in demo mode most desks have a member who never will.
    """
    members = (
        select(Membership.service_id)
        .join(Account)
        .where(Account.active, Membership.service_id.is_not(None))
        .distinct()
    )
    if not directory.installation().demo:
        members = members.where(
            or_(
                Account.password_hash != NOBODY,
                Account.id.in_(select(Identity.account_id)),
                Account.id.in_(select(Passkey.account_id)),
            )
        )
    if role is not None:
        members = members.where(Membership.role == role)
    return frozenset(row for row in reading().scalars(members) if row is not None)
