"""Rendering pages in the reader's language."""

from collections.abc import Collection, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response, make_response, render_template, url_for
from werkzeug.exceptions import HTTPException

from helpbutton import i18n
from helpbutton.directory.languages import is_reviewed
from helpbutton.directory.queries import in_language
from helpbutton.reasons import N_
from helpbutton.web import field_messages, vocabulary
from helpbutton.web.dates import date_words, moment_words, time_of_day
from helpbutton.web.promise_words import promise_beside, unread_words

STATIC = Path(__file__).parent / "static"


def page(template: str, /, *, language: str, status: int = 200, **context: Any) -> Response:
    """`template` in `language` as a response; the template's own words come from the catalogues."""
    return make_response(render_template(template, **words(language), **context), status)


def words(language: str) -> dict[str, Any]:
    """What every template has at hand to speak one language."""

    def gettext(message: str, /, **params: object) -> str:
        return i18n.gettext(language, message, **params)

    def ngettext(one: str, many: str, count: int, /, **params: object) -> str:
        return i18n.ngettext(language, one, many, count, **params)

    return {
        "language": language,
        "html_language": i18n.html_language,
        "direction": "rtl" if language in i18n.RIGHT_TO_LEFT else "ltr",
        "unchecked": not is_reviewed(language),
        "_": gettext,
        "gettext": gettext,
        "ngettext": ngettext,
        "N_": N_,
        "said": i18n.gettext,
        "in_language": lambda names, tongue=language: in_language(names, tongue),
        "date_words": lambda day: date_words(day, language),
        "time_of_day": lambda moment: time_of_day(moment, language),
        "moment": lambda when: moment_words(when, language),
        "promise_beside": lambda desk, respond_by: promise_beside(desk, respond_by, language=language),
        "unread_words": lambda desk, until, tongue=language: unread_words(desk, until, language=tongue),
        "reason_words": lambda reason: vocabulary.reason_words(reason, language),
        "word": lambda what, value: vocabulary.word(what, value, language),
        "topic_name": lambda topic: vocabulary.topic_name(topic, language),
        "municipality_name": lambda code: vocabulary.municipality_name(code, language),
        "field_message": lambda error: field_messages.in_words(error, language),
        "static_url": static_url,
    }


def choose_language(request: Request, default: str, allowed: Collection[str] = i18n.WRITTEN) -> str:
    """`lang` of the form or address (what the page with the button says), then the browser's wish, then the default."""
    for wish in (_asked_language(request), *(tag for tag, weight in request.accept_languages if weight)):
        found = next((tongue for tongue in _readings(wish) if tongue in allowed), None)
        if found:
            return found
    return default


def _readings(tag: str) -> Iterator[str]:
    """A language tag as our languages are named: "ru-RU" is ru."""
    tag = tag.strip().lower().replace("_", "-")
    yield tag
    yield tag.partition("-")[0]


def _asked_language(request: Request) -> str:
    asked = request.args.get("lang", "")
    try:
        return request.form.get("lang") or asked
    except HTTPException:
        return asked


@cache
def _fingerprint(name: str, _changed: int) -> str:
    return sha256((STATIC / name).read_bytes()).hexdigest()[:10]


def static_url(name: str) -> str:
    """Address of a static file that changes with its content."""
    path = STATIC / name
    return url_for("static", filename=name, v=_fingerprint(name, path.stat().st_mtime_ns))


def install(app: Flask) -> None:
    """Prepare the template engine."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
