"""What a message is about: lexicon phrases and likeness to examples, joined into one share for each topic.

The shares are a ranking that was scaled on our own examples, not measured probabilities. When no topic stands
out, the answer is "not sure", and the case stays where the sender addressed it.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from helpbutton.triage.knowledge import KnowledgeError, load, topic_urgencies
from helpbutton.triage.likeness import Likeness
from helpbutton.triage.phrases import Match, PhraseBook, quote
from helpbutton.triage.words import Token

SURE_SHARE = 0.45
_LEXICON_PULL = 1.2
_LIKENESS_PULL = 10.0
_LEXICON_CAP = 9.0
_LEAST_LIKENESS = 0.22
_SHORT, _ONE_PHRASE, _TWO_PHRASES, _FAIR_LIKENESS = 8, 3.0, 4.0, 0.15
_FLAG_WEIGHT = 2.0
_AGE_WEIGHT = 2.0
_TEENAGE = 13
_CHILD, _YOUTH = "child_mental_health", "youth_mental_health"
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
_AGE = re.compile(
    r"\b(\d{1,2}) ?-? ?(?:v\b|vee\b|vuoti|år|yr|year)|\b(?:oon|olen|är|e|am|i'm) (1\d)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class TopicGuess:
    """Topics with shares (0-1), best first, the words that spoke for the first, whether it stands out."""

    ranked: tuple[tuple[str, float], ...]
    words: tuple[str, ...]
    sure: bool


@dataclass(frozen=True, slots=True)
class _Sound:
    topic: str
    weight: int
    phrase: str


@cache
def _lexicon(language: str) -> PhraseBook[_Sound]:
    book: PhraseBook[_Sound] = PhraseBook()
    topics = load("triage/lexicon.json")["topics"]
    if set(topics) != set(topic_urgencies()):
        raise KnowledgeError("config/triage/lexicon.json: its topics are not those of config/topics.json")
    for topic, languages in topics.items():
        for weight, phrases in languages.get(language, {}).items():
            for phrase in phrases:
                book.add(phrase, _Sound(topic, int(weight), phrase))
    return book


@cache
def _likeness(language: str) -> Likeness:
    topics = load("triage/examples.json")["topics"]
    return Likeness(
        {topic: languages[language] for topic, languages in topics.items() if language in languages}
    )


def warm_up() -> None:
    """Load all languages now instead of at their first message."""
    for language in ("fi", "sv", "en", "ru", "uk", "ar", "so", "et"):
        _lexicon(language)
        _likeness(language)


def guess(
    cleaned: str,
    tokens: Sequence[Token],
    language: str,
    *,
    flags: Sequence[str] = (),
    role: str | None = None,
) -> TopicGuess:
    """Rank the topics of a cleaned, tokenised message in `language`; empty when nothing speaks for any.

    Danger `flags` speak for the topics where such danger belongs; the child's age and the sender's `role`
    tell a child's mood from a young person's.
    """
    matches = list(_lexicon(language).find(tokens))
    spoken = _spoken(matches)
    for flag in flags:
        for topic in _TOPICS_OF_FLAG[flag]:
            spoken[topic] = spoken.get(topic, 0.0) + _FLAG_WEIGHT
    _move_to_age(spoken, cleaned, role)
    alike = _likeness(language).scores(tokens)
    pulls = {
        topic: _LEXICON_PULL * min(spoken.get(topic, 0.0), _LEXICON_CAP)
        + _LIKENESS_PULL * alike.get(topic, 0.0)
        for topic in topic_urgencies()
    }
    if not spoken and max(alike.values(), default=0.0) < _LEAST_LIKENESS:
        return TopicGuess((), (), False)
    total = sum(math.exp(pull) for pull in pulls.values())
    ranked = sorted(
        ((topic, math.exp(pull) / total) for topic, pull in pulls.items()), key=lambda pair: -pair[1]
    )
    best, share = ranked[0]
    sure = share >= SURE_SHARE and _enough(spoken.get(best, 0.0), alike.get(best, 0.0), len(tokens))
    return TopicGuess(tuple(ranked), _quoted(cleaned, tokens, matches, best), sure)


def _enough(weight: float, likeness: float, words: int) -> bool:
    """One phrase decides alone only in a short message: in a longer one it may be said in passing."""
    return words <= _SHORT or weight >= _TWO_PHRASES or (weight >= _ONE_PHRASE and likeness >= _FAIR_LIKENESS)


def _spoken(matches: Sequence[Match[_Sound]]) -> dict[str, float]:
    """Topic -> weight of its phrases, each phrase once and each stretch of words once."""
    sums: dict[str, float] = {}
    taken: dict[str, set[int]] = {}
    phrases: set[_Sound] = set()
    for match in sorted(matches, key=lambda found: (-found.label.weight, found.first)):
        sound = match.label
        places = set(range(match.first, match.last + 1))
        if sound in phrases or places & taken.setdefault(sound.topic, set()):
            continue
        phrases.add(sound)
        taken[sound.topic] |= places
        sums[sound.topic] = sums.get(sound.topic, 0.0) + sound.weight
    return sums


def _move_to_age(spoken: dict[str, float], cleaned: str, role: str | None) -> None:
    """Add to the mood topic of the right age where one of the two is spoken of already."""
    if _CHILD not in spoken and _YOUTH not in spoken:
        return
    found = _AGE.search(cleaned)
    if found:
        fitting = _YOUTH if int(found.group(1) or found.group(2)) >= _TEENAGE else _CHILD
    elif role == "young_person":
        fitting = _YOUTH
    elif role == "child":
        fitting = _CHILD
    else:
        return
    spoken[fitting] = spoken.get(fitting, 0.0) + _AGE_WEIGHT


def _quoted(
    cleaned: str, tokens: Sequence[Token], matches: Sequence[Match[_Sound]], topic: str
) -> tuple[str, ...]:
    """At most three quotations that speak for the topic, the weightiest first."""
    own = sorted((m for m in matches if m.label.topic == topic), key=lambda m: (-m.label.weight, m.first))
    return tuple(dict.fromkeys(quote(cleaned, tokens, match) for match in own))[:3]
