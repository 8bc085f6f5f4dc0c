"""Members as administrators and leads keep them: who may, inviting, roles, disabling, links for a new password.

An administrator keeps the members of an organisation and its desks, a lead the workers of the own desks. What touches
the whole account (disabling, links) is for those alone who keep every role that it has: nobody becomes somebody with
more rights than they have.
"""

import re
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, or_, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.db import transaction
from helpbutton.directory.models import Service
from helpbutton.errors import Conflict, FieldError, Invalid, NotFound
from helpbutton.i18n import WRITTEN
from helpbutton.staff import passwords
from helpbutton.staff.actor import Actor
from helpbutton.staff.invitations import INVITATION, PASSWORD, new_link
from helpbutton.staff.models import Account, Identity, Membership
from helpbutton.staff.operations import ORGANISATION_ROLES, SERVICE_ROLES, address_of
from helpbutton.staff.second_factor import forget_all
from helpbutton.staff.sessions import end_all, record_about
from helpbutton.vault import sealing

ADDRESS = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+")
NAME_LIMIT, ADDRESS_LIMIT = 120, 254


@dataclass(frozen=True)
class Place:
    """Where a role is held: at one desk or in one organisation, the other is None."""

    service_id: int | None
    organisation_id: int | None


def led_services(actor: Actor) -> frozenset[int]:
    """Ids of the desks that this person leads."""
    return frozenset(id for id, role in actor.services.items() if role == "lead")


def keeps_members(actor: Actor) -> bool:
    """Whether this person keeps the members of anything."""
    return bool(actor.organisations_as("administrator") or led_services(actor))


def kept_by(actor: Actor) -> ColumnElement[bool]:
    """Memberships that this person may give and take."""
    own = actor.organisations_as("administrator")
    desks = select(Service.id).where(Service.organisation_id.in_(own))
    return or_(
        Membership.organisation_id.in_(own),
        Membership.service_id.in_(desks),
        Membership.service_id.in_(led_services(actor)) & (Membership.role == "worker"),
    )


def kept_by_others(actor: Actor) -> ColumnElement[bool]:
    """All other memberships; not the mere negation, which is unknown for columns without a value."""
    return Membership.id.not_in(select(Membership.id).where(kept_by(actor)))


def invite(
    *, actor: Actor, email: str, name: str, language: str, role: str, place: Place
) -> tuple[int, str | None]:
    """A new account with one role: its id and the secret of its invitation, which is handed over once.

    Who has an account already gets the role, and no invitation, unless it is disabled and has no role left (its last
    organisation left): it begins anew. Nobody gives one to themselves. Raises Invalid with every wrong field.
    """
    email, name = address_of(email), name.strip()
    errors = person_errors(email, name, language)
    with transaction() as session:
        if email == session.get_one(Account, actor.account_id).email:
            errors.append(FieldError("email", "yourself"))
        if not _may_give(session, actor, role, place):
            errors.append(FieldError("role", "not_yours"))
        if errors:
            raise Invalid(*errors)
        account = session.scalar(select(Account).where(Account.email == email).with_for_update())
        token = None
        if account is None:
            account = Account(
                email=email,
                name=name,
                language=language,
                password_hash=passwords.NOBODY,
                created_at=clock.now(),
            )
            session.add(account)
            _flush_once(session)
            token = new_link(session, account.id, INVITATION)
        elif not account.active:
            if session.scalar(select(Membership.id).where(Membership.account_id == account.id).limit(1)):
                raise Invalid(FieldError("email", "disabled"))
            account.active = True
            token = _begin_anew(session, account)
        _give(session, actor, account, role, place)
        return account.id, token


def person_errors(email: str, name: str, language: str) -> list[FieldError]:
    """What is wrong with the address, name and language of a new account."""
    return [
        error
        for wrong, error in (
            (not email, FieldError("email", "required")),
            (bool(email) and not _is_address(email), FieldError("email", "email")),
            (not name, FieldError("name", "required")),
            (len(name) > NAME_LIMIT, FieldError("name", "too_long", {"limit": NAME_LIMIT})),
            (language not in WRITTEN, FieldError("language", "unknown_value")),
        )
        if wrong
    ]


def _is_address(email: str) -> bool:
    return ADDRESS.fullmatch(email) is not None and len(email) <= ADDRESS_LIMIT


def _flush_once(session: Session) -> None:
    """Store the new account. Raises Invalid when the same form was sent twice at once."""
    try:
        session.flush()
    except IntegrityError:
        raise Invalid(FieldError("email", "in_use")) from None


def add_role(*, actor: Actor, account_id: int, role: str, place: Place) -> None:
    """One role more; one that is there already stays. Raises NotFound, Invalid, or Conflict for one's own account."""
    with transaction() as session:
        account = _member(session, actor, account_id)
        if not _may_give(session, actor, role, place):
            raise Invalid(FieldError("role", "not_yours"))
        _give(session, actor, account, role, place)


