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
    "nudge_only",
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
    "nudge_only",
    "not_before",
    "not_after",
)
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
KEPT = (*REQUEST, *CONTACT, *CONSENT)
"""Everything the sender can fill in; pages carry it on in hidden fields until it is sent."""

FORM_LIMIT = 256 * 1024
"""Bytes of a posted form: a text twice as long as allowed still comes back to its writer."""

CONTROL = ("form_token", "message_token", "step", "page", "lang", "switch", "end")
UNDER_AGE = ("child", "young_person")


def arrived(request: Request) -> dict[str, str]:
    """The known fields of a posted form, also from a multipart body that was cut on the way."""
    body = request.get_data(cache=True)
    form: MultiDict[str, str] = request.form
    if not form and request.mimetype == "multipart/form-data":
        form = _salvaged(body, request.mimetype_params.get("boundary", ""))
    return {name: _storable(form[name]) for name in (*CONTROL, *KEPT) if name in form}


def kept(fields: Fields) -> dict[str, str]:
    """What the sender filled in, without what is empty; characters that are no text are left out."""
    return {name: fields[name].replace("\x00", "") for name in KEPT if fields.get(name)}


def to_submission(fields: Fields, *, site: str, page_language: str) -> dict[str, object]:
    """The fields as data for `cases.submission.parse`; what does not belong to the role is left out."""
    data: dict[str, object] = {name: _value(fields, name) for name in REQUEST}
    role = fields.get("role") or "parent"
    contact = {name: _value(fields, name) for name in CONTACT}
    if contact["nudge_only"]:
        contact |= {"safe_to_text": True, "safe_to_call": False, "safe_to_leave_message": False}
    kind = (fields.get("kind") or "help") if role == "professional" else "help"
    return {
        **data,
        "site": site,
        "role": role,
        "kind": kind,
        "text": fields.get("text", ""),
        "language": fields.get("language") or page_language,
        "do_not_tell_guardian": role in UNDER_AGE and data["do_not_tell_guardian"],
        "contact": contact,
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
