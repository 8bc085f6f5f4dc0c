"""Keys for organisations, desks and sites whose keeper has only given a name."""

import re
import unicodedata

LONGEST = 60
SHORTEST = 3


def key_from(*names: str) -> str:
    """Small letters, digits and hyphens: key_from("varha", "Perheneuvola, Turku") is "varha-perheneuvola-turku"."""
    plain = unicodedata.normalize("NFKD", " ".join(names).casefold()).encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-")
    return key if len(key) >= SHORTEST else f"{key}-own".strip("-")
