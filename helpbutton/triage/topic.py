"""What a message is about: the lexicon, pieces of words and meaning, joined into one share for each topic.

The shares are probabilities as measured on messages that the weights had not seen. When no topic stands out, the
answer is "not sure", and the case stays where the sender addressed it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from helpbutton.triage import lexicon
from helpbutton.triage.model import Evidence, learnt
from helpbutton.triage.words import Token

SURE_SHARE = 0.45
_LEAST_WORDS = 2


@dataclass(frozen=True)
class TopicGuess:
    """Topics with shares (0-1), best first, the words that spoke for the first, whether it stands out."""

    ranked: tuple[tuple[str, float], ...]
    words: tuple[str, ...]
    sure: bool


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
    """Rank the topics of a cleaned, tokenised message in `language`; empty when there is hardly a word."""
    if len(tokens) < _LEAST_WORDS and not any(len(token.folded) > 3 for token in tokens):
        return TopicGuess((), (), False)
    spoken, matches = lexicon.spoken_for(cleaned, tokens, language, flags=flags, role=role)
    shares = learnt().topic_shares(evidence, spoken)
    ranked = tuple(sorted(shares.items(), key=lambda pair: -pair[1]))
    best, share = ranked[0]
    return TopicGuess(ranked, lexicon.quoted(cleaned, tokens, matches, best), share >= SURE_SHARE)
