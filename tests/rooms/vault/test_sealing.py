"""Sealing: what is sealed is readable in its own place only, and the keys stand outside the database."""

import datetime as dt
import json
import stat
import threading
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from helpbutton import clock
from helpbutton.errors import NotReady
from helpbutton.vault import keystore, sealing, tokens
from helpbutton.vault.sealing import CaseVault, Unreadable

KEY = b"k" * 32


@given(st.text())
def test_what_is_sealed_comes_back(text: str) -> None:
    plain = text.encode("utf-8", "surrogatepass")
    assert sealing.open_bytes(KEY, sealing.seal_bytes(KEY, plain, "here"), "here") == plain


@given(st.data())
def test_any_changed_bit_is_noticed(data: st.DataObject) -> None:
    sealed = bytearray(sealing.seal_bytes(KEY, b"words of a family", "here"))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises(Unreadable):
        sealing.open_bytes(KEY, bytes(sealed), "here")


def test_a_ciphertext_does_not_open_in_another_field_or_case() -> None:
    one, other = CaseVault("AAAA-AAAA", KEY), CaseVault("BBBB-BBBB", KEY)
    sealed = one.seal("words", "case.text")
    for vault, field in (
        (one, "contact.name"),
        (other, "case.text"),
        (CaseVault("AAAA-AAAA", b"x" * 32), "case.text"),
    ):
        with pytest.raises(Unreadable):
            vault.open(sealed, field)


def test_a_case_key_opens_for_its_organisation_alone(app: Flask) -> None:
    key = sealing.new_key()
    wrapped = sealing.wrap(key, number="AAAA-AAAA", organisation_id=1, epoch=1)
    assert sealing.unwrap(wrapped, number="AAAA-AAAA", organisation_id=1, epoch=1) == key
    with pytest.raises(Unreadable):
        sealing.unwrap(wrapped, number="AAAA-AAAA", organisation_id=2, epoch=1)
    with pytest.raises(NotReady, match="epoch"):
        sealing.unwrap(wrapped, number="AAAA-AAAA", organisation_id=1, epoch=2)


def test_key_files_are_private_and_never_overwritten(tmp_path: Path) -> None:
    secret, store = tmp_path / "keys" / "secret", tmp_path / "keys" / "store.json"
    keystore.create_missing(secret, store)
    before = secret.read_bytes(), store.read_bytes()
    keystore.create_missing(secret, store)
    assert (secret.read_bytes(), store.read_bytes()) == before
    assert [stat.S_IMODE(path.stat().st_mode) for path in (secret, store)] == [0o600, 0o600]


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    secret, store = tmp_path / "keys" / "secret", tmp_path / "keys" / "store.json"
    seen = []

    def start() -> None:
        keystore.create_missing(secret, store)
        seen.append((secret.read_bytes(), store.read_bytes()))

    threads = [threading.Thread(target=start) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 16
    assert len(set(seen)) == 1
    assert sorted(path.name for path in secret.parent.iterdir()) == ["secret", "store.json"]


@pytest.mark.parametrize("content", ["", "{}", '{"epochs": {}}', '{"epochs": {"1": "c2hvcnQ="}}', "[]"])
def test_a_broken_key_store_stops_the_start_without_showing_it(content: str, tmp_path: Path) -> None:
    secret, store = tmp_path / "secret", tmp_path / "store.json"
    secret.write_text("s" * 64)
    store.write_text(content)
    with pytest.raises(NotReady) as caught:
        keystore.load(secret, store)
    assert "c2hvcnQ" not in str(caught.value)
    assert json.dumps(content) not in str(caught.value)


def test_tokens_are_bound_to_their_purpose_and_time(app: Flask) -> None:
    token = tokens.seal("form", {"site": "demo"})
    hour = dt.timedelta(hours=1)
    assert tokens.unseal("form", token, valid_for=hour)["site"] == "demo"
    for wrong in (token[:-2], token[::-1], "", "ä", "A" * 80):
        with pytest.raises(tokens.BadToken):
            tokens.unseal("form", wrong, valid_for=hour)
    with pytest.raises(tokens.BadToken):
        tokens.unseal("receipt", token, valid_for=hour)
    with clock.moved(clock.now() + dt.timedelta(hours=2)), pytest.raises(tokens.ExpiredToken) as caught:
        tokens.unseal("form", token, valid_for=hour)
    assert caught.value.payload["site"] == "demo"
