"""Where a staff member can be reached and how they want to be: their phone, their address, their choices."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from helpbutton.cases.submission import e164
from helpbutton.db import reading, transaction
from helpbutton.errors import FieldError, Invalid
from helpbutton.staff.actor import Actor
from helpbutton.staff.choices import CHANNELS, NEWS, NONE, PURPOSES, URGENT, Choice
from helpbutton.staff.models import Account, Membership, NotificationChoice


@dataclass(frozen=True)
class Reach:
    """`phone` is E.164 or None; whoever is not `active` is not told of anything."""

    phone: str | None = field(repr=False)
    email: str = field(repr=False)
    active: bool


def reach_of(session: Session, account_id: int) -> Reach:
    """Where a staff member can be reached at this moment."""
    account = session.get_one(Account, account_id, populate_existing=True)
    return Reach(account.phone, account.email, account.active)


def choices_of(session: Session, account_ids: Collection[int]) -> Mapping[int, Sequence[Choice]]:
    """The choices of these staff members by account; those without any have an empty list."""
    found: dict[int, list[Choice]] = {account_id: [] for account_id in account_ids}
    rows = session.scalars(select(NotificationChoice).where(NotificationChoice.account_id.in_(account_ids)))
    for row in rows:
        found[row.account_id].append(_choice(row))
    return found


def told_of_news(session: Session, service_id: int) -> list[int]:
    """Active members of a desk who have chosen a channel for news, there or at all their desks."""
    rows = session.scalars(
        select(Membership.account_id)
        .join(Account, Account.id == Membership.account_id)
        .join(NotificationChoice, NotificationChoice.account_id == Membership.account_id)
        .where(
            Membership.service_id == service_id,
            Account.active,
            NotificationChoice.purpose == NEWS,
            NotificationChoice.channel != NONE,
        )
        .distinct()
        .order_by(Membership.account_id)
    )
    return list(rows)


def own_reach(actor: Actor) -> tuple[Reach, Sequence[Choice]]:
    """What the actor has chosen."""
    return reach_of(reading(), actor.account_id), choices_of(reading(), {actor.account_id})[actor.account_id]


def choose(*, actor: Actor, phone: str, choices: Sequence[Choice]) -> None:
    """The actor's own phone (as typed; empty: none) and choices, in place of all earlier ones.

    Raises Invalid: no phone number, an unknown purpose or channel, a desk that is not theirs, twice the same; something
    to be gathered without a channel ("digest").
    """
    number = e164(phone) if phone.strip() else None
    if phone.strip() and number is None:
        raise Invalid(FieldError("phone", "phone"))
    if any(choice.digest and not choice.channel for choice in choices):
        raise Invalid(FieldError("digest", "channel_missing"))
    places = [(choice.purpose, choice.service_id) for choice in choices]
    known = all(
        choice.purpose in PURPOSES
        and choice.channel in CHANNELS
        and (choice.service_id is None or choice.service_id in actor.services)
        for choice in choices
    )
    if not known or len(set(places)) < len(places):
        raise Invalid(FieldError("choices", "unknown_value"))
    with transaction() as session:
        session.get_one(
            Account, actor.account_id, with_for_update=True, populate_existing=True
        ).phone = number
        session.execute(delete(NotificationChoice).where(NotificationChoice.account_id == actor.account_id))
        session.add_all(
            NotificationChoice(
                account_id=actor.account_id,
                service_id=choice.service_id,
                purpose=choice.purpose,
                channel=choice.channel,
                digest=choice.digest and choice.purpose != URGENT,
            )
            for choice in choices
        )


def _choice(row: NotificationChoice) -> Choice:
    return Choice(row.purpose, row.channel, row.service_id, row.digest)
