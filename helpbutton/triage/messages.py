"""The messages that triage learns from: written for this project, by topic and danger, none from a real sender."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from helpbutton.config_dir import CONFIG_DIR
from helpbutton.triage.knowledge import FLAGS, KnowledgeError, topic_urgencies

FOLDER = CONFIG_DIR / "triage" / "messages"


@dataclass(frozen=True)
class Message:
    """A labelled message. The language is the beginning of its file's name: fi-2 is Finnish; a file is one hand's."""

    file: str
    language: str
    topic: str
    flags: tuple[str, ...]
    text: str


def messages() -> tuple[Message, ...]:
    """All of them, each text once. Raises KnowledgeError naming the file and line that cannot be read."""
    found: dict[str, Message] = {}
    for file in _files():
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            message = _message(file.stem, line, f"{file.name}:{number}")
            found.setdefault(message.text, message)
    return tuple(found.values())


def digest() -> str:
    """Names the messages that a model was made from: changes whenever a file changes."""
    whole = hashlib.sha256()
    for file in _files():
        whole.update(file.read_bytes())
    return whole.hexdigest()[:16]


def _files() -> list[Path]:
    return sorted(FOLDER.glob("*.tsv"))


def _message(file: str, line: str, where: str) -> Message:
    fields = line.split("\t")
    if len(fields) != 3 or not fields[2].strip():
        raise KnowledgeError(f"{where}: expected topic, flags and text with tabs between")
    topic, written, text = fields
    flags = () if written == "-" else tuple(written.split(","))
    if topic not in topic_urgencies() or not set(flags) <= set(FLAGS):
        raise KnowledgeError(f"{where}: unknown topic or flag")
    return Message(file, file.split("-")[0], topic, flags, text)
