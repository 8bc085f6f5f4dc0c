"""Receipt codes: 100 bits in five groups of Crockford base32, derived from site and idempotency key, never stored."""

import hmac

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH, GROUP = 20, 4
READ_AS = str.maketrans("OIL", "011")
"""What people take for each other."""


def derive(key: bytes, *, site: str, idempotency_key: str) -> str:
    """The code of one request, for example "7K3F-9QXD-...": the same request always yields the same code."""
    mac = hmac.digest(key, f"{site}|{idempotency_key}".encode(), "sha256")
    bits = int.from_bytes(mac[:13], "big") >> 4
    return grouped("".join(ALPHABET[(bits >> shift) & 31] for shift in range(5 * (LENGTH - 1), -1, -5)))


def grouped(letters: str) -> str:
    """Twenty letters as people read them: five groups of four."""
    return "-".join(letters[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def normalise(typed: str) -> str | None:
    """The code as `derive` writes it, however it was typed (lower case, spaces, O for 0, I or L for 1), or None."""
    letters = "".join(letter for letter in typed.upper().translate(READ_AS) if letter.isalnum())
    if len(letters) != LENGTH or any(letter not in ALPHABET for letter in letters):
        return None
    return grouped(letters)
