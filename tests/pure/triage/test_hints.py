"""A word that names a matter is a hint: it counts with the rest of the message, a phrase about somebody by itself."""

import pytest

from helpbutton.triage import TriageFacts, screen, suggest

ASKED_FOR = [
    "Saisimmeko turvakodin selkokielisiä esitteitä neuvolan odotustilaan, noin 50 kappaletta?",
    "Teen yhteiskuntaopin esitelmää perheväkivallasta, mistä löytyisi suomalaisia tilastoja?",
    "Vi ordnar en temavecka om självmordsprevention i högstadiet och behöver material till föräldrakvällen.",
    "I am writing my thesis on family violence in schools. Whom could I interview about your training?",
]
HAPPENING = [
    "Hei, asumme Kuopiossa ja meillä on kaksi lasta. Mies on humalassa arvaamaton, ja pelkään illan väkivaltaa. Mistä "
    "saisi tietoa kerhoista ja muskarista, ja milloin avoin päiväkoti on auki?",
    "Tarvitsen turvakodin itselleni ja lapsille vielä tänään, mies tulee kohta töistä enkä uskalla jäädä.",
    "Perheväkivallasta on nyt kyse: piilotan mustelmat ja lapset pelkäävät iltoja, kun hän tulee humalassa kotiin.",
    "Vi behöver ett skyddshem i natt, han hittade oss igen och bankar på grannarnas dörrar.",
]


@pytest.mark.parametrize("text", ASKED_FOR)
def test_who_asks_about_a_matter_raises_no_flag_but_a_person_looks(text: str) -> None:
    assert {hit.by for hit in screen(text)} == {"hint"}
    suggestion = suggest(TriageFacts(text))
    assert suggestion.flags == ()
    assert suggestion.needs_review
    assert "danger_not_raised" in {reason.code for reason in suggestion.reasons}


def test_an_urgent_topic_far_from_danger_waits_for_the_next_working_day() -> None:
    suggestion = suggest(TriageFacts(ASKED_FOR[0]))
    assert (suggestion.topic, suggestion.urgency) == ("domestic_violence", "soon")
    assert "urgency_far" in {reason.code for reason in suggestion.reasons}


@pytest.mark.parametrize("text", HAPPENING)
def test_the_same_words_count_where_the_message_is_about_danger(text: str) -> None:
    suggestion = suggest(TriageFacts(text))
    assert suggestion.flags
    assert suggestion.urgency == "urgent"
    assert {reason.code for reason in suggestion.reasons} & {"danger", "danger_alike"}


@pytest.mark.parametrize("text", ["itsemurha", "turvakoti", "självmord", "domestic violence"])
def test_a_few_words_resemble_nothing_so_hints_count(text: str) -> None:
    assert suggest(TriageFacts(text)).urgency == "urgent"


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("Mietin itsemurhaa joka päivä", True),
        ("Tyttö puhuu itsemurhasta", True),
        ("Koulussa on teemaviikko itsemurhan ehkäisystä", False),
    ],
)
def test_a_phrase_about_somebody_is_sure(text: str, *, sure: bool) -> None:
    assert {hit.by for hit in screen(text)} == {"phrase" if sure else "hint"}
