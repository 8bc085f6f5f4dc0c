"""One message in, one suggestion out: language, topic, urgency, danger, personal data, with reasons."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from helpbutton.reasons import Reason
from helpbutton.triage import danger, language, meaning, personal_data, topic
from helpbutton.triage.danger import FEW_WORDS, DangerHit, reason_for
from helpbutton.triage.knowledge import FALLBACK_TOPIC, topic_urgencies, version
from helpbutton.triage.model import Evidence, learnt
from helpbutton.triage.personal_data import PersonalDatum
from helpbutton.triage.phrases import Match, quote
from helpbutton.triage.topic import TopicGuess
from helpbutton.triage.words import Token, clean, tokenise

LONGEST = 20_000
_ALTERNATIVES = 3
_WORTH_NAMING = 0.05
_URGENT_SHARE = 0.5
"""An urgent topic alone calls nobody at night unless it is likelier than all others together."""
_WORDS_SUFFICE = 0.7
"""From this share of the likeliest topic on, meaning changes hardly any right answer: on lessons held back it adds four
points between 0.6 and 0.7, and nothing above. Many messages of a well taught language need no meaning."""
_HINTED_SENTENCES = 2
_FAR_FROM_DANGER = 0.3
"""As much of the share from which likeness to danger counts: below it meaning finds hardly any danger, and an urgent
topic calls nobody at night. Of 27 such messages of the evaluations, 26 were harmless."""


@dataclass(frozen=True)
class TriageFacts:
    """What is known of a message: its `text`, the form's language and the sender's role (API ids)."""

    text: str
    language: str | None = None
    role: str | None = None


@dataclass(frozen=True)
class Alternative:
    """Another topic and its share, 0-1."""

    topic: str
    score: float


@dataclass(frozen=True)
class Suggestion:
    """What triage proposes. A human can overrule all of it; `version` names the rules that it was made with, and ends
    in "-words" where meaning could not be asked for.

    `hits`, `personal_data` and the words of `reasons` quote the sender: encrypt before storing.
    """

    language: str
    topic: str
    score: float
    """The share of `topic`, 0-1; 0 when no topic stands out."""
    alternatives: tuple[Alternative, ...]
    urgency: str
    flags: tuple[str, ...]
    hits: tuple[DangerHit, ...]
    personal_data: tuple[PersonalDatum, ...]
    reasons: tuple[Reason, ...]
    needs_review: bool
    version: str


@dataclass(frozen=True)
class _Message:
    """A message as it is read: cleaned, in words, with its language, the danger that phrases name, the role."""

    cleaned: str
    tokens: tuple[Token, ...]
    language: str
    said: tuple[DangerHit, ...]
    role: str | None

    @property
    def counts_alone(self) -> bool:
        """Whether something is said in it that is danger whatever the rest is; a few words have no rest."""
        return len(self.tokens) < FEW_WORDS or any(hit.by == "phrase" for hit in self.said)


def suggest(facts: TriageFacts) -> Suggestion:
    """A suggestion for any text whatsoever: no text raises; what follows 20,000 characters is not read."""
    cleaned = clean(facts.text[:LONGEST])[:LONGEST]
    tokens = tokenise(cleaned)
    spoken = language.spoken_language(cleaned, tokens, facts.language)
    said = danger.screen_tokens(cleaned, tokens)
    message = _Message(cleaned, tokens, spoken, said, facts.role)
    hits, guess, far = _understood(message)
    flags = _flags(hits)
    chosen = guess.ranked[0][0] if guess.sure else FALLBACK_TOPIC
    alternatives = tuple(
        Alternative(name, round(share, 3))
        for name, share in guess.ranked
        if name != chosen and share >= _WORTH_NAMING
    )[:_ALTERNATIVES]
    urgency, urgency_reason = _urgency(guess, chosen, flags, far=far)
    found = personal_data.find(cleaned)
    return Suggestion(
        language=spoken,
        topic=chosen,
        score=round(guess.ranked[0][1], 3) if guess.sure else 0.0,
        alternatives=alternatives,
        urgency=urgency,
        flags=flags,
        hits=hits,
        personal_data=found,
        reasons=(
            *_language_reasons(spoken, facts.language),
            *_topic_reasons(guess, chosen, alternatives),
            *(reason_for(flag, signs) for flag, signs in _by_flag(hits).items()),
            *(() if hits else _not_raised(said)),
            urgency_reason,
            *_personal_reasons(found),
        ),
        needs_review=not guess.sure or bool(hits or said),
        version=version() if meaning.present() else f"{version()}-words",
    )


def warm_up() -> None:
    """Load everything now (a second or two), so that the first message is as fast as the others."""
    language.warm_up()
    topic.warm_up()
    meaning.by_meaning("x")
    suggest(TriageFacts("x"))


def _understood(message: _Message) -> tuple[tuple[DangerHit, ...], TopicGuess, bool]:
    """Signs of danger, topic, and whether it is far from danger: from the words alone where they suffice, else from
    words and meaning.

    Asking for meaning costs many times as much as all the rest.
    """
    evidence = learnt().evidence(message.tokens)
    guess = _guess(message, evidence, message.said)
    nearness = _nearness(message, evidence)
    if _words_suffice(message, guess, nearness):
        return message.said, guess, not message.counts_alone
    evidence = learnt().evidence(message.tokens, meaning.by_meaning(message.cleaned))
    nearness = max([_nearness(message, evidence), *_of_hints(message)])
    hits = _signs(message, evidence, nearness)
    far = not message.counts_alone and nearness < _FAR_FROM_DANGER
    return hits, _guess(message, evidence, message.said or hits), far


def _words_suffice(message: _Message, guess: TopicGuess, nearness: float) -> bool:
    """Whether one topic stands out, and danger is named or far away; only for languages with many lessons."""
    if message.language not in topic.WELL_TAUGHT or not guess.sure or guess.ranked[0][1] < _WORDS_SUFFICE:
        return False
    return message.counts_alone or (not message.said and nearness < _FAR_FROM_DANGER)


def _nearness(message: _Message, evidence: Evidence) -> float:
    """How near to danger, against the share from which likeness counts: 1 or more raises."""
    share, counts_from = learnt().danger_share(evidence, message.language, hinted=bool(message.said))
    return share / counts_from


def _of_hints(message: _Message) -> Iterator[float]:
    """The nearness of the first sentences with a hint, each by itself: other matters beside it must not drown it."""
    if message.counts_alone:
        return
    for sentence in list(dict.fromkeys(hit.sentence for hit in message.said))[:_HINTED_SENTENCES]:
        tokens = tuple(token for token in message.tokens if token.sentence == sentence)
        if FEW_WORDS <= len(tokens) < len(message.tokens):
            text = message.cleaned[tokens[0].start : tokens[-1].end]
            yield _nearness(message, learnt().evidence(tokens, meaning.by_meaning(text)))


def _guess(message: _Message, evidence: Evidence, hits: Sequence[DangerHit]) -> TopicGuess:
    return topic.guess(
        message.cleaned, message.tokens, message.language, evidence, flags=_flags(hits), role=message.role
    )


def _flags(hits: Sequence[DangerHit]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(hit.flag for hit in hits))


def _signs(message: _Message, evidence: Evidence, nearness: float) -> tuple[DangerHit, ...]:
    """What phrases name, where they count alone or the message resembles those in which somebody was in danger; else
    that likeness itself, with its most telling words."""
    if message.counts_alone:
        return message.said
    if nearness < 1:
        return ()
    if message.said:
        return message.said
    first, last = learnt().telling_words(message.tokens)
    flag = learnt().likeliest_flag(evidence)
    words = quote(message.cleaned, message.tokens, Match(flag, first, last))
    return (DangerHit(flag, words, "likeness"),)


def _urgency(guess: TopicGuess, chosen: str, flags: Sequence[str], *, far: bool) -> tuple[str, Reason]:
    """Any danger flag means urgent. Otherwise the topic's own; one that is rather unlikely, or of a message that is far
    from danger, raises to soon at most."""
    if flags:
        return "urgent", Reason("urgency_danger", {"urgency": "urgent", "flag": flags[0]})
    urgency = topic_urgencies()[chosen]
    if urgency == "urgent" and guess.ranked[0][1] < _URGENT_SHARE:
        return "soon", Reason("urgency_unsure", {"urgency": "soon", "topic": chosen})
    if urgency == "urgent" and far:
        return "soon", Reason("urgency_far", {"urgency": "soon", "topic": chosen})
    return urgency, Reason("urgency_topic", {"urgency": urgency, "topic": chosen})


def _language_reasons(spoken: str, declared: str | None) -> tuple[Reason, ...]:
    if declared is not None and declared.split("-")[0] == spoken:
        return ()
    return (Reason("language_detected", {"language": spoken}),)


def _topic_reasons(guess: TopicGuess, chosen: str, alternatives: Sequence[Alternative]) -> tuple[Reason, ...]:
    second = tuple(
        Reason("topic_second", {"topic": other.topic, "score": _percent(other.score)})
        for other in alternatives[:1]
    )
    if not guess.sure:
        return (Reason("topic_unsure"), *second)
    params: dict[str, str | int | float] = {"topic": chosen, "score": _percent(guess.ranked[0][1])}
    by_age = (Reason("topic_by_age"),) if guess.by_age else ()
    if guess.words:
        return (Reason("topic_by_words", params, guess.words), *by_age, *second)
    return (Reason("topic_by_likeness", params), *by_age, *second)


def _not_raised(said: Sequence[DangerHit]) -> tuple[Reason, ...]:
    return tuple(
        Reason("danger_not_raised", {"flag": flag}, tuple(hit.words for hit in hits))
        for flag, hits in _by_flag(said).items()
    )


def _by_flag(hits: Sequence[DangerHit]) -> dict[str, list[DangerHit]]:
    found: dict[str, list[DangerHit]] = {}
    for hit in hits:
        found.setdefault(hit.flag, []).append(hit)
    return found


def _personal_reasons(found: Sequence[PersonalDatum]) -> tuple[Reason, ...]:
    counts = Counter(datum.kind for datum in found)
    return tuple(Reason("personal_data_found", {"kind": kind, "count": n}) for kind, n in counts.items())


def _percent(share: float) -> int:
    return min(99, round(100 * share))
