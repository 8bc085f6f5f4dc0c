"""Topics of clear messages are found, unclear ones stay unsure, nothing crosses owners on a hint."""

import json
from pathlib import Path

import pytest

from helpbutton.config_dir import CONFIG_DIR
from helpbutton.sorting.decide import SURE_ENOUGH_TO_MOVE
from helpbutton.triage import Suggestion, TriageFacts, suggest
from helpbutton.triage.lexicon import mood_of_age

DEVELOPMENT = json.loads((Path(__file__).parent / "development.json").read_text(encoding="utf-8"))
NATURAL = json.loads((Path(__file__).parent / "natural.json").read_text(encoding="utf-8"))
VEILED = json.loads((Path(__file__).parent / "veiled.json").read_text(encoding="utf-8"))
OWNERS = {
    topic["id"]: topic["owner_kind"]
    for topic in json.loads((CONFIG_DIR / "topics.json").read_text(encoding="utf-8"))["topics"]
}


def codes(suggestion: Suggestion) -> set[str]:
    return {reason.code for reason in suggestion.reasons}


@pytest.mark.parametrize(("language", "topic", "text"), DEVELOPMENT["topics"])
def test_clear_messages_find_their_topic(language: str, topic: str, text: str) -> None:
    suggestion = suggest(TriageFacts(text))
    assert (suggestion.language, suggestion.topic) == (language, topic)


@pytest.mark.parametrize("messages", [NATURAL["topics"], VEILED["topics"]], ids=["natural", "veiled"])
def test_what_is_said_with_confidence_is_mostly_right(messages: list[list[str]]) -> None:
    suggestions = [(topic, suggest(TriageFacts(text))) for _, topic, text in messages]
    confident = [(topic, found.topic) for topic, found in suggestions if "topic_unsure" not in codes(found)]
    assert confident
    assert sum(topic == found for topic, found in confident) >= 0.7 * len(confident)


@pytest.mark.parametrize("text", DEVELOPMENT["ambiguous"] + VEILED["ambiguous"])
def test_mixed_matters_do_not_move_to_the_municipality_by_themselves(text: str) -> None:
    suggestion = suggest(TriageFacts(text))
    assert suggestion.score < SURE_ENOUGH_TO_MOVE or OWNERS[suggestion.topic] != "municipality"


def test_unsure_means_guidance_review_and_named_alternatives() -> None:
    suggestion = suggest(TriageFacts("Meillä on nyt vähän kaikenlaista, en oikein tiedä mistä aloittaa."))
    assert suggestion.topic == "service_guidance"
    assert suggestion.needs_review


def test_a_language_with_hardly_any_lessons_is_left_to_a_human() -> None:
    suggestion = suggest(TriageFacts("Mánná ii oađe ihkku ja balvá skuvllas, mii lea buoremus dahkat?"))
    assert suggestion.language == "se"
    assert "topic_unsure" in codes(suggestion)
    assert suggestion.alternatives
    assert suggestion.needs_review


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("Olen 35-vuotias äiti. 8-vuotias poikani on ahdistunut", "child_mental_health"),
        ("min 9 åring gråter", "child_mental_health"),
        ("poika 14v ei nuku", "youth_mental_health"),
        ("my 15-year-old has been sad for 3 years", "youth_mental_health"),
        ("I'm 14", "youth_mental_health"),
        ("My teenager has been depressed for 3 years", None),
        ("Min tonåring har varit deprimerad i 2 år", None),
        ("Erosimme 3 v sitten", None),
        ("7-vuotias itkee ja 15-vuotias on hiljaa", None),
    ],
)
def test_only_the_age_of_one_child_tells_whose_mood_it_is(text: str, mood: str | None) -> None:
    assert mood_of_age(text, None) == mood


def test_what_age_decided_is_said() -> None:
    suggestion = suggest(TriageFacts("8-vuotias poikani on surullinen ja ahdistunut joka ilta"))
    assert suggestion.topic == "child_mental_health"
    assert "topic_by_age" in codes(suggestion)


def test_reasons_quote_the_words_that_decided() -> None:
    suggestion = suggest(
        TriageFacts("Lastani kiusataan koulussa ja luokassa haukutaan joka päivä", language="fi")
    )
    (reason,) = [reason for reason in suggestion.reasons if reason.code == "topic_by_words"]
    assert reason.params["topic"] == "bullying"
    assert "kiusataan" in reason.words
    assert "language_detected" not in codes(suggestion)


def test_age_and_role_tell_a_childs_mood_from_a_young_persons() -> None:
    assert suggest(TriageFacts("8-vuotias on ahdistunut ja masentunut")).topic == "child_mental_health"
    assert suggest(TriageFacts("15-vuotias on ahdistunut ja masentunut")).topic == "youth_mental_health"
    assert suggest(TriageFacts("ahdistaa ja pelottaa", role="young_person")).topic == "youth_mental_health"


def test_typos_and_missing_diacritics_do_not_matter() -> None:
    assert suggest(TriageFacts("meijan poikaa kiusatan koulus ja haukutan")).topic == "bullying"
    assert suggest(TriageFacts("puheterapian jonot, lapsen puhe on epaselvaa")).topic == "speech_language"
