"""`helpbutton triage`: JSON lines in, suggestions with their reasons out; no database needed."""

import json
import sys
from functools import cache, partial
from typing import Any

import click

from helpbutton import i18n
from helpbutton.directory import reference
from helpbutton.directory.queries import in_language
from helpbutton.reasons import Param, in_words
from helpbutton.triage import Suggestion, TriageFacts, suggest
from helpbutton.web.vocabulary import WORDS, word


@click.command()
def triage() -> None:
    """Read {"id", "text", "language"?, "role"?} lines from standard input, write suggestions as JSON lines."""
    wrong = 0
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if not line.strip():
            continue
        try:
            asked = json.loads(line.decode("utf-8", errors="replace"))
            identity, facts = asked.get("id"), _facts(asked)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            click.echo(f'line {number}: not a JSON object with "id" and "text"', err=True)
            wrong += 1
            continue
        click.echo(json.dumps(_answer(identity, suggest(facts)), ensure_ascii=True))
    sys.exit(1 if wrong else 0)


def _facts(asked: dict[str, Any]) -> TriageFacts:
    facts = TriageFacts(asked["text"], asked.get("language"), asked.get("role"))
    if not isinstance(facts.text, str) or not all(
        isinstance(v, str | None) for v in (facts.language, facts.role)
    ):
        raise TypeError
    return facts


def _answer(identity: object, found: Suggestion) -> dict[str, Any]:
    return {
        "id": identity,
        "language": found.language,
        "topic": found.topic,
        "alternatives": [
            {"topic": other.topic, "score": round(other.score, 3)} for other in found.alternatives
        ],
        "urgency": found.urgency,
        "danger": bool(found.flags),
        "flags": list(found.flags),
        "personal_data": [{"kind": datum.kind, "words": datum.words} for datum in found.personal_data],
        "reasons": [
            in_words(reason, found.language, partial(_name, found.language)) for reason in found.reasons
        ],
        "needs_review": found.needs_review,
    }


@cache
def _topics() -> dict[str, Any]:
    return {topic["id"]: topic["labels"] for topic in reference.read().topics}


def _name(language: str, key: str, value: Param) -> str:
    if key == "topic":
        return in_language(_topics()[str(value)], i18n.reading_language(language))
    return word(key, str(value), language) if key in WORDS else str(value)
