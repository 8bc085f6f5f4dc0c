"""Writing staff: accounts, memberships, signing in and out."""

import datetime as dt
import secrets
from collections.abc import Sequence

from sqlalchemy import select, update

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Organisation, Service
from helpbutton.errors import FieldError, Invalid
from helpbutton.staff import passwords
from helpbutton.staff.models import Account, Membership, StaffSession
from helpbutton.vault import sealing

SERVICE_ROLES = ("worker", "lead")
ORGANISATION_ROLES = ("administrator", "coordinator", "auditor", "site_editor")
SEEN_EVERY = dt.timedelta(minutes=1)


def add_account(
    *, email: str, name: str, password: str, role: str, scopes: Sequence[str], language: str = "fi"
) -> int:
    """Create an account with one role in each of `scopes`: keys of services (worker, lead) or organisations (others).

    Returns the account's id. Raises Invalid: unknown role or scope, address in use, password under 15 characters.
    """
    email = email.strip().lower()
    if len(password) < passwords.MIN_LENGTH:
        raise Invalid(FieldError("password", "too_short", {"limit": passwords.MIN_LENGTH}))
    if role not in SERVICE_ROLES + ORGANISATION_ROLES:
        raise Invalid(FieldError("role", "unknown_value"))
    password_hash = passwords.hash_password(password)
    with transaction() as session:
        if session.scalar(select(Account.id).where(Account.email == email)) is not None:
            raise Invalid(FieldError("email", "in_use"))
        account = Account(
            email=email, name=name, language=language, password_hash=password_hash, created_at=clock.now()
        )
        session.add(account)
        session.flush()
        for scope in scopes:
            if role in SERVICE_ROLES:
                service_id = session.scalar(select(Service.id).where(Service.key == scope))
                organisation_id = None
            else:
                service_id = None
                organisation_id = session.scalar(select(Organisation.id).where(Organisation.key == scope))
            if service_id is None and organisation_id is None:
                raise Invalid(FieldError("scope", "unknown_value"))
            session.add(
                Membership(
                    account_id=account.id, role=role, service_id=service_id, organisation_id=organisation_id
                )
            )
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
        account = session.scalar(select(Account).where(Account.email == email.strip().lower()))
        if account is None:
            return False
        account.password_hash = password_hash
        session.execute(
            update(StaffSession)
            .where(StaffSession.account_id == account.id, StaffSession.revoked_at.is_(None))
            .values(revoked_at=clock.now())
        )
    return True


def sign_in(*, email: str, password: str) -> str | None:
    """A new session's token (256 random bits) for the right password, else None; unknown accounts take as long."""
    address = email.strip().lower().replace("\x00", "")
    account = reading().scalar(select(Account).where(Account.email == address))
    right = passwords.matches(password, account.password_hash if account else None)
    if account is None or not right or not account.active:
        return None
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        now = clock.now()
        session.add(
            StaffSession(token_hash=sealing.hashed(token), account_id=account.id, created_at=now, seen_at=now)
        )
        organisations = session.scalars(
            select(Membership.organisation_id.label("id"))
            .where(Membership.account_id == account.id, Membership.organisation_id.is_not(None))
            .union(
                select(Service.organisation_id)
                .join(Membership, Membership.service_id == Service.id)
                .where(Membership.account_id == account.id)
            )
        ).all()
        person = sealing.pseudonym("staff", account.id)
        for organisation_id in filter(None, organisations):
            audit.record(
                session, organisation_id=organisation_id, actor=person, action="sign_in", subject=person
            )
    return token


def sign_out(*, token: str) -> None:
    """Revoke one session; it ends at once everywhere."""
    with transaction() as session:
        session.execute(
            update(StaffSession)
            .where(StaffSession.token_hash == sealing.hashed(token), StaffSession.revoked_at.is_(None))
            .values(revoked_at=clock.now())
        )


def mark_seen(*, token: str) -> None:
    """Keep a session from idling out; writes at most once a minute."""
    digest, now = sealing.hashed(token), clock.now()
    seen = reading().scalar(select(StaffSession.seen_at).where(StaffSession.token_hash == digest))
    if seen is None or now - seen < SEEN_EVERY:
        return
    with transaction() as session:
        session.execute(update(StaffSession).where(StaffSession.token_hash == digest).values(seen_at=now))
