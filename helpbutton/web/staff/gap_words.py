"""Gaps of the proof in words: which places, which topics, and what is wrong with the desk where they would end."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from helpbutton import i18n
from helpbutton.reasons import N_
from helpbutton.routing.coverage import Gap
from helpbutton.web.dates import date_words
from helpbutton.web.vocabulary import municipality_name, topic_name, word

MOST_SHOWN = 12
EVERY_TOPIC = 20
WHY = (
    (r"no route leads to a desk", N_("No route leads to a desk.")),
    (r"desk (?P<desk>\S+) is not in force", N_("The desk %(desk)s is not in use on that day.")),
    (r"desk (?P<desk>\S+) has no opening hours .*", N_("The desk %(desk)s is not open at all in a month.")),
    (
        r"desk (?P<desk>\S+) has no active member",
        N_("The desk %(desk)s has nobody who can sign in: somebody must be invited and accept."),
    ),
    (r"desk (?P<desk>\S+) has no number for alerts", N_("The desk %(desk)s has no duty number.")),
    (
        r"desk (?P<desk>\S+) does not take (?P<kind>\S+)",
        N_("The desk %(desk)s does not take this kind: %(kind)s."),
    ),
    (
        r"desk (?P<desk>\S+) does not serve in Swedish, a language of its whole county",
        N_(
            "The desk %(desk)s does not serve in Swedish, though its wellbeing county is bilingual as a whole."
        ),
    ),
    (
        r"desk (?P<desk>\S+) does not serve in Swedish, .*",
        N_("The desk %(desk)s does not serve in Swedish, an official language there."),
    ),
    (
        r"desk (?P<desk>\S+) does not serve (?P<language>\S+) and .*",
        N_("The desk %(desk)s has neither this language nor interpreters: %(language)s."),
    ),
    (
        r"desk (?P<desk>\S+) does not say who .*",
        N_("The desk %(desk)s does not say who is told of urgent cases while it is closed."),
    ),
)
"""As `routing.coverage` and `routing.queries` write them, for a person."""
CLOSED_DESK = r"while desk (?P<desk>\S+) is closed: (?P<why>.*)"
AT_NIGHT = N_("While the desk %(desk)s is closed, urgent cases go on to another. %(why)s")
CLOSED = N_("A route for these topics and municipalities to a desk that can take them closes the gap.")
CLOSED_FOR = N_(
    "A route for these topics and municipalities (%(conditions)s) to a desk that can take them closes the gap."
)
IN_PLACE = N_("End the present route in the same change: it has the same scope.")


@dataclass(frozen=True)
class GapLine:
    """One reason at some places: their names, topic labels (none: every topic), the reason as a sentence.

    `closing` says which routes would close it, `since` from which day on it is there, or is empty.
    """

    why: str
    places: tuple[str, ...]
    more_places: int
    topics: tuple[str, ...]
    closing: str
    since: str


@dataclass(frozen=True)
class _Alike:
    """What the gaps of one line have in common."""

    why: str
    scope: tuple[tuple[str, str], ...]
    since: dt.date | None
    in_place: bool


def gap_lines(gaps: Iterable[Gap], language: str) -> list[GapLine]:
    """The gaps grouped by reason, what would close them, and topics; those with the most places first."""
    topics_at: dict[tuple[_Alike, str], set[str]] = {}
    for gap in gaps:
        alike = _Alike(gap.why, gap.scope, gap.since, gap.in_place)
        topics_at.setdefault((alike, gap.municipality), set()).add(gap.topic or "")
    grouped: dict[tuple[_Alike, frozenset[str]], list[str]] = {}
    for (alike, code), topics in topics_at.items():
        grouped.setdefault((alike, frozenset(topics)), []).append(code)
    biggest = sorted(grouped.items(), key=lambda group: len(group[1]), reverse=True)
    return [_line(alike, topics, codes, language) for (alike, topics), codes in biggest[:MOST_SHOWN]]


def _line(alike: _Alike, topics: frozenset[str], codes: list[str], language: str) -> GapLine:
    named = tuple(municipality_name(code, language) for code in codes[:MOST_SHOWN])
    labels = (
        () if len(topics) > EVERY_TOPIC else tuple(topic_name(topic, language) for topic in sorted(topics))
    )
    since = (
        i18n.gettext(language, "from %(day)s", day=date_words(alike.since, language)) if alike.since else ""
    )
    why, closing = _why(alike.why, language), _closing(alike, language)
    return GapLine(why, named, len(codes) - len(named), labels, closing, since)


def _closing(alike: _Alike, language: str) -> str:
    named = [word(name.replace(" ", "_"), value, language) for name, value in alike.scope]
    message = CLOSED_FOR if named else CLOSED
    sentences = [i18n.gettext(language, message, conditions=", ".join(named))]
    if alike.in_place:
        sentences.append(i18n.gettext(language, IN_PLACE))
    return " ".join(sentences)


def _why(why: str, language: str) -> str:
    if night := re.fullmatch(CLOSED_DESK, why):
        at_night = {"desk": night["desk"], "why": _why(night["why"], language)}
        return i18n.gettext(language, AT_NIGHT, **at_night)
    for pattern, message in WHY:
        if found := re.fullmatch(pattern, why):
            named = {
                name: value if name == "desk" else word(name, value, language)
                for name, value in found.groupdict().items()
            }
            return i18n.gettext(language, message, **named)
    return why
