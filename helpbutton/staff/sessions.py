"""Signed-in browsers: opening, listing and ending sessions, and how fresh their second factor is."""

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.db import reading, transaction
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Service
from helpbutton.errors import NotFound
from helpbutton.staff.actor import Actor
from helpbutton.staff.models import Account, Membership, StaffSession
from helpbutton.staff.queries import actor_of
from helpbutton.vault import sealing

IDLE_LIMIT = dt.timedelta(minutes=30)
ABSOLUTE_LIMIT = dt.timedelta(hours=12)
FRESH_FOR = dt.timedelta(minutes=10)
SEEN_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class SignedIn:
    """Who holds a session. `verified_at` (aware UTC) is None only in demo mode."""

    actor: Actor
    session_id: int
    verified_at: dt.datetime | None

    def fresh(self) -> bool:
        """Whether the second factor was shown within the last ten minutes."""
        return self.verified_at is not None and clock.now() - self.verified_at < FRESH_FOR


@dataclass(frozen=True)
class SessionView:
    """A living session of one account; moments aware UTC."""

    id: int
    how: str
    browser: str
    created_at: dt.datetime
    seen_at: dt.datetime


def signed_in(token: str) -> SignedIn | None:
    """Who holds this token, with the rights of this moment; None when it is unknown, ended or too old.

    Outside demo mode a session without a second factor counts as none.
    """
    row = (
        reading()
        .execute(
            select(Account, StaffSession)
            .join(StaffSession, StaffSession.account_id == Account.id)
            .where(StaffSession.token_hash == sealing.hashed(token), _living(), Account.active)
        )
        .first()
    )
    if row is None or (row[1].verified_at is None and not directory.installation().demo):
        return None
    return SignedIn(actor_of(row[0]), row[1].id, row[1].verified_at)


def open_session(session: Session, account: Account, *, how: str, browser: str, verified: bool) -> str:
    """A new session's token (256 random bits) in the caller's transaction, on record in each organisation."""
    token, now = secrets.token_urlsafe(32), clock.now()
    session.add(
        StaffSession(
            token_hash=sealing.hashed(token),
            account_id=account.id,
            created_at=now,
            seen_at=now,
            how=how,
            browser=browser[:60],
            verified_at=now if verified else None,
        )
    )
    record_about(session, account.id, action="sign_in")
    return token


def sessions_of(account_id: int) -> list[SessionView]:
    """The living sessions of an account, the one used last first."""
    rows = reading().scalars(
        select(StaffSession)
        .where(StaffSession.account_id == account_id, _living())
        .order_by(StaffSession.seen_at.desc(), StaffSession.id.desc())
    )
    return [SessionView(row.id, row.how, row.browser, row.created_at, row.seen_at) for row in rows]


def sign_out(*, token: str) -> None:
    """End one session at once, everywhere."""
    with transaction() as session:
        _end(session, StaffSession.token_hash == sealing.hashed(token))


def end_session(*, actor: Actor, session_id: int) -> None:
    """End one session of one's own. Raises NotFound, the same for an unknown one and somebody else's."""
    with transaction() as session:
        own = (StaffSession.id == session_id, StaffSession.account_id == actor.account_id)
        if session.scalar(select(StaffSession.id).where(*own)) is None:
            raise NotFound("session")
        _end(session, *own)
        record_about(session, actor.account_id, action="end_session")


def end_other_sessions(*, actor: Actor, kept: int) -> None:
    """End every session of one's own but this one."""
    with transaction() as session:
        end_all(session, actor.account_id, kept=kept)
        record_about(session, actor.account_id, action="end_session")


def end_all(session: Session, account_id: int, *, kept: int | None = None) -> None:
    """End the sessions of an account in the caller's transaction, all but the one that is kept."""
    _end(session, StaffSession.account_id == account_id, StaffSession.id != (kept or 0))


def mark_seen(*, token: str) -> None:
    """Keep a session from idling out; writes at most once a minute."""
    digest, now = sealing.hashed(token), clock.now()
    seen = reading().scalar(select(StaffSession.seen_at).where(StaffSession.token_hash == digest))
    if seen is None or now - seen < SEEN_EVERY:
        return
    with transaction() as session:
        session.execute(update(StaffSession).where(StaffSession.token_hash == digest).values(seen_at=now))


def mark_verified(session: Session, session_id: int) -> None:
    """The second factor was shown again in this session."""
    session.execute(update(StaffSession).where(StaffSession.id == session_id).values(verified_at=clock.now()))


def organisations_of(session: Session, account_id: int) -> list[int]:
    """Ids of the organisations in which an account has a role."""
    found = session.scalars(
        select(Membership.organisation_id.label("id"))
        .where(Membership.account_id == account_id, Membership.organisation_id.is_not(None))
        .union(
            select(Service.organisation_id)
            .join(Membership, Membership.service_id == Service.id)
            .where(Membership.account_id == account_id)
        )
    )
    return sorted(id for id in found if id is not None)


def record_about(session: Session, account_id: int, *, action: str, actor: Actor | None = None) -> None:
    """One audit line about an account in each of its organisations; by the person themselves without an actor."""
    person = sealing.pseudonym("staff", account_id)
    for organisation_id in organisations_of(session, account_id):
        audit.record(
            session,
            organisation_id=organisation_id,
            actor=actor.pseudonym if actor else person,
            action=action,
            subject=person,
        )


def _living() -> ColumnElement[bool]:
    now = clock.now()
    return (
        StaffSession.revoked_at.is_(None)
        & (StaffSession.seen_at > now - IDLE_LIMIT)
        & (StaffSession.created_at > now - ABSOLUTE_LIMIT)
    )


def _end(session: Session, *which: ColumnElement[bool]) -> None:
    session.execute(
        update(StaffSession).where(*which, StaffSession.revoked_at.is_(None)).values(revoked_at=clock.now())
    )
