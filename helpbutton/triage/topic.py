"""What a message is about: the lexicon, pieces of words and meaning, joined into one share for each topic.

The shares are probabilities as measured on messages that the weights had not seen. When no topic stands out, the
answer is "not sure", and the case stays where the sender addressed it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from helpbutton.triage import lexicon
from helpbutton.triage.knowledge import FALLBACK_TOPIC
from helpbutton.triage.model import Evidence, learnt
from helpbutton.triage.words import Token

SURE_SHARE = 0.25
"""Below it hardly one guess in four is right, and the sender's own desk knows better."""
_FEW_WORDS = 3
_STRONG = 3
"""Fewer words say what a message is about only when a phrase of this weight is among them."""
_LEAST_KNOWN = 0.6
_FEW_KNOWN = 0.05
"""Shares of words that the lessons know: a text of others says nothing to them. Languages with few lessons lean on
meaning instead."""
WELL_TAUGHT = ("fi", "sv", "en")
HARDLY_TAUGHT = ("se",)
"""Thirty lessons are in Northern Sámi, which none of us writes well: a human says what such a message is about."""
_SIGNS_OF_CODE, _MUCH_CODE = frozenset("<>{}[]=\\|"), 0.1
"""From this share of such signs on a text is markup or a program, whatever words are in it."""
_AGE_DECIDES = 0.9


@dataclass(frozen=True)
class TopicGuess:
    """Topics with shares (0-1), best first, the words that spoke for the first, whether it stands out, and whether age
    or role chose between a child's mood and a young person's."""

    ranked: tuple[tuple[str, float], ...]
    words: tuple[str, ...]
    sure: bool
    by_age: bool


def warm_up() -> None:
    """Load weights and all languages now instead of at their first message."""
    learnt()
    for language in ("fi", "sv", "en", "ru", "uk", "ar", "so", "et"):
        lexicon.lexicon(language)


def guess(
    cleaned: str,
    tokens: Sequence[Token],
    language: str,
    evidence: Evidence,
    *,
    flags: Sequence[str] = (),
    role: str | None = None,
) -> TopicGuess:
    """Rank the topics of a cleaned, tokenised message in `language`; empty when hardly a word is known, and for code.

    Danger `flags` speak for the topics where such danger belongs; the child's age and the sender's `role` tell a
    child's mood from a young person's. The fallback topic is never a sure one.
    """
    known = evidence.known_words / max(len(tokens), 1)
    code = sum(map(cleaned.count, _SIGNS_OF_CODE)) > _MUCH_CODE * len(cleaned)
    if code or known < (_LEAST_KNOWN if language in WELL_TAUGHT else _FEW_KNOWN):
        return TopicGuess((), (), False, False)
    spoken, matches = lexicon.spoken_for(tokens, language, flags=flags)
    shares = learnt().topic_shares(evidence, spoken)
    fitting = lexicon.mood_of_age(cleaned, role)
    _move_to_age(shares, fitting)
    ranked = tuple(sorted(shares.items(), key=lambda pair: -pair[1]))
    best, share = ranked[0]
    words = lexicon.quoted(cleaned, tokens, matches, best)
    strong = any(match.label.topic == best and match.label.weight >= _STRONG for match in matches)
    says_enough = language not in HARDLY_TAUGHT and (len(tokens) >= _FEW_WORDS or strong)
    sure = says_enough and share >= SURE_SHARE and best != FALLBACK_TOPIC
    return TopicGuess(ranked, words, sure, sure and best == fitting)


def _move_to_age(shares: dict[str, float], fitting: str | None) -> None:
    """A child's mood and a young person's are told apart by age alone, where it is known."""
    if fitting is not None:
        both = sum(shares[topic] for topic in lexicon.MOODS)
        shares |= {
            topic: both * (_AGE_DECIDES if topic == fitting else 1 - _AGE_DECIDES) for topic in lexicon.MOODS
        }
