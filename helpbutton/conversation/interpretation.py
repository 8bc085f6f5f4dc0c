"""That an interpreter was there when an answer was made, kept with it: between which languages, and who was present."""

import json
import re
from dataclasses import dataclass

from helpbutton.errors import FieldError, Invalid
from helpbutton.plain_text import is_text

CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,8})?")
PRESENT_LIMIT = 300


@dataclass(frozen=True)
class Interpretation:
    """`languages`: the family's and the desk's, as codes; `present`: who was there, in the staff member's words."""

    languages: tuple[str, str]
    present: str


def interpretation(*, family: str, desk: str, present: str) -> Interpretation | None:
    """What was typed, or None when no interpreter was used. Raises Invalid."""
    present = " ".join(present.split())
    if not family and not present:
        return None
    if not family:
        raise Invalid(FieldError("interpreted", "required"))
    if not CODE.fullmatch(family) or not CODE.fullmatch(desk):
        raise Invalid(FieldError("interpreted", "unknown_value"))
    if len(present) > PRESENT_LIMIT:
        raise Invalid(FieldError("present", "too_long", {"limit": PRESENT_LIMIT}))
    if not is_text(present):
        raise Invalid(FieldError("present", "characters"))
    return Interpretation((family, desk), present)


def written(found: Interpretation) -> str:
    """As it is sealed."""
    return json.dumps({"languages": found.languages, "present": found.present}, ensure_ascii=False)


def read(text: str | None) -> Interpretation | None:
    """What `written` wrote."""
    if text is None:
        return None
    stored = json.loads(text)
    family, desk = stored["languages"]
    return Interpretation((family, desk), stored["present"])
