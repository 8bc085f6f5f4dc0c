"""What a sender sends, in one typed shape: the HTML form and the JSON API both end here."""

import datetime as dt
import re
import unicodedata
from typing import Annotated, Any, Literal, TypeVar

import phonenumbers
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from helpbutton.errors import FieldError, Invalid
from helpbutton.i18n import LANGUAGES
from helpbutton.plain_text import is_text

TEXT_LIMIT = 10_000
KINDS = (
    "help",
    "consultation_anonymous",
    "consultation_with_consent",
    "contact_together",
    "network_meeting",
    "transition_handover",
)
ANONYMOUS, WITH_CONSENT = "consultation_anonymous", "consultation_with_consent"
ROLES = ("parent", "young_person", "child", "relative", "professional", "other")
AGE_GROUPS = ("unborn", "0-2", "3-5", "6-9", "10-12", "13-15", "16-17", "18+")
URGENCIES = ("urgent", "soon", "normal", "low")

Kind = Literal[
    "help",
    "consultation_anonymous",
    "consultation_with_consent",
    "contact_together",
    "network_meeting",
    "transition_handover",
]
Role = Literal["parent", "young_person", "child", "relative", "professional", "other"]
AgeGroup = Literal["unborn", "0-2", "3-5", "6-9", "10-12", "13-15", "16-17", "18+"]
Language = Literal["fi", "fi-selko", "sv", "en", "se", "ru", "uk", "ar", "so", "et"]
Line = Annotated[str, Field(max_length=200, pattern=r"[^\s\x00-\x1f]")]
LocalTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
assert set(LANGUAGES) == set(Language.__args__)  # type: ignore[attr-defined]


def e164(typed: str) -> str | None:
    """A phone number however it was typed, Finnish unless it says otherwise, as E.164; None when it is none."""
    try:
        number = phonenumbers.parse(typed, "FI")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _clean(text: str, *, lines: bool) -> str:
    """NFC, without control characters (line breaks stay where `lines`); refuses NUL and lone surrogates."""
    if not is_text(text):
        raise PydanticCustomError("characters", "contains characters that are not text")
    kept = "\n\t" if lines else ""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(
        letter for letter in text if letter in kept or unicodedata.category(letter) != "Cc"
    ).strip()


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @field_validator("*", mode="after")
    @classmethod
    def _text_is_text(cls, value: object) -> object:
        if isinstance(value, list):
            return [_clean(item, lines=False) for item in value]
        return (_clean(value, lines=True) or None) if isinstance(value, str) else value


