"""Personal data in free text: identity codes, phone numbers, e-mail and street addresses, given names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import phonenumbers

from helpbutton.triage.personal_names import names
from helpbutton.triage.words import clean

_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212"
_CENTURIES = {"+": 1800} | dict.fromkeys(_DASHES + "UVWXY", 1900) | dict.fromkeys("ABCDEF", 2000)
_CHECK_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_IDENTITY = re.compile(
    r"(?<!\d)(\d{2})[. ]?(\d{2})[. ]?(\d{2})\s?"
    rf"(?:([+A-FU-Ya-fu-y{_DASHES}])\s?(\d{{3}})([0-9A-Ya-y])|(\d{{3}})([A-Ya-y]))(?![0-9A-Za-z])"
)
"""The sign of the century may be left out where the check character is a letter: digits alone are phone numbers."""
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,24}\b")
_STREET_END = (
    r"(?:katu|tie|kuja|polku|väylä|raitti|kaari|rinne|bulevardi|penger|kadulla|tiellä|kujalla|polulla|kaarella|rinteellä"
    r"|kadun|kujan|polun|kadulle|kujalle|kadulta"
    r"|gatan|vägen|gränden|stigen|allén|bågen)"
)
_ADDRESS = re.compile(
    r"\b(?!(?i:valta|maan|kanta|moottori)tie )"
    r"(?:[A-ZÅÄÖa-zåäö]{2,25}(?:[ -][a-zåäö]{2,20})?|(?:[A-ZÅÄÖ][a-zåäöé]{1,24}[ -]){1,3})"
    rf"{_STREET_END} \d{{1,3}}(?: ?[A-Za-z](?![\w]))?(?: ?\d{{1,3}}\b)?"
    r"(?!\s*(?:h\b|t\b|tunti|tuntia|päiv|vuo|v\b|vk|viik|kuuk|kertaa|min|dag|tim|år|gång))"
)
_PERSONAL_NUMBERS = (
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    phonenumbers.PhoneNumberType.VOIP,
    phonenumbers.PhoneNumberType.PERSONAL_NUMBER,
)


@dataclass(frozen=True)
class PersonalDatum:
    """`kind` is identity_code, phone, email, address or name; `words` as the sender wrote them."""

    kind: str
    words: str


def find(text: str) -> tuple[PersonalDatum, ...]:
    """Personal data in a raw text, in the order of the kinds above, each quotation once."""
    cleaned = clean(text)
    found: list[PersonalDatum] = []
    rest = cleaned
    for kind, places in (("identity_code", _identity_codes), ("email", _emails)):
        for start, end in places(rest):
            found.append(PersonalDatum(kind, cleaned[start:end]))
            rest = rest[:start] + " " * (end - start) + rest[end:]
    found += [PersonalDatum("phone", words) for words in _phones(rest)]
    found += [PersonalDatum("address", match.group()) for match in _ADDRESS.finditer(rest)]
    found += [PersonalDatum("name", words) for words in names(rest)]
    return tuple(dict.fromkeys(found))


def is_identity_code(day: int, month: int, year: int, individual: str, check: str) -> bool:
    """Whether a Finnish personal identity code is a real date with the right check character.

    The check character stands for the remainder of ddmmyynnn divided by 31; `individual` is 002-999, of which
    900-999 are temporary. Source: Digital and Population Data Services Agency (personal identity code).
    """
    try:
        date(year, month, day)
    except ValueError:
        return False
    remainder = int(f"{day:02}{month:02}{year % 100:02}{individual}") % 31
    return int(individual) >= 2 and _CHECK_CHARACTERS[remainder] == check


def _identity_codes(text: str) -> Iterator[tuple[int, int]]:
    for match in _IDENTITY.finditer(text):
        day, month, year, sign, individual, check, unsigned, letter = match.groups()
        century = _CENTURIES[(sign or "A").upper()]
        number, fits = individual or unsigned, (check or letter).upper()
        if is_identity_code(int(day), int(month), century + int(year), number, fits):
            yield match.span()


def _emails(text: str) -> Iterator[tuple[int, int]]:
    for match in _EMAIL.finditer(text):
        yield match.span()


def _phones(text: str) -> Iterator[str]:
    if not any(char.isdigit() for char in text):
        return
    for match in phonenumbers.PhoneNumberMatcher(text, "FI", leniency=phonenumbers.Leniency.VALID):
        if phonenumbers.number_type(match.number) in _PERSONAL_NUMBERS:
            yield match.raw_string
