"""Receipt codes."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpbutton.cases.receipts import ALPHABET, derive, normalise

KEY = b"k" * 32


@given(st.uuids(), st.text(min_size=1, max_size=20))
def test_a_code_has_five_groups_and_survives_being_read_aloud_and_typed(key: uuid.UUID, site: str) -> None:
    code = derive(KEY, site=site, idempotency_key=str(key))
    assert [len(group) for group in code.split("-")] == [4] * 5
    assert set(code) <= {*ALPHABET, "-"}
    assert normalise(f" {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} ") == code


def test_the_same_request_has_the_same_code_and_any_other_another() -> None:
    codes = {
        derive(KEY, site="demo", idempotency_key="a"),
        derive(KEY, site="demo", idempotency_key="b"),
        derive(KEY, site="other", idempotency_key="a"),
        derive(b"z" * 32, site="demo", idempotency_key="a"),
    }
    assert len(codes) == 4
    assert derive(KEY, site="demo", idempotency_key="a") in codes


@pytest.mark.parametrize(
    "typed", ["", "ABCD", "7K3F-9QXD-7K3F-9QXD-7K3U", "7K3F-9QXD-7K3F-9QXD-7K3F-1", "ä" * 20, "\x00" * 20]
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert normalise(typed) is None
