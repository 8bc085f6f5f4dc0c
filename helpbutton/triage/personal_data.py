"""Personal data in free text: identity codes, phone numbers, e-mail and street addresses, given names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import phonenumbers

from helpbutton.triage.words import clean

_CENTURIES = {"+": 1800} | dict.fromkeys("-UVWXY", 1900) | dict.fromkeys("ABCDEF", 2000)
_CHECK_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])(\d{2})(\d{2})(\d{2})\s?([-+A-FU-Ya-fu-y–])\s?(\d{3})([0-9A-Ya-y])(?![0-9A-Za-z])"
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,24}\b")
_STREET_END = (
    r"(?:katu|tie|kuja|polku|väylä|raitti|kaari|rinne|bulevardi|penger|kadulla|tiellä|kujalla|polulla|kaarella|rinteellä"
    r"|gatan|vägen|gränden|stigen|allén|bågen)"
)
_ADDRESS = re.compile(
    r"\b(?!(?i:valta|maan|kanta|moottori)tie )[A-ZÅÄÖa-zåäö]{2,25}(?:[ -][a-zåäö]{2,20})?"
    rf"{_STREET_END} \d{{1,3}}(?: ?[A-Za-z](?![\w]))?(?: ?\d{{1,3}}\b)?"
    r"(?!\s*(?:h\b|t\b|tunti|tuntia|päiv|vuo|v\b|vk|viik|kuuk|kertaa|min|dag|tim|år|gång))"
)
_NAME_CUE = re.compile(
    r"(?i:\b(?:nimeni on|nimi on|nimensä on|nimeltään|jag heter|heter|my name is|name is|меня зовут|зовут|"
    r"мене звати|звати|minu nimi on|اسمي|magacaygu waa))\s+"
    r"([^\W\d_a-zåäöа-яіїє][^\W\d_]{1,24}(?:[ -][^\W\d_a-zåäöа-яіїє][^\W\d_]{1,24}){0,2})"
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
    found += [PersonalDatum("name", match.group(1)) for match in _NAME_CUE.finditer(rest)]
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
        day, month, year, sign, individual, check = match.groups()
        century = _CENTURIES["-" if sign == "–" else sign.upper()]
        if is_identity_code(int(day), int(month), century + int(year), individual, check.upper()):
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
