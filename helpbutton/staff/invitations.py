"""Links that let somebody choose a password: invitations and new passwords, for one use and not for long."""

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.db import reading, transaction
from helpbutton.errors import Invalid, NotFound
from helpbutton.staff import passwords
from helpbutton.staff.identities import bind
from helpbutton.staff.models import Account, Link
from helpbutton.staff.operations import address_of
from helpbutton.staff.sessions import end_all, record_about
from helpbutton.vault import sealing

INVITATION, PASSWORD = "invitation", "password"
LASTS = {INVITATION: dt.timedelta(days=7), PASSWORD: dt.timedelta(days=1)}


@dataclass(frozen=True)
class Invited:
    """Whom a link is for. `purpose`: invitation or password."""

    account_id: int
    email: str
    name: str
    language: str
    purpose: str


def new_link(session: Session, account_id: int, purpose: str) -> str:
    """A link's secret (256 random bits) in the caller's transaction; earlier links of the account end."""
    token, now = secrets.token_urlsafe(32), clock.now()
    session.execute(
        update(Link).where(Link.account_id == account_id, Link.used_at.is_(None)).values(used_at=now)
    )
    session.add(
        Link(
            account_id=account_id,
            token_hash=sealing.hashed(token),
            purpose=purpose,
            created_at=now,
            expires_at=now + LASTS[purpose],
        )
    )
    return token


def invite(*, email: str) -> str:
    """A new link for an account, as the operator of the installation asks for it: an invitation until it is accepted,
    later one for a new password. Raises NotFound.
    """
    with transaction() as session:
        account = session.scalar(select(Account).where(Account.email == address_of(email), Account.active))
        if account is None:
            raise NotFound("account")
        purpose = INVITATION if account.password_hash == passwords.NOBODY else PASSWORD
        record_about(session, account.id, action=f"{purpose}_link")
        return new_link(session, account.id, purpose)


def invited(token: str) -> Invited:
    """Whom this link is for. Raises NotFound: unknown, used, expired, or the account is disabled."""
    row = reading().execute(_usable(token)).first()
    if row is None:
        raise NotFound("link")
    account: Account = row[1]
    return Invited(account.id, account.email, account.name, account.language, row[0].purpose)


def accept(*, token: str, password: str) -> int:
    """Use the link: the account gets this password, its sessions end. Returns its id.

    Raises NotFound as `invited` does, Invalid for a password that is too short or easy to guess.
    """
    person = invited(token)
    if wrong := passwords.problem(password, about=(person.email, person.name)):
        raise Invalid(wrong)
    password_hash = passwords.hash_password(password)
    with transaction() as session:
        account = _use(session, token)
        account.password_hash = password_hash
        return account.id


def accept_with_identity(*, token: str, issuer: str, subject: str) -> int:
    """Use the link with single sign-on instead of a password. Returns the account's id.

    Raises NotFound as `invited` does, Conflict when this identity belongs to another account.
    """
    with transaction() as session:
        account = _use(session, token)
        bind(session, account_id=account.id, issuer=issuer, subject=subject)
        return account.id


def _use(session: Session, token: str) -> Account:
    row = session.execute(_usable(token).with_for_update()).first()
    if row is None:
        raise NotFound("link")
    link, account = row
    link.used_at = clock.now()
    end_all(session, account.id)
    record_about(session, account.id, action=f"accept_{link.purpose}")
    return account


def _usable(token: str) -> Select[Link, Account]:
    return (
        select(Link, Account)
        .join(Account, Account.id == Link.account_id)
        .where(
            Link.token_hash == sealing.hashed(token),
            Link.used_at.is_(None),
            Link.expires_at > clock.now(),
            Account.active,
        )
    )
