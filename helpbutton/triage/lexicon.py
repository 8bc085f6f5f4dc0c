"""The lexicon of topics: phrases that speak for a topic, with weights, and what a child's age adds to them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from helpbutton.triage.knowledge import KnowledgeError, load, topic_urgencies
from helpbutton.triage.phrases import Match, PhraseBook, quote
from helpbutton.triage.words import Token

_CAP = 9.0
_FLAG_WEIGHT = 2.0
_TEENAGE = 13
_CHILD, _YOUTH = "child_mental_health", "youth_mental_health"
MOODS = (_CHILD, _YOUTH)
_TOPICS_OF_FLAG = {
    "danger_now": ("domestic_violence",),
    "suicide_selfharm": (_CHILD, _YOUTH),
    "violence": ("domestic_violence",),
    "sexual_abuse": ("child_safety",),
    "neglect_now": ("child_safety",),
    "harm_feared": ("parent_wellbeing",),
    "missing": ("youth_risk",),
    "honour_violence": ("domestic_violence",),
    "no_shelter": ("money_housing",),
}
_GROWN_UP = 18
_AGE = re.compile(
    r"\b(\d{1,2}) ?-? ?(?:(?:v\b\.?|vee\b)(?! ?(?:sitten|ajan|eli))|vuoti|vuode?n ikäi|åri|års\b|år gamm"
    r"|y/?o\b|(?:year|yr)s?[ -]old)"
    r"|(?<!\bi )(?<!\bpå )(?<!\bför )(?<!\befter )(?<!\bunder )\b(\d{1,2}) år\b(?! sedan| sen\b| tillbaka)"
    r"|\b(?:oon|olen|är|e|am|i'm|aged?) (1\d)\b",
    re.IGNORECASE,
)
"""Ages, not spans of time: "8 v", "8-vuotias", "8 år", "8-åring", "8-year-old", "I'm 14", but not "3 v sitten"."""


@dataclass(frozen=True)
class Sound:
    """A phrase that speaks for a topic with this weight."""

    topic: str
    weight: int
    phrase: str


@cache
def lexicon(language: str) -> PhraseBook[Sound]:
    """The phrases of one language. Raises KnowledgeError for topics that do not exist."""
    book: PhraseBook[Sound] = PhraseBook()
    topics = load("triage/lexicon.json")["topics"]
    if set(topics) != set(topic_urgencies()):
        raise KnowledgeError("config/triage/lexicon.json: its topics are not those of config/topics.json")
    for topic, languages in topics.items():
        for weight, phrases in languages.get(language, {}).items():
            for phrase in phrases:
                book.add(phrase, Sound(topic, int(weight), phrase))
    return book


def spoken_for(
    tokens: Sequence[Token], language: str, *, flags: Sequence[str] = ()
) -> tuple[dict[str, float], list[Match[Sound]]]:
    """Topic -> weight of what speaks for it, at most 9 each, and the phrases that were found.

    Danger `flags` speak for the topics where such danger belongs.
    """
    matches = list(lexicon(language).find(tokens))
    spoken = _spoken(matches)
    for flag in flags:
        for topic in _TOPICS_OF_FLAG[flag]:
            spoken[topic] = spoken.get(topic, 0.0) + _FLAG_WEIGHT
    return {topic: min(weight, _CAP) for topic, weight in spoken.items()}, matches


def _spoken(matches: Sequence[Match[Sound]]) -> dict[str, float]:
    """Topic -> weight of its phrases, each phrase once and each stretch of words once."""
    sums: dict[str, float] = {}
    taken: dict[str, set[int]] = {}
    phrases: set[Sound] = set()
    for match in sorted(matches, key=lambda found: (-found.label.weight, found.first)):
        sound = match.label
        places = set(range(match.first, match.last + 1))
        if sound in phrases or places & taken.setdefault(sound.topic, set()):
            continue
        phrases.add(sound)
        taken[sound.topic] |= places
        sums[sound.topic] = sums.get(sound.topic, 0.0) + sound.weight
    return sums


def mood_of_age(cleaned: str, role: str | None) -> str | None:
    """The topic of a child's or of a young person's mood, where the text or the sender's role tells the age.

    Ages of grown-ups say nothing; ages of a child and of a young person side by side leave it open.
    """
    ages = [int("".join(filter(None, groups))) for groups in _AGE.findall(cleaned)]
    told = {_YOUTH if age >= _TEENAGE else _CHILD for age in ages if age < _GROWN_UP}
    if told:
        return told.pop() if len(told) == 1 else None
    return {"young_person": _YOUTH, "child": _CHILD}.get(role or "")


def quoted(
    cleaned: str, tokens: Sequence[Token], matches: Sequence[Match[Sound]], topic: str
) -> tuple[str, ...]:
    """At most three quotations that speak for the topic, the weightiest first."""
    own = sorted((m for m in matches if m.label.topic == topic), key=lambda m: (-m.label.weight, m.first))
    return tuple(dict.fromkeys(quote(cleaned, tokens, match) for match in own))[:3]
