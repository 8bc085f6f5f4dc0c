"""Which supported language a message is written in: script first, then small words and letter statistics."""

import math
from collections import Counter
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from helpbutton.triage.knowledge import LANGUAGES, load
from helpbutton.triage.words import Token, fold

DEFAULT_LANGUAGE = "fi"
_LATIN = ("fi", "sv", "en", "se", "so", "et")
_CYRILLIC = ("ru", "uk")
_ONLY_UKRAINIAN, _ONLY_RUSSIAN = frozenset("іїєґ"), frozenset("ыэёъ")
_READ = 600  # characters looked at
_WORD_PULL = 1.5
_DECLARED_PULL = 2.0
_LEAST_SHARE = math.exp(-8)
_FEW_LETTERS = 4


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier


@cache
def _small_words() -> dict[str, tuple[str, ...]]:
    """Folded word -> languages that use it."""
    users: dict[str, list[str]] = {}
    for language, words in load("triage/languages.json")["words"].items():
        for word in dict.fromkeys(fold(words).split()):
            users.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in users.items()}


def warm_up() -> None:
    """Load the statistics and word lists now instead of at the first message."""
    _identifier()
    _small_words()


def spoken_language(cleaned: str, tokens: tuple[Token, ...], declared: str | None = None) -> str:
    """The language of a cleaned message, one of `knowledge.LANGUAGES`.

    `declared` (the language of the form; "fi-selko" counts as Finnish) decides for texts without
    letters and tips the balance for short ones.
    """
    prior = (declared or "").split("-")[0]
    prior = prior if prior in LANGUAGES else ""
    head = cleaned[:_READ]
    script = _script(head)
    if script == "arabic":
        return "ar"
    if script == "cyrillic":
        return _cyrillic(head, tokens, prior)
    if script == "none":
        return prior or DEFAULT_LANGUAGE
    scores = _scores(head, tokens, _LATIN, prior)
    return max(_LATIN, key=lambda language: scores[language])


def _script(text: str) -> str:
    counts = Counter(_alphabet(char) for char in text if char.isalpha())
    if sum(counts.values()) < _FEW_LETTERS:
        return "none"
    return counts.most_common(1)[0][0]


def _alphabet(char: str) -> str:
    code = ord(char)
    if 0x0400 <= code <= 0x052F:
        return "cyrillic"
    if 0x0600 <= code <= 0x06FF or 0x0750 <= code <= 0x077F:
        return "arabic"
    return "latin" if code < 0x0250 else "none"


def _cyrillic(text: str, tokens: tuple[Token, ...], prior: str) -> str:
    letters = Counter(text.lower())
    ukrainian = sum(letters[char] for char in _ONLY_UKRAINIAN)
    russian = sum(letters[char] for char in _ONLY_RUSSIAN)
    if ukrainian != russian:
        return "uk" if ukrainian > russian else "ru"
    scores = _scores(text, tokens, _CYRILLIC, prior)
    return max(_CYRILLIC, key=lambda language: scores[language])


def _scores(
    text: str, tokens: tuple[Token, ...], candidates: tuple[str, ...], prior: str
) -> dict[str, float]:
    shares = {language: max(float(share), _LEAST_SHARE) for language, share in _identifier().rank(text)}
    scores = {language: math.log(shares[language]) for language in candidates}
    for token in tokens:
        if token.start >= _READ:
            break
        users = [language for language in _small_words().get(token.folded, ()) if language in scores]
        for language in users:
            scores[language] += _WORD_PULL / len(users)
    if prior in scores:
        scores[prior] += _DECLARED_PULL
    return scores
