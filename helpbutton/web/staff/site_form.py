"""The form of a site: what was typed as a draft, and the wrong fields in words."""

from collections import defaultdict
from collections.abc import Mapping

from werkzeug.datastructures import MultiDict

from helpbutton.directory.site_rules import COLOUR, POSITIONS, Draft
from helpbutton.errors import FieldError
from helpbutton.i18n import LANGUAGES, WRITTEN
from helpbutton.reasons import N_
from helpbutton.web import field_messages

POSITION_WORDS = {
    "floating": N_("In the lower corner, on the right"),
    "floating-left": N_("In the lower corner, on the left"),
    "inline": N_("In the text, where the snippet stands"),
}
NEW = Draft(names={}, municipality="", languages=WRITTEN)


def draft_from(form: MultiDict[str, str]) -> Draft:
    """What the editor typed, as it is; the default language comes first."""
    first = form.get("first_language", "")
    others = [language for language in form.getlist("languages") if language != first]
    return Draft(
        names={language: _text(form, f"name_{language}") for language in WRITTEN},
        municipality=_text(form, "municipality"),
        languages=tuple(filter(None, (first, *others))),
        origins=tuple(_text(form, "origins").splitlines()),
        topics=tuple(form.getlist("topics")),
        colour=_text(form, "colour"),
        position=_text(form, "position"),
        phone=_text(form, "phone"),
        promise_texts={language: _text(form, f"promise_{language}") for language in WRITTEN},
        active="active" in form,
    )


def organisation_from(form: MultiDict[str, str]) -> int:
    """The chosen owner's id; 0 when it is no number."""
    chosen = form.get("organisation", "")
    return int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else 0


def version_from(form: MultiDict[str, str]) -> int:
    """The version of the site that the page showed; 0 when it is no number."""
    given = form.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0


def preview_look(values: Mapping[str, str], saved: Draft) -> dict[str, str]:
    """Colour, position and language of a preview: as typed where that is possible, else as saved."""
    typed = values.get("colour", saved.colour).strip().lower()
    position, language = values.get("position", ""), values.get("first_language", "")
    return {
        "colour": typed if not typed or COLOUR.fullmatch(typed) else saved.colour,
        "position": position if position in POSITIONS else saved.position,
        "language": language if language in LANGUAGES else saved.languages[0],
    }


def in_words(errors: tuple[FieldError, ...], language: str) -> dict[str, list[str]]:
    """The sentences about each wrong field, by its name."""
    found: dict[str, list[str]] = defaultdict(list)
    for error in errors:
        found[error.field].append(field_messages.in_words(error, language))
    return dict(found)


def _text(form: MultiDict[str, str], name: str) -> str:
    return form.get(name, "").replace("\x00", "").encode("utf-8", "replace").decode()
