"""Passwords: argon2id hashes, a check that takes as long for an unknown account, and what is too easy to guess."""

import re
import secrets
import unicodedata
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from helpbutton.config_dir import CONFIG_DIR
from helpbutton.errors import FieldError

MIN_LENGTH = 15
MAX_LENGTH = 1000
NOBODY = "!"
"""In the place of a hash: no password is right."""
PRODUCT = (
    "pyydäapua",
    "pyydaapua",
    "pyydä",
    "apua",
    "apunappi",
    "begärhjälp",
    "askforhelp",
    "helpbutton",
    "help",
)
LEET = str.maketrans("013457@$!", "oleastasi")
KEYBOARD = ("1234567890", "qwertyuiopå", "asdfghjklöä", "zxcvbnm", "abcdefghijklmnopqrstuvwxyzåäö")
MIN_PIECE = 3
LEAKED_PIECE = 4
"""So many letters of a leaked password say something about the one that contains them."""
WORDS_ALLOWED = 2
"""A password of this many different common words, or fewer, can be guessed."""
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """Argon2id with 19 MiB, 2 passes, 1 lane (the OWASP minimum)."""
    return _hasher.hash(_normal(password))


def matches(password: str, password_hash: str | None) -> bool:
    """Whether the password is right; with no hash (unknown account) the same work is done and the answer is no.

    An account that nobody can sign in to takes as long, too.
    """
    known = password_hash is not None and password_hash != NOBODY
    try:
        return (
            _hasher.verify(password_hash if known and password_hash else _nobody(), _normal(password))
            and known
        )
    except (VerifyMismatchError, InvalidHashError):
        return False


def invent() -> str:
    """A random password of 22 letters for a demo sign-in or a first account."""
    return secrets.token_urlsafe(16)


def problem(password: str, *, about: Iterable[str] = ()) -> FieldError | None:
    """What is wrong with a new password; `about` are texts that a guesser knows, such as address and name.

    Any character counts and none is demanded (NIST SP 800-63B-4, ASVS 6.2): only length, and that it is not made of
    one or two common words (config/common-passwords.txt, the 30,000 passwords found most often in leaks, the
    product's name, `about`), runs on the keyboard, repetitions and digits. Nobody is asked over the network.
    """
    plain = _normal(password)
    if len(plain) < MIN_LENGTH:
        return FieldError("password", "too_short", {"limit": MIN_LENGTH})
    if len(plain) > MAX_LENGTH:
        return FieldError("password", "too_long", {"limit": MAX_LENGTH})
    if is_common(plain, about=about):
        return FieldError("password", "common")
    return None


def is_common(password: str, *, about: Iterable[str] = ()) -> bool:
    """Whether one or two common words with digits, signs, runs and repetitions make up the whole password."""
    known = common_words() | {word for text in about for word in _pieces(text)}
    folded = password.casefold()
    readings = (_letters(folded), _letters(folded.translate(LEET)))
    return folded in leaked() or any(_few_words(letters, known) for letters in readings)


@cache
def common_words() -> frozenset[str]:
    """The words of common and of leaked passwords, and the product's own names."""
    lines = (CONFIG_DIR / "common-passwords.txt").read_text(encoding="utf-8").splitlines()
    pieces = {letters for password in leaked() if len(letters := _letters(password)) >= LEAKED_PIECE}
    return frozenset(PRODUCT).union(pieces, *(line.split() for line in lines if not line.startswith("#")))


@cache
def leaked() -> frozenset[str]:
    """The 30,000 passwords that leaks contain most often, in small letters, from the list that zxcvbn carries."""
    return frozenset(FREQUENCY_LISTS["passwords"])


def _few_words(letters: str, known: frozenset[str] | set[str]) -> bool:
    """Whether the letters can be cut into at most `WORDS_ALLOWED` different known words, runs and repetitions aside."""
    longest = max(map(len, known))
    reached: list[set[frozenset[str]]] = [set() for _ in range(len(letters) + 1)]
    reached[0].add(frozenset())
    for start, ways in enumerate(reached[:-1]):
        if not ways:
            continue
        for end in range(start + 1, min(start + longest, len(letters)) + 1):
            piece = letters[start:end]
            free = len(set(piece)) == 1 or any(piece in run or piece[::-1] in run for run in KEYBOARD)
            if free and len(piece) < MIN_PIECE and end < len(letters):
                continue
            if free or piece in known:
                more = frozenset() if free else frozenset({piece})
                reached[end] |= {way | more for way in ways if len(way | more) <= WORDS_ALLOWED}
    return bool(reached[-1])


def _letters(text: str) -> str:
    """Letters alone: digits and signs between words make nothing harder to guess."""
    return "".join(letter for letter in text if letter.isalpha())


def _pieces(text: str) -> Iterable[str]:
    """The words of an address or name, and all of it together."""
    words = [word for word in re.split(r"[\W\d_]+", text.casefold()) if len(word) >= MIN_PIECE]
    return [*words, "".join(words)] if words else []


def _normal(password: str) -> str:
    """One form for what keyboards write in several ways."""
    return unicodedata.normalize("NFC", password)


@cache
def _nobody() -> str:
    return hash_password(secrets.token_hex(16))
