"""Meaning is asked for where the words alone do not say enough, and never about more than a little text."""

import json
import subprocess
import sys

import pytest

from helpbutton.triage.meaning import MOST_PIECES
from tests.cast import MORNINGS

READ = """
import json, sys, types
import numpy
asked = []
class Encoder:
    def __init__(self, package, taught):
        self._pieces = package.pieces
    def run(self, numbers):
        asked.append([self._pieces[number] for number in numbers])
        return numpy.zeros(36, numpy.float32)
sys.modules["helpbutton.triage.encoder"] = types.SimpleNamespace(Encoder=Encoder)
from helpbutton.triage import TriageFacts, suggest
found = []
for text in json.load(sys.stdin):
    asked.clear()
    suggest(TriageFacts(text))
    found.append(list(asked))
print(json.dumps(found))
"""
ENOUGH = {
    "a clear matter": MORNINGS,
    "a danger that is named": "Mies uhkaa tappaa meidät, olemme vessassa lukkojen takana.",
}
NOT_ENOUGH = {
    "hardly anything": "Voisitteko soittaa minulle?",
    "near danger": "En uskalla mennä kotiin, koska en tiedä mitä hän tekee tänään.",
    "a language with few lessons": "Мой сын не хочет ходить в школу, и я не знаю, что делать.",
}
LONG = {
    "long": "начало " + "что-то другое мысли " * 60 + "конец",
    "long without blanks": "a" * 900,
}


@pytest.fixture(scope="module")
def asked() -> dict[str, list[list[str]]]:
    """The pieces of words that the encoder was asked about for each text, by name; a stand-in answers."""
    texts = ENOUGH | NOT_ENOUGH | LONG
    done = subprocess.run(
        [sys.executable, "-c", READ],
        input=json.dumps(list(texts.values())),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return dict(zip(texts, json.loads(done.stdout), strict=True))


def test_words_that_say_enough_are_not_looked_at_twice(asked: dict[str, list[list[str]]]) -> None:
    assert {name: asked[name] for name in ENOUGH} == {name: [] for name in ENOUGH}


def test_what_is_unsure_is_asked_once(asked: dict[str, list[list[str]]]) -> None:
    for name, text in NOT_ENOUGH.items():
        (read,) = asked[name]
        assert written(read) == text


def test_of_a_long_text_its_ends_are_read(asked: dict[str, list[list[str]]]) -> None:
    (read,) = asked["long"]
    assert written(read).startswith("начало что-то")
    assert written(read).endswith("мысли конец")
    for name in LONG:
        (read,) = asked[name]
        assert len(read) == MOST_PIECES


def written(pieces: list[str]) -> str:
    """The text that the pieces came from."""
    return "".join(pieces).replace("\u2581", " ").strip()
