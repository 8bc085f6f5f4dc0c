"""Sealing text under a case's own key, and the keyed digests by which things are found without being readable."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from helpbutton.vault import keystore

VERSION = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32


class Unreadable(Exception):
    """The sealed bytes were changed, moved to another field, or sealed under another key."""


def new_key() -> bytes:
    """A fresh 256-bit data key."""
    return AESGCM.generate_key(bit_length=256)


def seal_bytes(key: bytes, plain: bytes, place: str) -> bytes:
    """AES-256-GCM with a random nonce; `place` names table, field and row and must match when opening."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, plain, VERSION + place.encode())


def open_bytes(key: bytes, sealed: bytes, place: str) -> bytes:
    """The plain bytes. Raises Unreadable."""
    if sealed[:1] != VERSION:
        raise Unreadable(place)
    nonce, rest = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, rest, VERSION + place.encode())
    except InvalidTag:
        raise Unreadable(place) from None


@dataclass(frozen=True, repr=False)
class CaseVault:
    """Seals and opens the free text and contact fields of the case with this number under its data key."""

    number: str
    key: bytes

    def seal_text(self, text: str, field: str) -> bytes:
        """`field` is "table.column", or "table.column/row" where a case has many rows."""
        return seal_bytes(self.key, text.encode(), self._place(field))

    def seal(self, text: str | None, field: str) -> bytes | None:
        """The same for a field that may be empty: None stays None."""
        return None if text is None else self.seal_text(text, field)

    def open(self, sealed: bytes | None, field: str) -> str | None:
        """The text that was sealed in this field. Raises Unreadable."""
        return None if sealed is None else open_bytes(self.key, sealed, self._place(field)).decode()

    def fingerprint(self, content: str) -> bytes:
        """A digest of `content` that means nothing without the case key."""
        return hmac.digest(self.key, b"fingerprint\x00" + content.encode(), "sha256")

    def _place(self, field: str) -> str:
        return f"case/{self.number}/{field}"


def wrap(key: bytes, *, number: str, organisation_id: int, epoch: int) -> bytes:
    """The case key under the organisation's key of that epoch."""
    outer = keystore.current().organisation_key(organisation_id, epoch)
    return seal_bytes(outer, key, f"case_key/{number}/{organisation_id}/{epoch}")


def unwrap(wrapped: bytes, *, number: str, organisation_id: int, epoch: int) -> bytes:
    """The case key. Raises Unreadable, or NotReady when the epoch is gone."""
    outer = keystore.current().organisation_key(organisation_id, epoch)
    return open_bytes(outer, wrapped, f"case_key/{number}/{organisation_id}/{epoch}")


def digest(label: str, *parts: str) -> bytes:
    """Keyed digest of `parts` for looking things up; each label has a key of its own."""
    joined = "\x1f".join(parts).encode()
    return hmac.digest(keystore.current().derive(label), joined, "sha256")


def blind_index(organisation_id: int, what: str, value: str) -> bytes:
    """Exact-match look-up of a phone number or e-mail address inside one organisation."""
    return digest(f"blind-index/{organisation_id}/{what}", value.strip().lower())


def pseudonym(kind: str, identity: int) -> str:
    """A stable stand-in for a person or case in the audit log; 16 characters, not reversible without the key."""
    return base64.b32encode(digest("pseudonym", kind, str(identity))[:10]).decode().lower()


def hashed(token: str) -> bytes:
    """Plain SHA-256 of a long random token, for storing session ids."""
    return hashlib.sha256(token.encode()).digest()
