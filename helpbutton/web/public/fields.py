"""The form's fields: as they arrive, as the page keeps them, and as the typed submission wants them."""

from collections.abc import Mapping

from werkzeug.datastructures import MultiDict
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData
from werkzeug.wrappers import Request

Fields = Mapping[str, str]

CHECKBOXES = (
    "safe_to_call",
    "safe_to_leave_message",
    "safe_to_text",
    "private_phone",
    "may_forward",
    "do_not_tell_guardian",
    "secret_address",
)
CONTACT = (
    "name",
    "phone",
    "email",
    "preferred",
    "safe_to_call",
    "safe_to_leave_message",
    "safe_to_text",
    "private_phone",
    "not_before",
    "not_after",
)
CONTACT_SHOWN = {"phone": CONTACT, "nudge": ("name", "phone", "private_phone"), "none": ("name",)}
"""What the form asks for each way to be reached; the rest is hidden there and left out here."""

CONSENT = ("consent_by", "consent_how", "consent_items", "consent_recipients", "consent_until")
REQUEST = (
    "role",
    "kind",
    "municipality",
    "topic",
    "text",
    "language",
    "interpreter",
    "child_age_group",
    "may_forward",
    "do_not_tell_guardian",
    "secret_address",
    "existing_worker",
)
TRAP = "subject"
"""A field that people do not see: browsers never fill in one of this name, programs that send spam do."""
KEPT = (*REQUEST, "reach", *CONTACT, *CONSENT, TRAP)
"""Everything the sender can fill in; pages carry it on in hidden fields until it is sent."""

FORM_LIMIT = 256 * 1024
"""Bytes of a posted form: a text twice as long as allowed still comes back to its writer."""

CONTROL = ("form_token", "message_token", "step", "page", "lang", "switch", "end")
UNDER_AGE = ("child", "young_person")
IN_THEIR_WORDS = {"child_topic": "topic", "own_age": "child_age_group"}
"""Questions that children and young people answer instead, in words of their own."""

OF_THE_FAMILY = ("interpreter", "secret_address", "existing_worker")
"""Never asked, and never kept, when advice is sought without identity."""


def arrived(request: Request) -> dict[str, str]:
    """The known fields of a posted form, also from a multipart body that was cut on the way."""
    body = request.get_data(cache=True)
    form: MultiDict[str, str] = request.form
    if not form and request.mimetype == "multipart/form-data":
        form = _salvaged(body, request.mimetype_params.get("boundary", ""))
    found = {name: _storable(form[name]) for name in (*CONTROL, *KEPT) if name in form}
    if found.get("role") in UNDER_AGE:
        found |= {name: _storable(form[own]) for own, name in IN_THEIR_WORDS.items() if own in form}
    return found


def kept(fields: Fields) -> dict[str, str]:
    """What the sender filled in, without what is empty; characters that are no text are left out."""
    return {name: fields[name].replace("\x00", "") for name in KEPT if fields.get(name)}


def to_submission(fields: Fields, *, site: str, page_language: str) -> dict[str, object]:
    """The fields as data for `cases.submission.parse`; what does not belong to the role is left out."""
    data: dict[str, object] = {name: _value(fields, name) for name in REQUEST}
    role = fields.get("role") or "parent"
    kind = (fields.get("kind") or "help") if role == "professional" else "help"
    if kind == "consultation_anonymous":
        data = {name: value for name, value in data.items() if name not in OF_THE_FAMILY}
    return {
        **data,
        "site": site,
        "role": role,
        "kind": kind,
        "text": fields.get("text", ""),
        "language": fields.get("language") or page_language,
        "do_not_tell_guardian": role in UNDER_AGE and data["do_not_tell_guardian"],
        "contact": _contact(fields),
        "consent": _consent(fields) if kind == "consultation_with_consent" else None,
    }


def field_of(path: str) -> str:
    """The form's field for an error's path: "contact.phone" is phone, "consent.items.0" is consent_items."""
    parts = path.split(".")
    if parts[0] == "consent" and len(parts) > 1:
        return f"consent_{parts[1]}"
    return parts[1] if parts[0] == "contact" and len(parts) > 1 else parts[0]


def _value(fields: Fields, name: str) -> str | bool | None:
    if name in CHECKBOXES:
        return fields.get(name) == "1"
    return fields.get(name, "").strip() or None


def _contact(fields: Fields) -> dict[str, object]:
    """How the sender may be reached; a voice message is left only by somebody who may call."""
    reach = fields.get("reach", "")
    contact: dict[str, object] = {
        name: _value(fields, name) for name in CONTACT_SHOWN.get(reach, CONTACT_SHOWN["phone"])
    }
    if reach == "nudge":
        return contact | {"nudge_only": True, "safe_to_text": True}
    return contact | {
        "safe_to_leave_message": bool(contact.get("safe_to_call") and contact.get("safe_to_leave_message"))
    }


def _consent(fields: Fields) -> dict[str, object]:
    """Empty answers are left out, so that they are missing rather than of a wrong type."""
    given = {name: fields.get(f"consent_{name}", "").strip() for name in ("by", "how", "until")}
    lists = {name: _lines(fields.get(f"consent_{name}", "")) for name in ("items", "recipients")}
    return {**{name: value for name, value in given.items() if value}, **lists}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _salvaged(body: bytes, boundary: str) -> MultiDict[str, str]:
    """The parts of a multipart body up to where it breaks off."""
    found: dict[str, bytes] = {}
    decoder = MultipartDecoder(boundary.encode("latin-1", "replace"))
    decoder.receive_data(body)
    decoder.receive_data(None)
    name = ""
    try:
        while not isinstance(event := decoder.next_event(), (Epilogue, NeedData)):
            if isinstance(event, (Field, File)):
                name = event.name if isinstance(event, Field) else ""
            elif isinstance(event, Data) and name:
                found[name] = found.get(name, b"") + event.data
    except ValueError:
        pass
    return MultiDict({name: value.decode("utf-8", "replace") for name, value in found.items()})
