"""Danger is found in many words and languages; idioms, denials, films and times long past are left alone."""

import json
from pathlib import Path

import pytest

from helpbutton.triage import screen
from helpbutton.triage.knowledge import FLAGS

DEVELOPMENT = json.loads((Path(__file__).parent / "development.json").read_text(encoding="utf-8"))
NATURAL = json.loads((Path(__file__).parent / "natural.json").read_text(encoding="utf-8"))
VEILED = json.loads((Path(__file__).parent / "veiled.json").read_text(encoding="utf-8"))


def flags(text: str) -> set[str]:
    return {hit.flag for hit in screen(text)}


@pytest.mark.parametrize(
    ("flag", "text"),
    [
        ("violence", "Mies lyö minua"),
        ("violence", "MIES LYO MINUA JOKA PAIVA"),
        ("violence", "Pelkään puolisoani"),
        ("violence", "Min man slår mig"),
        ("violence", "My husband hits me"),
        ("violence", "муж бьёт меня"),
        ("violence", "زوجي يضربني"),
        ("suicide_selfharm", "8-vuotias sanoo ettei halua elää"),
        ("suicide_selfharm", "teini viiltelee itteään"),
        ("suicide_selfharm", "Tonåringen skär sig"),
        ("suicide_selfharm", "she wants to kill herself"),
        ("suicide_selfharm", "Я не хочу больше жить"),
        ("sexual_abuse", "Epäilen seksuaalista hyväksikäyttöä"),
        ("neglect_now", "Isä ajaa humalassa lapset kyydissä"),
        ("neglect_now", "Mum is drunk and I am scared"),
        ("harm_feared", "Pelkään että teen lapselle jotain kun en jaksa"),
        ("harm_feared", "I'm scared that I might hurt my baby"),
        ("missing", "Teini on ollut poissa yön enkä tiedä missä"),
        ("missing", "My teenager did not come home last night"),
        ("honour_violence", "Minut aiotaan pakottaa naimisiin"),
        ("no_shelter", "Olemme lasten kanssa kadulla, ei ole yöpaikkaa"),
        ("danger_now", "Hän uhkaa tappaa meidät"),
        *[
            (flag, text)
            for flag, text in DEVELOPMENT["danger"] + VEILED["danger"] + NATURAL["danger"]
            if flag
        ],
    ],
)
def test_danger_is_found_and_quoted(flag: str, text: str) -> None:
    assert flag in flags(text)
    assert all(hit.words for hit in screen(text))


@pytest.mark.parametrize(
    "text",
    [
        "Tapan aikaa puistossa lapsen kanssa",
        "Kuolen väsymykseen tämän vauvan kanssa",
        "Han slår rekord i skolan",
        "Meillä ei ole väkivaltaa",
        "Det finns inget våld hemma",
        "There is no violence at home",
        "Lapsi näki leffassa väkivaltaa ja pelkää nyt",
        "Pelissä hakataan ja tapetaan, pitääkö huolestua pelin väkivallasta?",
        "20 vuotta sitten isäni hakkasi vaimoaan, nyt kaikki on hyvin",
        "4-vuotias lyö minua kun suuttuu",
        "Läheinen teki itsemurhan, miten puhun lapselle?",
        "Toinen vanhempi ei anna lapsia minulle",
        *[
            text
            for flag, text in DEVELOPMENT["danger"] + VEILED["danger"] + NATURAL["danger"]
            if flag is None
        ],
        "Isä ja lapsi leikkivät pihalla, mies tekee yötyötä ja lapsi kaipaa häntä.",
        "Poika matkii minua koko ajan.",
        "Pappa är klar med jobbet och min man klär på barnen.",
    ],
)
def test_harmless_words_raise_nothing(text: str) -> None:
    assert screen(text) == ()


def test_a_denial_does_not_hide_another_danger() -> None:
    assert flags("Meillä ei ole väkivaltaa. Mutta tytär viiltelee.") == {"suicide_selfharm"}


def test_a_film_does_not_hide_what_is_done_to_the_sender() -> None:
    assert "violence" in flags("Katsottiin elokuvaa ja mies löi minua")


def test_a_no_before_a_comma_is_not_a_denial() -> None:
    assert "violence" in flags("No, he hits me")


def test_overlapping_signs_of_a_flag_are_one_quotation() -> None:
    assert [hit.words for hit in screen("Mies lyö minua")] == ["Mies lyö minua"]


def test_flags_are_the_known_ones() -> None:
    assert {flag for flag, _ in DEVELOPMENT["danger"] if flag} <= set(FLAGS)
