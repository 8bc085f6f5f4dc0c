"""Reading members: the people that an administrator or a lead keeps, and where they may give which role."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from helpbutton import clock
from helpbutton.db import reading
from helpbutton.directory.models import Organisation, Service
from helpbutton.directory.queries import Names
from helpbutton.errors import NotFound
from helpbutton.staff import passwords
from helpbutton.staff.actor import Actor
from helpbutton.staff.members import Place, kept_by, kept_by_others, led_services
from helpbutton.staff.models import Account, Identity, Link, Membership, Passkey
from helpbutton.staff.operations import ORGANISATION_ROLES, SERVICE_ROLES

INVITED, EXPIRED, ACTIVE, DISABLED = "invited", "expired", "active", "disabled"


@dataclass(frozen=True)
class RoleView:
    """One role that the reader keeps. `service_names` is None for a role in the organisation."""

    membership_id: int
    role: str
    organisation_names: Names
    service_names: Names | None


@dataclass(frozen=True)
class MemberView:
    """One person. `state`: invited, expired (the invitation), active, disabled. `whole`: the reader keeps every role
    of theirs; `second_factor`: one is set up; `own`: it is the reader.
    """

    account_id: int
    email: str
    name: str
    state: str
    roles: tuple[RoleView, ...]
    whole: bool
    second_factor: bool
    own: bool


@dataclass(frozen=True)
class PlaceView:
    """A place where the reader may give these roles."""

    place: Place
    organisation_names: Names
    service_names: Names | None
    roles: tuple[str, ...]


def places_of(actor: Actor) -> list[PlaceView]:
    """Where this person may give roles, by organisation, its own roles first."""
    own, led = actor.organisations_as("administrator"), led_services(actor)
    session = reading()
    organisations = session.scalars(
        select(Organisation).where(Organisation.id.in_(own)).order_by(Organisation.key)
    ).all()
    services = session.scalars(
        select(Service)
        .where(Service.organisation_id.in_(own) | Service.id.in_(led))
        .order_by(Service.organisation_id, Service.key)
    ).all()
    return [
        *(PlaceView(Place(None, row.id), row.names, None, ORGANISATION_ROLES) for row in organisations),
        *(
            PlaceView(
                Place(row.id, None),
                row.organisation.names,
                row.names,
                SERVICE_ROLES if row.organisation_id in own else ("worker",),
            )
            for row in services
        ),
    ]


def members_of(actor: Actor) -> list[MemberView]:
    """Everybody with a role that this person keeps, by name; those roles alone are shown."""
    return _members(actor)


def member(actor: Actor, account_id: int) -> MemberView:
    """One of them. Raises NotFound, the same for somebody unknown and somebody else's member."""
    found = _members(actor, Membership.account_id == account_id)
    if not found:
        raise NotFound("member")
    return found[0]


def _members(actor: Actor, *which: ColumnElement[bool]) -> list[MemberView]:
    session = reading()
    kept: dict[int, list[Membership]] = {}
    rows = select(Membership).where(kept_by(actor), *which).order_by(Membership.id)
    for membership in session.scalars(rows):
        kept.setdefault(membership.account_id, []).append(membership)
    people = select(Account).where(Account.id.in_(kept)).order_by(Account.name, Account.id)
    others = select(Membership.account_id).where(Membership.account_id.in_(kept), kept_by_others(actor))
    living = (Link.used_at.is_(None), Link.expires_at > clock.now())
    places = {row.place: (row.organisation_names, row.service_names) for row in places_of(actor)}
    foreign = set(session.scalars(others))
    invited = set(session.scalars(select(Link.account_id).where(Link.account_id.in_(kept), *living)))
    with_passkey = set(session.scalars(select(Passkey.account_id).where(Passkey.account_id.in_(kept))))
    connected = set(session.scalars(select(Identity.account_id).where(Identity.account_id.in_(kept))))
    return [
        MemberView(
            account_id=person.id,
            email=person.email,
            name=person.name,
            state=_state(person, accepted=person.id in connected, invited=person.id in invited),
            roles=tuple(
                RoleView(row.id, row.role, *places[Place(row.service_id, row.organisation_id)])
                for row in kept[person.id]
            ),
            whole=person.id not in foreign,
            second_factor=person.totp_secret is not None or person.id in with_passkey,
            own=person.id == actor.account_id,
        )
        for person in session.scalars(people)
    ]


def _state(person: Account, *, accepted: bool, invited: bool) -> str:
    if not person.active:
        return DISABLED
    if accepted or person.password_hash != passwords.NOBODY:
        return ACTIVE
    return INVITED if invited else EXPIRED
