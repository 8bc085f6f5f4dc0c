"""Signing in: a password and then a second factor, a passkey alone, or the organisation's own provider."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton.db import reading, transaction
from helpbutton.directory import queries as directory
from helpbutton.errors import Conflict
from helpbutton.staff import passkeys, passwords, second_factor, throttling
from helpbutton.staff.models import Account
from helpbutton.staff.operations import address_of
from helpbutton.staff.second_factor import factors_of
from helpbutton.staff.sessions import SignedIn, mark_verified, open_session

DONE, SECOND_FACTOR, SET_UP = "done", "second_factor", "set_up"


@dataclass(frozen=True)
class Code:
    """Typed by a person: a one-time code of their app, or a recovery code."""

    typed: str


@dataclass(frozen=True)
class PasskeyAnswer:
    """A browser's JSON, in answer to this challenge."""

    challenge: str
    answer: str


@dataclass(frozen=True)
class KnownBrowser:
    """A browser in which this account has signed in before; `mark` is its random name."""

    account_id: int
    mark: str


def check_password(*, email: str, password: str, known: KnownBrowser | None = None) -> int | None:
    """The account's id for the right password of an active account, else None; unknown accounts take as long.

    Raises TooManyAttempts, for unknown accounts in the same way.
    """
    address = address_of(email)
    row = (
        reading()
        .execute(select(Account.id, Account.password_hash, Account.active).where(Account.email == address))
        .first()
    )
    own = throttling.guesses("password", address)
    others: tuple[throttling.Bucket, ...] = (throttling.everybody(),)
    if known and row and known.account_id == row.id:
        own, others = throttling.guesses("browser", known.mark), ()
    throttling.charge(own, *others)
    right = passwords.matches(password, row.password_hash if row else None)
    if row is None or not right or not row.active:
        return None
    with transaction() as session:
        throttling.give_back(session, emptied=own, others=others)
    return int(row.id)


def next_step(account_id: int) -> str:
    """What follows a right password: the second factor, setting one up, or, in demo mode without one, nothing."""
    if factors_of(account_id).any:
        return SECOND_FACTOR
    return DONE if directory.installation().demo else SET_UP


def sign_in_with_password_alone(*, account_id: int, browser: str) -> str:
    """A new session's token, in demo mode for an account without a second factor. Raises Conflict anywhere else."""
    with transaction() as session:
        if next_step(account_id) != DONE:
            raise Conflict("a second factor is needed")
        account = _active(session, account_id)
        return open_session(session, account, how="password", browser=browser, verified=False)


def sign_in_with_code(*, account_id: int, code: Code, browser: str) -> str | None:
    """A new session's token for a right code after the password, else None. Raises TooManyAttempts."""
    bucket = throttling.guesses("second factor", str(account_id))
    throttling.charge(bucket)
    with transaction() as session:
        account = _active(session, account_id)
        how = second_factor.use_code(session, account, code.typed)
        if how is None:
            return None
        throttling.give_back(session, emptied=bucket)
        return open_session(session, account, how=how, browser=browser, verified=True)


def sign_in_with_passkey(
    *, answer: PasskeyAnswer, browser: str, account_id: int | None = None
) -> tuple[int, str] | None:
    """Account and token for a passkey's right answer, with or without a password before it; else None."""
    with transaction() as session:
        account = passkeys.use_answer(
            session, challenge=answer.challenge, answer=answer.answer, account_id=account_id
        )
        if account is None:
            return None
        return account.id, open_session(session, account, how="passkey", browser=browser, verified=True)


def sign_in_after_set_up(*, account_id: int, how: str, browser: str) -> str:
    """A new session's token right after the first second factor was set up with a proof that it works."""
    return _sign_in_verified(account_id=account_id, how=how, browser=browser)


def sign_in_by_provider(*, account_id: int, browser: str) -> str:
    """A new session's token when the provider says that it has seen as much as the settings demand."""
    return _sign_in_verified(account_id=account_id, how="single", browser=browser)


def confirm(*, signed_in: SignedIn, proof: Code | PasskeyAnswer) -> bool:
    """Show a second factor again in a session; False when it is wrong. Raises TooManyAttempts."""
    account_id = signed_in.actor.account_id
    bucket = throttling.guesses("second factor", str(account_id))
    if isinstance(proof, Code):
        throttling.charge(bucket)
    with transaction() as session:
        if isinstance(proof, Code):
            account = _active(session, account_id)
            right = second_factor.use_code(session, account, proof.typed) is not None
        else:
            found = passkeys.use_answer(
                session, challenge=proof.challenge, answer=proof.answer, account_id=account_id
            )
            right = found is not None
        if right:
            mark_verified(session, signed_in.session_id)
            throttling.give_back(session, emptied=bucket)
    return right


def _sign_in_verified(*, account_id: int, how: str, browser: str) -> str:
    with transaction() as session:
        account = _active(session, account_id)
        return open_session(session, account, how=how, browser=browser, verified=True)


def _active(session: Session, account_id: int) -> Account:
    """The account with its row held. Raises Conflict when it was disabled meanwhile."""
    account = session.get_one(Account, account_id, with_for_update=True)
    if not account.active:
        raise Conflict("the account is disabled")
    return account
