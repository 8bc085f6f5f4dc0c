"""The keys that stand outside the database: one secret for deriving, and the key store with its epochs.

Everything derived from the secret has a label of its own (HKDF, RFC 5869), so no key serves two ends.
"""

import base64
import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from helpbutton import settings
from helpbutton.errors import NotReady

KEY_BYTES = 32


@dataclass(frozen=True)
class KeyStore:
    """`secret` derives the working keys; `epochs` maps an epoch number to the root of its organisation keys."""

    secret: bytes
    epochs: dict[int, bytes]

    @property
    def epoch(self) -> int:
        """The epoch in which new case keys are wrapped."""
        return max(self.epochs)

    def derive(self, label: str) -> bytes:
        """A 32-byte working key for one end, named by its label."""
        return _hkdf(self.secret, label)

    def organisation_key(self, organisation_id: int, epoch: int) -> bytes:
        """The key that wraps case keys of one organisation in one epoch. Raises NotReady for a destroyed epoch."""
        if epoch not in self.epochs:
            raise NotReady(f"the key store does not hold epoch {epoch}")
        return _hkdf(self.epochs[epoch], f"organisation/{organisation_id}")


@lru_cache(maxsize=4096)
def _hkdf(root: bytes, label: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"helpbutton/{label}".encode()).derive(
        root
    )


def create_missing(secret_path: Path, key_store_path: Path) -> None:
    """Make the two key files where they do not exist yet, readable by their owner alone (demo mode)."""
    if not secret_path.exists():
        _write_private(secret_path, secrets.token_hex(KEY_BYTES).encode())
    if not key_store_path.exists():
        root = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
        _write_private(key_store_path, json.dumps({"epochs": {"1": root}}).encode())


def _write_private(path: Path, content: bytes) -> None:
    """Whole or not at all, and never over a file that another process made first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(part, path)
    part.unlink()


@cache
def load(secret_path: Path, key_store_path: Path) -> KeyStore:
    """Read both files. Raises NotReady, without showing any content, when one is missing or malformed."""
    try:
        secret = secret_path.read_bytes().strip()
        epochs = json.loads(key_store_path.read_bytes())["epochs"]
        store = KeyStore(secret, {int(number): base64.b64decode(key) for number, key in epochs.items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise NotReady("the secret key file or the key store cannot be read") from None
    if not store.epochs or any(len(key) != KEY_BYTES for key in store.epochs.values()):
        raise NotReady("the key store holds no whole epoch key")
    return store


def current() -> KeyStore:
    """The key store of this process."""
    active = settings.current()
    return load(active.secret_key_path, active.key_store_path)
