"""Passwords: argon2id hashes, and a check that takes as long for an unknown account as for a known one."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

MIN_LENGTH = 15
NOBODY = "!"
"""In the place of a hash: no password is right."""
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """Argon2id with 19 MiB, 2 passes, 1 lane (the OWASP minimum)."""
    return _hasher.hash(password)


def matches(password: str, password_hash: str | None) -> bool:
    """Whether the password is right; with no hash (unknown account) the same work is done and the answer is no."""
    try:
        return _hasher.verify(password_hash or _nobody(), password) and password_hash is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def invent() -> str:
    """A random password of 22 letters for a demo sign-in or a first account."""
    return secrets.token_urlsafe(16)


@cache
def _nobody() -> str:
    return hash_password(secrets.token_hex(16))
