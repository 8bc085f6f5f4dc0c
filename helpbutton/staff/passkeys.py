"""Passkeys (WebAuthn): registering one, and taking its answer to a challenge exactly once.

Each must verify its owner by PIN or biometrics, so it is two factors in one and signs in without a password.
"""

import datetime as dt
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from helpbutton import clock, settings
from helpbutton.db import reading, transaction
from helpbutton.errors import FieldError, Invalid, NotFound
from helpbutton.staff.models import Account, Passkey, UsedChallenge
from helpbutton.staff.second_factor import keep_one, missing_recovery_codes
from helpbutton.staff.sessions import record_about
from helpbutton.vault import sealing

CHALLENGE_LASTS = dt.timedelta(hours=1)
NAME_LIMIT = 60


@dataclass(frozen=True)
class PasskeyView:
    """A passkey of one account; moments aware UTC."""

    id: int
    name: str
    created_at: dt.datetime
    used_at: dt.datetime | None


def new_challenge() -> str:
    """512 random bits as hexadecimal digits; the page carries it sealed."""
    return secrets.token_hex(64)


def registration_options(*, account_id: int, email: str, name: str, challenge: str, product: str) -> str:
    """What the browser needs to make a passkey, as JSON."""
    return options_to_json(
        generate_registration_options(
            rp_id=_host(),
            rp_name=product,
            user_id=sealing.digest("passkey-owner", str(account_id)),
            user_name=email,
            user_display_name=name,
            challenge=bytes.fromhex(challenge),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=_descriptors(account_id),
        )
    )


def answer_options(*, challenge: str, account_id: int | None = None) -> str:
    """What the browser needs to answer with a passkey, of this account or of any that it holds, as JSON."""
    return options_to_json(
        generate_authentication_options(
            rp_id=_host(),
            challenge=bytes.fromhex(challenge),
            user_verification=UserVerificationRequirement.REQUIRED,
            allow_credentials=None if account_id is None else _descriptors(account_id),
        )
    )


def passkeys_of(account_id: int) -> list[PasskeyView]:
    """The passkeys of an account, the oldest first."""
    rows = reading().scalars(select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id))
    return [PasskeyView(row.id, row.name, row.created_at, row.used_at) for row in rows]


def add_passkey(*, account_id: int, challenge: str, answer: str, name: str) -> list[str]:
    """Store what the browser made. Returns new recovery codes if the account has none left, else nothing.

    Raises Invalid when the answer is not one to this challenge, or the passkey is known.
    """
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=bytes.fromhex(challenge),
            expected_rp_id=_host(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError):
        raise Invalid(FieldError("passkey", "wrong_passkey")) from None
    with transaction() as session:
        known = session.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id))
        if known is not None or not _first_use(session, challenge):
            raise Invalid(FieldError("passkey", "wrong_passkey"))
        session.add(
            Passkey(
                account_id=account_id,
                credential_id=made.credential_id,
                public_key=made.credential_public_key,
                sign_count=made.sign_count,
                name=name.strip()[:NAME_LIMIT],
                created_at=clock.now(),
            )
        )
        record_about(session, account_id, action="add_passkey")
        return missing_recovery_codes(session, account_id)


def remove_passkey(*, account_id: int, passkey_id: int) -> None:
    """Forget one passkey. Raises NotFound, or Conflict when nothing would be left outside demo mode."""
    with transaction() as session:
        session.get_one(Account, account_id, with_for_update=True)
        gone = session.execute(
            delete(Passkey)
            .where(Passkey.id == passkey_id, Passkey.account_id == account_id)
            .returning(Passkey.id)
        )
        if gone.first() is None:
            raise NotFound("passkey")
        keep_one(session, account_id)
        record_about(session, account_id, action="remove_passkey")


def use_answer(session: Session, *, challenge: str, answer: str, account_id: int | None) -> Account | None:
    """The active account whose passkey answered this challenge, in the caller's transaction; None when it is wrong.

    With `account_id` only that one's passkeys count. A challenge counts once; a passkey whose counter went backwards
    was copied and is refused.
    """
    try:
        credential = parse_authentication_credential_json(answer)
        row = session.scalar(
            select(Passkey)
            .join(Account, Account.id == Passkey.account_id)
            .where(Passkey.credential_id == credential.raw_id, Account.active)
            .with_for_update(of=Passkey)
        )
        if row is None or account_id not in (None, row.account_id):
            return None
        proven = verify_authentication_response(
            credential=credential,
            expected_challenge=bytes.fromhex(challenge),
            expected_rp_id=_host(),
            expected_origin=_origin(),
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError):
        return None
    if not _first_use(session, challenge):
        return None
    row.sign_count, row.used_at = proven.new_sign_count, clock.now()
    return session.get_one(Account, row.account_id)


def _first_use(session: Session, challenge: str) -> bool:
    now, digest = clock.now(), sealing.hashed(challenge)
    session.execute(delete(UsedChallenge).where(UsedChallenge.expires_at < now))
    if session.get(UsedChallenge, digest) is not None:
        return False
    session.add(UsedChallenge(digest=digest, expires_at=now + 2 * CHALLENGE_LASTS))
    session.flush()
    return True


def _descriptors(account_id: int) -> list[PublicKeyCredentialDescriptor]:
    ids = reading().scalars(select(Passkey.credential_id).where(Passkey.account_id == account_id))
    return [PublicKeyCredentialDescriptor(id=credential_id) for credential_id in ids]


def _origin() -> str:
    parts = urlsplit(settings.current().public_url)
    return f"{parts.scheme}://{parts.netloc}"


def _host() -> str:
    return urlsplit(settings.current().public_url).hostname or ""
