"""The second factor that is typed: one-time codes of an app (TOTP, RFC 6238) and recovery codes."""

import base64
import secrets
from dataclasses import dataclass

from passlib.exc import TokenError
from passlib.totp import TOTP
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.cases.receipts import ALPHABET
from helpbutton.db import reading, transaction
from helpbutton.directory import queries as directory
from helpbutton.errors import Conflict, FieldError, Invalid
from helpbutton.staff.models import Account, Passkey, RecoveryCode
from helpbutton.staff.sessions import record_about
from helpbutton.vault import keystore, sealing

RECOVERY_CODES = 10
"""Each of 16 characters of 32: 80 random bits, kept as a keyed digest."""
DRIFT_S = 30
"""How far the clock of a phone may be off."""


@dataclass(frozen=True)
class Factors:
    """What an account has beside its password."""

    totp: bool
    passkeys: int
    recovery_codes: int

    @property
    def any(self) -> bool:
        return self.totp or self.passkeys > 0


def factors_of(account_id: int) -> Factors:
    """The second factors of an account."""
    session = reading()
    unused = (RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return Factors(
        totp=session.scalar(
            select(Account.id).where(Account.id == account_id, Account.totp_secret.is_not(None))
        )
        is not None,
        passkeys=session.scalar(
            select(func.count()).select_from(Passkey).where(Passkey.account_id == account_id)
        )
        or 0,
        recovery_codes=session.scalar(select(func.count()).select_from(RecoveryCode).where(*unused)) or 0,
    )


def new_secret() -> str:
    """A secret for an app, 160 random bits in base32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def address_for_app(secret: str, *, email: str, issuer: str) -> str:
    """The otpauth: address that an app reads from the picture."""
    return str(TOTP(key=secret, issuer=issuer).to_uri(email))


def start_codes(*, account_id: int, secret: str, code: str) -> list[str]:
    """Use an app from now on, once its first code proves that it works; in the place of an earlier one.

    Returns new recovery codes if the account has none left, else nothing. Raises Invalid for a wrong code.
    """
    with transaction() as session:
        account = session.get_one(Account, account_id, with_for_update=True)
        counter = _counter(secret, code, last=None)
        if counter is None:
            raise Invalid(FieldError("code", "wrong_code"))
        account.totp_secret = _seal(account_id, secret)
        account.totp_counter = counter
        record_about(session, account_id, action="start_one_time_codes")
        return missing_recovery_codes(session, account_id)


def stop_codes(*, account_id: int) -> None:
    """Use no app any more. Raises Conflict when nothing would be left outside demo mode."""
    with transaction() as session:
        account = session.get_one(Account, account_id, with_for_update=True)
        account.totp_secret = account.totp_counter = None
        session.flush()
        keep_one(session, account_id)
        record_about(session, account_id, action="stop_one_time_codes")


def renew_recovery_codes(*, account_id: int) -> list[str]:
    """New recovery codes; the earlier ones are void."""
    with transaction() as session:
        session.get_one(Account, account_id, with_for_update=True)
        session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
        record_about(session, account_id, action="renew_recovery_codes")
        return missing_recovery_codes(session, account_id)


def use_code(session: Session, account: Account, code: str) -> str | None:
    """Take a code in the caller's transaction, which holds the account's row: totp, recovery, or None if it is wrong.

    No code is taken twice.
    """
    if account.totp_secret is not None:
        counter = _counter(_open(account), code, last=account.totp_counter)
        if counter is not None:
            account.totp_counter = counter
            return "totp"
    taken = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account.id,
            RecoveryCode.code_hash == _digest(account.id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .returning(RecoveryCode.id)
    )
    if taken.first() is None:
        return None
    record_about(session, account.id, action="use_recovery_code")
    return "recovery"


def missing_recovery_codes(session: Session, account_id: int) -> list[str]:
    """A set of recovery codes in words for paper, if the account has none left; in the caller's transaction."""
    unused = (RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    if session.scalar(select(RecoveryCode.id).where(*unused).limit(1)) is not None:
        return []
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(16)) for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(account_id=account_id, code_hash=_digest(account_id, code)) for code in codes
    )
    return ["-".join(code[start : start + 4] for start in range(0, 16, 4)) for code in codes]


def keep_one(session: Session, account_id: int) -> None:
    """Refuse in the caller's transaction to leave an account without any second factor outside demo mode."""
    left = session.scalar(
        select(Account.id).where(Account.id == account_id, Account.totp_secret.is_not(None))
    ) or session.scalar(select(Passkey.id).where(Passkey.account_id == account_id).limit(1))
    if left is None and not directory.installation().demo:
        raise Conflict("the last second factor stays")


def forget_all(session: Session, account: Account) -> None:
    """Remove every second factor in the caller's transaction, so that the next sign-in sets up a new one."""
    account.totp_secret = account.totp_counter = None
    for table in (Passkey, RecoveryCode):
        session.execute(delete(table).where(table.account_id == account.id))


def _counter(secret: str, code: str, *, last: int | None) -> int | None:
    """The half minute that the code belongs to, later than `last`; None when it is wrong or was used."""
    try:
        match = TOTP(key=secret).match(
            code.strip(), time=int(clock.now().timestamp()), window=DRIFT_S, last_counter=last
        )
    except (TokenError, ValueError):
        return None
    return int(match.counter)


def _digest(account_id: int, code: str) -> bytes:
    plain = "".join(code.split()).replace("-", "").upper().translate(str.maketrans("OIL", "011"))
    return sealing.digest("recovery-code", str(account_id), plain)


def _seal(account_id: int, secret: str) -> bytes:
    return sealing.seal_bytes(_key(), secret.encode(), f"staff_account.totp_secret/{account_id}")


def _open(account: Account) -> str:
    sealed = account.totp_secret or b""
    return sealing.open_bytes(_key(), sealed, f"staff_account.totp_secret/{account.id}").decode()


def _key() -> bytes:
    return keystore.current().derive("second-factor")
