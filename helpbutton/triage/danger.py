"""Signs of danger in a message: explicit phrases for each language, never statistics.

All languages are always tried, because people mix them. A sign is dropped only when a harmless phrase lies
over the same words ("tapan aikaa"), a denial stands directly before it ("ei ole väkivaltaa"), or, for the
weaker phrases, when the same sentence tells of a film, a game or times long past.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from helpbutton.triage.knowledge import FLAGS, KnowledgeError, load
from helpbutton.triage.phrases import Match, PhraseBook, quote
from helpbutton.triage.words import Token, clean, tokenise

_HARMLESS, _DENIAL, _STORY = "harmless", "denial", "story"


@dataclass(frozen=True)
class DangerHit:
    """A danger flag and the sender's words that raised it (personal data: encrypt before storing)."""

    flag: str
    words: str


@dataclass(frozen=True, slots=True)
class _Sign:
    flag: str
    sure: bool


@cache
def _signs() -> PhraseBook[_Sign]:
    book: PhraseBook[_Sign] = PhraseBook()
    danger = load("triage/danger.json")
    if set(danger["flags"]) != set(FLAGS):
        raise KnowledgeError("config/triage/danger.json: its flags are not the known ones")
    for flag, languages in danger["flags"].items():
        for language, kinds in languages.items():
            sets = danger["sets"].get(language, {})
            for kind in ("sure", "words"):
                for phrase in kinds[kind]:
                    book.add(phrase, _Sign(flag, kind == "sure"), sets)
    return book


@cache
def _excuse_phrases() -> PhraseBook[str]:
    book: PhraseBook[str] = PhraseBook()
    danger = load("triage/danger.json")
    for kind, part in ((_HARMLESS, "harmless"), (_DENIAL, "denials"), (_STORY, "stories")):
        for phrases in danger[part].values():
            for phrase in phrases:
                book.add(phrase, kind)
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
        DangerHit(flag, quote(cleaned, tokens, place))
        for flag in dict.fromkeys(match.label.flag for match in kept)
        for place in _joined([match for match in kept if match.label.flag == flag])
    ]
    return tuple(dict.fromkeys(hits))


def _joined(matches: Sequence[Match[_Sign]]) -> list[Match[_Sign]]:
    """Matches of one flag, those that overlap joined into one."""
    joined: list[Match[_Sign]] = []
    for match in sorted(matches, key=lambda found: (found.first, found.last)):
        if joined and match.first <= joined[-1].last:
            joined[-1] = Match(match.label, joined[-1].first, max(joined[-1].last, match.last))
        else:
            joined.append(match)
    return joined


@dataclass(frozen=True, slots=True)
class _Excuses:
    """Tokens under a harmless phrase, tokens right after a denial, sentences that tell a story."""

    harmless: frozenset[int]
    denied: frozenset[int]
    stories: frozenset[int]

    def cover(self, match: Match[_Sign], tokens: Sequence[Token]) -> bool:
        return (
            match.first in self.denied
            or not self.harmless.isdisjoint(range(match.first, match.last + 1))
            or (not match.label.sure and tokens[match.first].sentence in self.stories)
        )


def _stands_right_before_a_word(denial: Match[str], cleaned: str, tokens: Sequence[Token]) -> bool:
    """Whether nothing but blanks lies between a denial and the next word: "No, he hits me" denies nothing."""
    after = denial.last + 1
    return after < len(tokens) and cleaned[tokens[denial.last].end : tokens[after].start].isspace()


def _find_excuses(cleaned: str, tokens: Sequence[Token]) -> _Excuses:
    harmless: set[int] = set()
    denied: set[int] = set()
    stories: set[int] = set()
    for excuse in _excuse_phrases().find(tokens):
        if excuse.label == _HARMLESS:
            harmless.update(range(excuse.first, excuse.last + 1))
        elif excuse.label == _STORY:
            stories.add(tokens[excuse.first].sentence)
        elif _stands_right_before_a_word(excuse, cleaned, tokens):
            denied.add(excuse.last + 1)
    return _Excuses(frozenset(harmless), frozenset(denied), frozenset(stories))
