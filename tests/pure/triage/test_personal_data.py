"""Personal data is found where it is certain, and numbers and words that only look like it are left alone."""

import pytest

from helpbutton.triage import personal_data


def found(text: str) -> list[tuple[str, str]]:
    return [(datum.kind, datum.words) for datum in personal_data.find(text)]


@pytest.mark.parametrize("code", ["131052-308T", "131052X308T", "010106A973C", "010106B973C", "131052-308t"])
def test_identity_codes_with_a_right_check_character(code: str) -> None:
    assert found(f"Lapsen hetu on {code}, kiitos") == [("identity_code", code)]


@pytest.mark.parametrize(
    "code", ["131052-308A", "311352-308T", "300299-308T", "131052G308T", "131052-000T", "9131052-308T"]
)
def test_what_is_no_identity_code(code: str) -> None:
    assert "identity_code" not in {kind for kind, _ in found(code)}


@pytest.mark.parametrize("number", ["040 123 4567", "+358 40 1234567", "050-1234567", "02 262 7000"])
def test_phone_numbers(number: str) -> None:
    assert found(f"soita {number}") == [("phone", number)]


@pytest.mark.parametrize(
    "text", ["soitin 112", "116 111", "kello 12.30 ja 15.45", "lapsi on 2018 syntynyt", "12345"]
)
def test_numbers_that_are_nobodys(text: str) -> None:
    assert found(text) == []


def test_email_addresses_and_names() -> None:
    assert found("kirjoita aiti.esimerkki@example.fi") == [("email", "aiti.esimerkki@example.fi")]
    assert found("Asumme osoitteessa Kauppakatu 12 A 3.") == [("address", "Kauppakatu 12 A 3")]
    assert found("Vi bor på Storgatan 5") == [("address", "Storgatan 5")]
    assert found("Hei, nimeni on Maija Meikäläinen ja") == [("name", "Maija Meikäläinen")]


@pytest.mark.parametrize(
    "text", ["leikkipuistossa 3 tuntia", "valtatie 4 on vaarallinen", "nimeni on salainen"]
)
def test_words_that_only_look_personal(text: str) -> None:
    assert found(text) == []
