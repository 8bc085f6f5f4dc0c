"""Signs of danger in a message: explicit phrases for each language, never statistics.

All languages are always tried, because people mix them. A phrase that says what is done to somebody counts by itself
("lyö minua"). A word that only names a matter ("väkivalta") is a hint: people ask for brochures about it, too, so it
counts together with the rest of the message (`suggest`). A sign is dropped when a harmless phrase lies over the same
words ("tapan aikaa"), a denial in its own language stands directly before it ("ei ole väkivaltaa"), or, for weaker
phrases and hints, when the same sentence tells of a film, a game or times long past.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from helpbutton.reasons import Reason
from helpbutton.triage.knowledge import FLAGS, KnowledgeError, load
from helpbutton.triage.phrases import Match, PhraseBook, quote
from helpbutton.triage.words import Token, clean, tokenise

FEW_WORDS = 4
"""A text with fewer words resembles nothing: in it a hint counts by itself."""

Strength = Literal["sure", "words", "hints"]
"""Phrases that count wherever they stand, those that a story cancels, and words that only name a matter."""
STRENGTHS: tuple[Strength, ...] = ("sure", "words", "hints")


@dataclass(frozen=True)
class DangerHit:
    """A danger flag and the sender's words that raised it (personal data: encrypt before storing).

    By a phrase that counts by itself, by a hint, or because the message as a whole resembles danger. `sentence` is that
    of its first word.
    """

    flag: str
    words: str
    by: Literal["phrase", "hint", "likeness"] = "phrase"
    sentence: int = field(default=0, compare=False)


def reason_for(flag: str, hits: Sequence[DangerHit]) -> Reason:
    """Why these signs of a flag, all of one kind, raised."""
    words = tuple(hit.words for hit in hits)
    if any(hit.by == "likeness" for hit in hits):
        return Reason("danger_alike", {"flag": flag}, words)
    return Reason("danger", {"flag": flag}, words)


@dataclass(frozen=True, slots=True)
class _Sign:
    flag: str
    strength: Strength
    language: str


@dataclass(frozen=True, slots=True)
class _Excuse:
    kind: Literal["harmless", "denial", "story"]
    language: str


@cache
def _signs() -> PhraseBook[_Sign]:
    book: PhraseBook[_Sign] = PhraseBook()
    danger = load("triage/danger.json")
    if set(danger["flags"]) != set(FLAGS):
        raise KnowledgeError("config/triage/danger.json: its flags are not the known ones")
    for flag, languages in danger["flags"].items():
        for language, kinds in languages.items():
            sets = danger["sets"].get(language, {})
            for strength in STRENGTHS:
                for phrase in kinds[strength]:
                    book.add(phrase, _Sign(flag, strength, language), sets)
    return book


@cache
def _excuse_phrases() -> PhraseBook[_Excuse]:
    book: PhraseBook[_Excuse] = PhraseBook()
    danger = load("triage/danger.json")
    parts: tuple[tuple[Literal["harmless", "denial", "story"], str], ...] = (
        ("harmless", "harmless"),
        ("denial", "denials"),
        ("story", "stories"),
    )
    for kind, part in parts:
        for language, phrases in danger[part].items():
            for phrase in phrases:
                book.add(phrase, _Excuse(kind, language))
    return book


def screen(text: str) -> tuple[DangerHit, ...]:
    """The danger signs of a raw text, overlapping ones of a flag joined."""
    cleaned = clean(text)
    return screen_tokens(cleaned, tokenise(cleaned))


def screen_tokens(cleaned: str, tokens: Sequence[Token]) -> tuple[DangerHit, ...]:
    """The same for a text that is already cleaned and cut into tokens."""
    matches = list(_signs().find(tokens))
    if not matches:
        return ()
    excuses = _find_excuses(cleaned, tokens)
    kept = [match for match in matches if not excuses.cover(match, tokens)]
    hits = [
        DangerHit(
            flag,
            quote(cleaned, tokens, place),
            "hint" if place.label.strength == "hints" and len(tokens) >= FEW_WORDS else "phrase",
            tokens[place.first].sentence,
        )
        for flag in dict.fromkeys(match.label.flag for match in kept)
        for place in _joined([match for match in kept if match.label.flag == flag])
    ]
    return tuple(dict.fromkeys(hits))


def _joined(matches: Sequence[Match[_Sign]]) -> list[Match[_Sign]]:
    """Matches of one flag, those that overlap joined into one, which is as strong as the strongest of them."""
    joined: list[Match[_Sign]] = []
    for match in sorted(matches, key=lambda found: (found.first, found.last)):
        if joined and match.first <= joined[-1].last:
            before = joined[-1]
            stronger = min((before.label, match.label), key=lambda sign: STRENGTHS.index(sign.strength))
            joined[-1] = Match(stronger, before.first, max(before.last, match.last))
        else:
            joined.append(match)
    return joined


@dataclass(frozen=True, slots=True)
class _Excuses:
    """Tokens under a harmless phrase, tokens right after a denial with its language, sentences that tell a story."""

    harmless: frozenset[int]
    denied: frozenset[tuple[int, str]]
    stories: frozenset[int]

    def cover(self, match: Match[_Sign], tokens: Sequence[Token]) -> bool:
        return (
            (match.first, match.label.language) in self.denied
            or not self.harmless.isdisjoint(range(match.first, match.last + 1))
            or (match.label.strength != "sure" and tokens[match.first].sentence in self.stories)
        )


def _stands_right_before_a_word(denial: Match[_Excuse], cleaned: str, tokens: Sequence[Token]) -> bool:
    """Whether nothing but blanks lies between a denial and the next word: "No, he hits me" denies nothing."""
    after = denial.last + 1
    return after < len(tokens) and cleaned[tokens[denial.last].end : tokens[after].start].isspace()


def _find_excuses(cleaned: str, tokens: Sequence[Token]) -> _Excuses:
    harmless: set[int] = set()
    denied: set[tuple[int, str]] = set()
    stories: set[int] = set()
    for excuse in _excuse_phrases().find(tokens):
        if excuse.label.kind == "harmless":
            harmless.update(range(excuse.first, excuse.last + 1))
        elif excuse.label.kind == "story":
            stories.add(tokens[excuse.first].sentence)
        elif _stands_right_before_a_word(excuse, cleaned, tokens):
            denied.add((excuse.last + 1, excuse.label.language))
    return _Excuses(frozenset(harmless), frozenset(denied), frozenset(stories))
