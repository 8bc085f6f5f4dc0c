"""Personal data is found where it is certain, and numbers and words that only look like it are left alone."""

import pytest

from helpbutton.triage import personal_data


def found(text: str) -> list[tuple[str, str]]:
    return [(datum.kind, datum.words) for datum in personal_data.find(text)]


@pytest.mark.parametrize("code", ["131052-308T", "131052X308T", "010106A973C", "010106B973C", "131052-308t"])
def test_identity_codes_with_a_right_check_character(code: str) -> None:
    assert found(f"Lapsen hetu on {code}, kiitos") == [("identity_code", code)]


@pytest.mark.parametrize(
    "code",
    [
        "131052\u2010308T",
        "131052\u2212308T",
        "131052\u2014308T",
        "131052308T",
        "13.10.52-308T",
        "13 10 52-308T",
        "131052 - 308T",
    ],
)
def test_identity_codes_as_people_type_them(code: str) -> None:
    assert found(f"Lapsen hetu on {code}, kiitos") == [("identity_code", code)]
    assert found(f"hetu{code}") == [("identity_code", code)]


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
    assert found("bor på Södra vägen 5") == [("address", "Södra vägen 5")]
    for address in ("Aleksis Kiven katu 5 B 12", "koulukadun 12"):
        ((kind, words),) = found(f"asun {address}")
        assert kind == "address"
        assert words.endswith(address)
    assert found("Hei, nimeni on Maija Meikäläinen ja") == [("name", "Maija Meikäläinen")]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Poikani Eetu Virtanen ei nuku. Terveisin Maija Virtanen", ["Maija Virtanen", "Eetu Virtanen"]),
        ("olen Maija Virtanen, tyttäreni Emma itkee", ["Maija Virtanen", "Emma"]),
        ("Min son Oskar Lindqvist mår inte bra", ["Oskar Lindqvist"]),
        ("hi i'm Anna Smith", ["Anna Smith"]),
        ("Ryhmässä on poika nimeltä Eetu", ["Eetu"]),
        ("lapsen nimi on matti virtanen", ["matti virtanen"]),
        ("Isän nimi Pekka Korhonen", ["Pekka Korhonen"]),
        ("huolissani tyttäreni Emman takia", ["Emman"]),
        ("Poikani Mårten Öhman ei nuku", ["Mårten Öhman"]),
        ("poikani EETU VIRTANEN", ["EETU VIRTANEN"]),
        ("Моего сына Ивана Петрова бьют", ["Ивана Петрова"]),
        ("ابني أحمد علي لا ينام", ["أحمد علي"]),
    ],
)
def test_names_of_people(text: str, names: list[str]) -> None:
    assert found(text) == [("name", name) for name in names]


@pytest.mark.parametrize(
    "text",
    [
        "Koulun nimi on Puolalan koulu",
        "Olen Oulusta ja asun Turussa",
        "Poikani Helsingissä voi hyvin",
        "Kela ei vastaa. Wilma on täynnä viestejä",
        "Onko Perheneuvola auki",
        "Poikani Helsingin Diakonissalaitoksella",
        "Мой сын не спит",
        "ابني لا ينام",
        "APUA HETI",
    ],
)
def test_capitals_that_name_nobody(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text", ["leikkipuistossa 3 tuntia", "valtatie 4 on vaarallinen", "nimeni on salainen"]
)
def test_words_that_only_look_personal(text: str) -> None:
    assert found(text) == []