class ContactInput(_Strict):
    """How the sender may be reached; everything may be left out."""

    name: Annotated[str, Field(max_length=120)] | None = None
    phone: Annotated[str, Field(max_length=40)] | None = None
    email: Annotated[str, Field(max_length=254)] | None = None
    preferred: Literal["phone", "sms", "email", "message"] | None = None
    safe_to_call: bool = False
    safe_to_leave_message: bool = False
    safe_to_text: bool = False
    sms_may_name_service: bool = False
    nudge_only: bool = False
    private_phone: bool = False
    not_before: LocalTime | None = None
    not_after: LocalTime | None = None

    @field_validator("phone", mode="after")
    @classmethod
    def _as_e164(cls, value: str | None) -> str | None:
        number = e164(value) if value is not None else None
        if value is not None and number is None:
            raise PydanticCustomError("phone", "is not a phone number")
        return number

    @field_validator("email", mode="after")
    @classmethod
    def _looks_like_email(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", value):
            raise PydanticCustomError("email", "is not an e-mail address")
        return value


class ConsentInput(_Strict):
    """Consent of the family, as a professional recorded it."""

    by: Line
    how: Line
    items: Annotated[list[Line], Field(min_length=1, max_length=20)]
    recipients: Annotated[list[Line], Field(min_length=1, max_length=20)]
    until: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None

    @field_validator("until", mode="after")
    @classmethod
    def _is_a_day(cls, value: str | None) -> str | None:
        try:
            return value and dt.date.fromisoformat(value).isoformat()
        except ValueError:
            raise PydanticCustomError("format", "is not a day") from None


class Submission(_Strict):
    """One request. `site` and `text` are required; the municipality defaults to the site's.

    Professionals alone consult: without identity nothing of the family is taken, otherwise its consent is required.
    """

    site: Annotated[str, Field(max_length=60, pattern=r"^[a-z0-9][a-z0-9-]*$")]
    text: str
    kind: Kind = "help"
    role: Annotated[Role, Field(validate_default=True)] = "parent"
    municipality: Annotated[str, Field(max_length=3)] | None = None
    topic: Annotated[str, Field(max_length=60)] | None = None
    language: Language = "fi"
    interpreter: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,8})?$")] | None = None
    child_age_group: AgeGroup | None = None
    may_forward: bool = False
    do_not_tell_guardian: bool = False
    secret_address: bool = False
    existing_worker: Annotated[str, Field(max_length=200)] | None = None
    contact: ContactInput = ContactInput()
    consent: Annotated[ConsentInput | None, Field(validate_default=True)] = None

    @property
    def anonymous(self) -> bool:
        """Whether advice is sought without telling who the family is."""
        return self.kind == ANONYMOUS

    @field_validator("contact", mode="before")
    @classmethod
    def _no_contact(cls, value: Any) -> Any:
        return {} if value is None else value

    @field_validator("role", mode="after")
    @classmethod
    def _professionals_consult(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("kind") in (ANONYMOUS, WITH_CONSENT) and value != "professional":
            raise PydanticCustomError("professionals_only", "is not a professional")
        return value

    @field_validator("existing_worker", "interpreter", "secret_address", "consent", mode="after")
    @classmethod
    def _nothing_of_an_unknown_family(cls, value: object, info: ValidationInfo) -> object:
        if info.data.get("kind") == ANONYMOUS and value:
            raise PydanticCustomError("not_in_anonymous", "tells who the family is")
        return value

    @field_validator("consent", mode="after")
    @classmethod
    def _consent_is_recorded(cls, value: ConsentInput | None, info: ValidationInfo) -> ConsentInput | None:
        if info.data.get("kind") == WITH_CONSENT and value is None:
            raise PydanticCustomError("required", "is required for this kind")
        return value

    @field_validator("text", mode="before")
    @classmethod
    def _has_words(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        text = _clean(value, lines=True)
        if not text:
            raise PydanticCustomError("empty", "is empty")
        if len(text) > TEXT_LIMIT:
            raise PydanticCustomError("too_long", "is too long", {"limit": TEXT_LIMIT})
        return text


_Shape = TypeVar("_Shape", bound=_Strict)

_CODES = {
    "missing": "required",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "too_short": "required",
    "list_too_long": "too_long",
    "extra_forbidden": "unknown_field",
    "literal_error": "unknown_value",
    "string_pattern_mismatch": "format",
    "string_type": "wrong_type",
    "bool_type": "wrong_type",
    "dict_type": "wrong_type",
    "list_type": "wrong_type",
    "model_type": "wrong_type",
    "model_attributes_type": "wrong_type",
    "string_unicode": "characters",
}
_KNOWN = {
    *("empty", "too_long", "phone", "email", "characters", "format", "required"),
    *("professionals_only", "not_in_anonymous"),
}


def parse(data: object) -> Submission:
    """A submission from decoded JSON or from the form's fields. Raises Invalid with every wrong field."""
    return _checked(Submission, data)


def parse_contact(data: object) -> ContactInput:
    """Contact details alone, as a sender changes them. Raises Invalid with every wrong field."""
    return _checked(ContactInput, data)


def check_nudge(contact: ContactInput, *, field: str) -> None:
    """Who asks for nudges alone gives a number for them. Raises Invalid for `field` otherwise."""
    if contact.nudge_only and contact.phone is None:
        raise Invalid(FieldError(field, "nudge_needs_phone"))


def _checked(shape: type[_Shape], data: object) -> _Shape:
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        raise Invalid(*(_field_error(dict(problem)) for problem in error.errors(include_url=False))) from None


def _field_error(problem: dict[str, Any]) -> FieldError:
    path = ".".join(str(part) for part in problem["loc"]) or "body"
    kind = str(problem["type"])
    code = kind if kind in _KNOWN else _CODES.get(kind, "wrong_type")
    if (path, code) == ("municipality", "too_long"):
        return FieldError(path, "unknown_value")
    limit = problem.get("ctx", {}).get("limit") or problem.get("ctx", {}).get("max_length")
    return FieldError(path, code, {"limit": limit} if limit else {})