def take_role(session: Session, *, actor: Actor, account_id: int, membership_id: int) -> int | None:
    """One role fewer from the next request on, in the transaction of whoever takes it; the id of its desk, if any.

    Raises NotFound, or Conflict for one's own account.
    """
    account = _member(session, actor, account_id)
    membership = session.scalar(
        select(Membership).where(
            Membership.id == membership_id, Membership.account_id == account.id, kept_by(actor)
        )
    )
    if membership is None:
        raise NotFound("membership")
    _record(session, actor, account, "remove_role", membership.role, _place(membership))
    session.delete(membership)
    session.flush()
    return membership.service_id


def shut(session: Session, *, actor: Actor, account_id: int) -> None:
    """End the account's sessions and links at once and take no sign-in, in the transaction of whoever disables it.

    Raises NotFound or Conflict.
    """
    account = _whole(session, actor, account_id)
    account.active = False
    end_all(session, account.id)
    record_about(session, account.id, action="disable_member", actor=actor)


def enable(*, actor: Actor, account_id: int) -> None:
    """Take sign-ins again. Raises NotFound or Conflict."""
    with transaction() as session:
        account = _whole(session, actor, account_id)
        account.active = True
        record_about(session, account.id, action="enable_member", actor=actor)


def password_link(*, actor: Actor, account_id: int) -> str:
    """The secret of a link with which this person chooses a new password; the second factor stays.

    Raises NotFound or Conflict.
    """
    with transaction() as session:
        account = _whole(session, actor, account_id)
        record_about(session, account.id, action="password_link", actor=actor)
        invitation = account.password_hash == passwords.NOBODY
        return new_link(session, account.id, INVITATION if invitation else PASSWORD)


def invite_again(*, actor: Actor, account_id: int) -> str:
    """Begin anew for somebody who lost the second factor: password, factors and sessions end, an invitation's secret.

    Only administrators may. Raises NotFound or Conflict.
    """
    with transaction() as session:
        account = _whole(session, actor, account_id)
        if not actor.organisations_as("administrator"):
            raise NotFound("member")
        record_about(session, account.id, action="invite_again", actor=actor)
        return _begin_anew(session, account)


def _begin_anew(session: Session, account: Account) -> str:
    account.password_hash = passwords.NOBODY
    forget_all(session, account)
    session.execute(delete(Identity).where(Identity.account_id == account.id))
    end_all(session, account.id)
    return new_link(session, account.id, INVITATION)


def keeps_whole_account(actor: Actor, account_id: int, session: Session) -> bool:
    """Whether this person keeps every role that the account has, and it has one."""
    own = Membership.account_id == account_id
    kept = session.scalar(select(Membership.id).where(own, kept_by(actor)).limit(1))
    foreign = session.scalar(select(Membership.id).where(own, kept_by_others(actor)).limit(1))
    return kept is not None and foreign is None


def _member(session: Session, actor: Actor, account_id: int) -> Account:
    """Somebody with a role that the actor keeps, held. Nobody changes their own rights."""
    account = session.get(Account, account_id, with_for_update=True)
    kept = session.scalar(
        select(Membership.id).where(Membership.account_id == account_id, kept_by(actor)).limit(1)
    )
    if account is None or kept is None:
        raise NotFound("member")
    if account_id == actor.account_id:
        raise Conflict("nobody changes their own account here")
    return account


def _whole(session: Session, actor: Actor, account_id: int) -> Account:
    account = _member(session, actor, account_id)
    if not keeps_whole_account(actor, account_id, session):
        raise Conflict("the account has roles that somebody else keeps")
    return account


def _may_give(session: Session, actor: Actor, role: str, place: Place) -> bool:
    own = actor.organisations_as("administrator")
    if role in ORGANISATION_ROLES:
        return place.service_id is None and place.organisation_id in own
    if role not in SERVICE_ROLES or place.organisation_id is not None or place.service_id is None:
        return False
    if role == "worker" and place.service_id in led_services(actor):
        return True
    service = session.get(Service, place.service_id)
    return service is not None and service.organisation_id in own


def _give(session: Session, actor: Actor, account: Account, role: str, place: Place) -> None:
    same = select(Membership.id).where(
        Membership.account_id == account.id,
        Membership.role == role,
        Membership.service_id == place.service_id if place.service_id else true(),
        Membership.organisation_id == place.organisation_id if place.organisation_id else true(),
    )
    if session.scalar(same.limit(1)) is not None:
        return
    session.add(
        Membership(
            account_id=account.id,
            role=role,
            service_id=place.service_id,
            organisation_id=place.organisation_id,
        )
    )
    session.flush()
    _record(session, actor, account, "add_role", role, place)


def _place(membership: Membership) -> Place:
    return Place(membership.service_id, membership.organisation_id)


def _record(session: Session, actor: Actor, account: Account, action: str, role: str, place: Place) -> None:
    organisation_id = place.organisation_id
    if organisation_id is None:
        organisation_id = session.get_one(Service, place.service_id).organisation_id
    audit.record(
        session,
        organisation_id=organisation_id,
        actor=actor.pseudonym,
        action=action,
        subject=sealing.pseudonym("staff", account.id),
        ground=role,
        service_id=place.service_id,
    )
