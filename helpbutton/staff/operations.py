"""Writing accounts: adding them with their roles, changing passwords."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Organisation, Service
from helpbutton.errors import FieldError, Invalid
from helpbutton.staff import passwords, throttling
from helpbutton.staff.actor import Actor
from helpbutton.staff.models import Account, Membership
from helpbutton.staff.sessions import end_all, record_about

SERVICE_ROLES = ("worker", "lead")
ORGANISATION_ROLES = ("administrator", "coordinator", "auditor", "site_editor")


def add_account(
    *, email: str, name: str, password: str | None, role: str, scopes: Sequence[str], language: str = "fi"
) -> int:
    """Create an account with one role in each of `scopes`: keys of services (worker, lead) or organisations (others).

    Without a password nobody can sign in to it before an invitation is accepted. Returns the account's id.
    Raises Invalid: unknown role or scope, address in use, password too short or easy to guess.
    """
    email = address_of(email)
    if password is not None and (wrong := passwords.problem(password, about=(email, name))):
        raise Invalid(wrong)
    if role not in SERVICE_ROLES + ORGANISATION_ROLES:
        raise Invalid(FieldError("role", "unknown_value"))
    password_hash = passwords.NOBODY if password is None else passwords.hash_password(password)
    with transaction() as session:
        if session.scalar(select(Account.id).where(Account.email == email)) is not None:
            raise Invalid(FieldError("email", "in_use"))
        account = Account(
            email=email, name=name, language=language, password_hash=password_hash, created_at=clock.now()
        )
        session.add(account)
        session.flush()
        for scope in scopes:
            session.add(_membership(session, account.id, role, scope))
        return account.id


def staff_every_desk(*, name: str) -> None:
    """Give each desk that has no member one account that nobody can sign in to, named so; for the demo alone."""
    with transaction() as session:
        staffed = select(Membership.service_id).where(Membership.service_id.is_not(None))
        rows = session.execute(
            select(Organisation.key, Service.id)
            .join(Service, Service.organisation_id == Organisation.id)
            .where(Service.id.not_in(staffed))
        ).all()
        accounts = {
            key: Account(
                email=f"desks-of-{key}@demo.example",
                name=name,
                password_hash=passwords.NOBODY,
                created_at=clock.now(),
            )
            for key in sorted({key for key, _ in rows})
        }
        session.add_all(accounts.values())
        session.flush()
        session.add_all(
            Membership(account_id=accounts[key].id, role="worker", service_id=service_id)
            for key, service_id in rows
        )


def set_password(*, email: str, password: str) -> bool:
    """A new password for an account, whose sessions all end; False when there is no such account."""
    password_hash = passwords.hash_password(password)
    with transaction() as session:
        account = session.scalar(select(Account).where(Account.email == address_of(email)))
        if account is None:
            return False
        account.password_hash = password_hash
        end_all(session, account.id)
    return True


def change_password(*, actor: Actor, session_id: int, current: str, new: str) -> None:
    """A new password of one's own; every other session ends.

    Guessing the current one is throttled like signing in. Raises Invalid: the new one is too short or easy to guess,
    the current one wrong, or tried too often.
    """
    account = reading().get_one(Account, actor.account_id)
    if wrong := passwords.problem(new, about=(account.email, account.name)):
        raise Invalid(wrong)
    own = throttling.guesses("password", account.email)
    if account.password_hash != passwords.NOBODY:
        try:
            throttling.charge(own)
        except throttling.TooManyAttempts:
            raise Invalid(FieldError("current", "too_often")) from None
        if not passwords.matches(current, account.password_hash):
            raise Invalid(FieldError("current", "wrong_password"))
    password_hash = passwords.hash_password(new)
    with transaction() as session:
        session.get_one(Account, actor.account_id).password_hash = password_hash
        throttling.give_back(session, emptied=own)
        end_all(session, actor.account_id, kept=session_id)
        record_about(session, actor.account_id, action="change_password")


def address_of(email: str) -> str:
    """An e-mail address as accounts have it."""
    return email.strip().lower().replace("\x00", "")


def _membership(session: Session, account_id: int, role: str, scope: str) -> Membership:
    service_id = organisation_id = None
    if role in SERVICE_ROLES:
        service_id = session.scalar(select(Service.id).where(Service.key == scope))
    else:
        organisation_id = session.scalar(select(Organisation.id).where(Organisation.key == scope))
    if service_id is None and organisation_id is None:
        raise Invalid(FieldError("scope", "unknown_value"))
    return Membership(
        account_id=account_id, role=role, service_id=service_id, organisation_id=organisation_id
    )
