"""What triage knows, read once from config/: loud about a file that does not fit, silent afterwards."""

import hashlib
import json
from functools import cache
from typing import Any

from helpbutton.config_dir import CONFIG_DIR

FALLBACK_TOPIC = "service_guidance"
LANGUAGES = ("fi", "sv", "en", "se", "ru", "uk", "ar", "so", "et")
URGENCIES = ("low", "normal", "soon", "urgent")
FLAGS = (
    "danger_now",
    "suicide_selfharm",
    "violence",
    "sexual_abuse",
    "neglect_now",
    "harm_feared",
    "missing",
    "honour_violence",
    "no_shelter",
)
_CODE_VERSION = "5"
_FILES = (
    "topics.json",
    "triage/danger.json",
    "triage/lexicon.json",
    "triage/model.npz",
    "triage/meaning.npz",
    "triage/languages.json",
)


class KnowledgeError(ValueError):
    """A file under config/ does not fit the rest."""


@cache
def load(name: str) -> dict[str, Any]:
    """One JSON file under config/, e.g. "triage/danger.json"."""
    loaded: dict[str, Any] = json.loads((CONFIG_DIR / name).read_text(encoding="utf-8"))
    return loaded


@cache
def topic_urgencies() -> dict[str, str]:
    """Topic id -> its own urgency. Raises KnowledgeError without a fallback or with a strange urgency."""
    urgencies = {topic["id"]: topic["urgency"] for topic in load("topics.json")["topics"]}
    if FALLBACK_TOPIC not in urgencies or not set(urgencies.values()) <= set(URGENCIES):
        raise KnowledgeError("config/topics.json: no fallback topic, or an unknown urgency")
    return urgencies


@cache
def version() -> str:
    """Names the rules and the data that suggestions are made with: changes whenever a file changes."""
    digest = hashlib.sha256()
    for name in _FILES:
        digest.update((CONFIG_DIR / name).read_bytes())
    return f"{_CODE_VERSION}-{digest.hexdigest()[:10]}"
