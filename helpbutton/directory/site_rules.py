"""What a site may say of itself: its origins, colour, languages, topics and texts, checked field by field."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import phonenumbers

from helpbutton.errors import FieldError, Invalid
from helpbutton.i18n import LANGUAGES, WRITTEN

POSITIONS = ("floating", "floating-left", "inline")
KEY = re.compile(r"[a-z0-9][a-z0-9-]{2,59}")
COLOUR = re.compile(r"#[0-9a-f]{6}")
HOST = re.compile(r"localhost|(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{1,63}")
THIS_MACHINE = ("localhost", "127.0.0.1")
STANDARD_PORT = {"https": 443, "http": 80}
NAME_LIMIT, PROMISE_LIMIT, ORIGIN_LIMIT, ORIGINS_LIMIT = 80, 240, 200, 20


@dataclass(frozen=True)
class Draft:
    """A site as its editor describes it. `names` and `promise_texts` by language; no topics means all of them.

    The first of `languages` is the default. `colour` is "#rrggbb" or empty for the button's own.
    """

    names: Mapping[str, str]
    municipality: str
    languages: tuple[str, ...]
    origins: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    colour: str = ""
    position: str = POSITIONS[0]
    phone: str = ""
    promise_texts: Mapping[str, str] = field(default_factory=dict)
    active: bool = True


@dataclass(frozen=True)
class Choices:
    """What there is to choose from: topic ids in their order, and whether a municipality exists and is served."""

    topics: tuple[str, ...]
    exists: Callable[[str], bool]
    serves: Callable[[str], bool]


@dataclass(frozen=True)
class Ink:
    """Black or white text on a colour and its contrast ratio, at least 4.5 for every colour (WCAG 2.2, 1.4.3)."""

    name: str
    ratio: float


def checked(draft: Draft, choices: Choices, *earlier: FieldError) -> Draft:
    """The draft as it is stored. Raises Invalid with every wrong field, `earlier` ones first."""
    plain = _plain(draft)
    origins = [_origin(typed) for typed in plain.origins]
    phone = _phone(plain.phone)
    errors = [
        *earlier,
        *_names(plain),
        *_place(plain, choices),
        *(found for found in origins if isinstance(found, FieldError)),
        *_offer(plain, choices),
        *_look(plain),
        *([phone] if isinstance(phone, FieldError) else []),
        *_promises(plain),
    ]
    if len(origins) > ORIGINS_LIMIT:
        errors.append(FieldError("origins", "too_many", {"limit": ORIGINS_LIMIT}))
    if errors:
        raise Invalid(*errors)
    every_topic = set(plain.topics) == set(choices.topics)
    return replace(
        plain,
        origins=tuple(dict.fromkeys(found for found in origins if isinstance(found, str))),
        topics=() if every_topic else tuple(topic for topic in choices.topics if topic in plain.topics),
        phone=phone if isinstance(phone, str) else "",
    )


def key_errors(key: str) -> Iterator[FieldError]:
    """What is wrong with the key of a new site: it stands in addresses, so it is short and plain."""
    if not KEY.fullmatch(key):
        yield FieldError("key", "site_key")


def ink_on(colour: str) -> Ink:
    """The text colour that reads better on "#rrggbb"; the loader decides by the same formula."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    light = sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    on_black, on_white = (light + 0.05) / 0.05, 1.05 / (light + 0.05)
    return Ink("black", on_black) if on_black > on_white else Ink("white", on_white)


def _plain(draft: Draft) -> Draft:
    return replace(
        draft,
        names={language: _line(name) for language, name in draft.names.items()},
        origins=tuple(filter(None, (origin.strip() for origin in draft.origins))),
        languages=tuple(dict.fromkeys(draft.languages)),
        colour=draft.colour.strip().lower(),
        phone=draft.phone.strip(),
        promise_texts={
            language: text for language, typed in draft.promise_texts.items() if (text := _line(typed))
        },
    )


def _line(text: str) -> str:
    """One line: runs of space and line breaks become one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _unreadable(text: str) -> bool:
    """Whether it holds control characters, half characters, or marks that turn the direction of what follows."""
    return any(
        unicodedata.category(letter) in ("Cc", "Cs") or letter in "\u202a\u202b\u202c\u202d\u202e"
        for letter in text
    )


def _names(draft: Draft) -> Iterator[FieldError]:
    for language in WRITTEN:
        name = draft.names.get(language, "")
        if not name:
            yield FieldError(f"name_{language}", "required")
        elif len(name) > NAME_LIMIT:
            yield FieldError(f"name_{language}", "too_long", {"limit": NAME_LIMIT})
        elif _unreadable(name):
            yield FieldError(f"name_{language}", "characters")


def _place(draft: Draft, choices: Choices) -> Iterator[FieldError]:
    if not choices.exists(draft.municipality):
        yield FieldError("municipality", "unknown_value")
    elif not choices.serves(draft.municipality):
        yield FieldError("municipality", "not_served")


def _origin(typed: str) -> str | FieldError:
    """The origin as browsers write it: host in ASCII, no standard port, no final slash."""
    shown = {"origin": typed[:ORIGIN_LIMIT]}
    try:
        parts = urlsplit(typed)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        return FieldError("origins", "origin", shown)
    if len(typed) > ORIGIN_LIMIT or parts.scheme not in STANDARD_PORT or not HOST.fullmatch(host):
        return FieldError("origins", "origin", shown)
    if parts.scheme == "http" and host not in THIS_MACHINE:
        return FieldError("origins", "origin_http", shown)
    tail = "" if port in (None, STANDARD_PORT[parts.scheme]) else f":{port}"
    origin = f"{parts.scheme}://{host}{tail}"
    if "@" in parts.netloc or typed.rstrip("/") != f"{typed.partition('://')[0]}://{parts.netloc}":
        return FieldError("origins", "origin_path", {"origin": origin})
    return origin


def _offer(draft: Draft, choices: Choices) -> Iterator[FieldError]:
    if set(draft.topics) - set(choices.topics):
        yield FieldError("topics", "unknown_value")
    if not draft.languages:
        yield FieldError("languages", "required")
    elif set(draft.languages) - set(LANGUAGES):
        yield FieldError("languages", "unknown_value")


def _look(draft: Draft) -> Iterator[FieldError]:
    if draft.colour and not COLOUR.fullmatch(draft.colour):
        yield FieldError("colour", "colour")
    if draft.position not in POSITIONS:
        yield FieldError("position", "unknown_value")


def _phone(typed: str) -> str | FieldError:
    """E.164, or empty."""
    if not typed:
        return ""
    try:
        number = phonenumbers.parse(typed, "FI")
    except phonenumbers.NumberParseException:
        return FieldError("phone", "phone")
    if not phonenumbers.is_valid_number(number):
        return FieldError("phone", "phone")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _promises(draft: Draft) -> Iterator[FieldError]:
    for language, text in draft.promise_texts.items():
        field = f"promise_{language}"
        if language not in WRITTEN:
            yield FieldError(field, "unknown_field")
        elif len(text) > PROMISE_LIMIT:
            yield FieldError(field, "too_long", {"limit": PROMISE_LIMIT})
        elif _unreadable(text):
            yield FieldError(field, "characters")
