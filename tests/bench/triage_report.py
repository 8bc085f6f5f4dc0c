"""How well triage reads: `make triage-report`, on messages by somebody who had not seen its lexicon or its lessons.

A topic counts as right when it is the message's own or one of those that it may also go by. Intervals are Wilson's,
95 %.
"""

import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpbutton.triage import Suggestion, TriageFacts, suggest

FOLDER = Path(__file__).parent / "evaluation"
SETS = ("first", "second", "third")
"""Each by other writers. In the second and third stand only messages that somebody who did not see their labels had
labelled in the same way; nothing of the third was known to anybody who wrote lessons or phrases."""
LANGUAGES = ("fi", "sv", "en", "ru", "uk", "ar", "so", "et", "se")
WELL_WRITTEN = ("fi", "sv", "en")
HARD = "hard negative"


@dataclass(frozen=True)
class Judged:
    """One message of the evaluation with what triage made of it."""

    set: str
    language: str
    message: dict[str, Any]
    suggestion: Suggestion

    @property
    def accepted(self) -> set[str]:
        return {self.message["topic"], *self.message.get("also", ())}

    @property
    def first(self) -> bool:
        return self.suggestion.topic in self.accepted

    @property
    def ranked(self) -> list[str]:
        return [self.suggestion.topic, *(other.topic for other in self.suggestion.alternatives)]

    @property
    def among_three(self) -> bool:
        return bool(set(self.ranked[:3]) & self.accepted)

    @property
    def unsure(self) -> bool:
        return self.suggestion.score == 0

    @property
    def raised(self) -> bool:
        return bool(self.suggestion.flags)

    @property
    def looks_like_danger(self) -> bool:
        return str(self.message.get("note", "")).startswith(HARD)


def main() -> None:
    """Print the report."""
    judged = [
        Judged(name, language, message, suggest(TriageFacts(message["text"], None, message.get("role"))))
        for name in SETS
        for language in LANGUAGES
        for message in _lines(FOLDER / name / f"{language}.jsonl")
    ]
    out = sys.stdout.write
    out(f"Messages: {len(judged)}. Version {judged[0].suggestion.version}.\n\n")
    out("\n".join(_by_set(judged)) + "\n\n")
    out("\n".join(_by_language(judged)) + "\n\n")
    out("\n".join(_by_topic(judged)) + "\n\n")
    out("\n".join(_confusions(judged)) + "\n\n")
    out("\n".join(_dangers(judged)) + "\n\n")
    out("\n".join(_languages(judged)) + "\n")


def interval(right: int, n: int) -> str:
    """A share with its 95 % interval: "85 % (80-89, n 200)"."""
    if not n:
        return "- (n 0)"
    z, share = 1.96, right / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return f"{share:4.0%} ({100 * (middle - half):.0f}-{100 * (middle + half):.0f}, n {n})"


def _share(rows: Iterable[bool]) -> str:
    listed = list(rows)
    return interval(sum(listed), len(listed))


def _by_set(judged: Sequence[Judged]) -> list[str]:
    lines = [
        "| set | languages | right first | among three | danger found | alarms on harmless | alarms on look-alikes |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in SETS:
        for group in (*((language,) for language in WELL_WRITTEN), LANGUAGES[3:], LANGUAGES):
            own = [one for one in judged if one.set == name and one.language in group]
            cells = (
                _share(one.first for one in own),
                _share(one.among_three for one in own),
                *(_share(one.raised for one in some) for some in _danger_parts(own)),
            )
            lines.append(f"| {name} | {_named(group)} | " + " | ".join(cells) + " |")
    return lines


def _named(group: Sequence[str]) -> str:
    return "all" if group == LANGUAGES else ", ".join(group)


def _danger_parts(judged: Sequence[Judged]) -> tuple[list[Judged], list[Judged], list[Judged]]:
    """Those about danger, the harmless ones, and harmless ones that look like danger."""
    harmless = [one for one in judged if not one.message["danger"]]
    return (
        [one for one in judged if one.message["danger"]],
        [one for one in harmless if not one.looks_like_danger],
        [one for one in harmless if one.looks_like_danger],
    )


def _by_language(judged: Sequence[Judged]) -> list[str]:
    lines = [
        "| language | right first | among three | right first where sure | unsure |",
        "|---|---|---|---|---|",
    ]
    for language in LANGUAGES:
        own = [one for one in judged if one.language == language]
        sure = [one for one in own if not one.unsure]
        cells = (
            _share(one.first for one in own),
            _share(one.among_three for one in own),
            _share(one.first for one in sure),
            _share(one.unsure for one in own),
        )
        lines.append(f"| {language} | " + " | ".join(cells) + " |")
    return lines


def _by_topic(judged: Sequence[Judged]) -> list[str]:
    lines = ["| topic | fi | sv | en | others |", "|---|---|---|---|---|"]
    topics = sorted({one.message["topic"] for one in judged})
    for topic in topics:
        cells = []
        for group in (("fi",), ("sv",), ("en",), LANGUAGES[3:]):
            cells.append(
                _share(one.first for one in judged if one.language in group and one.message["topic"] == topic)
            )
        lines.append(f"| {topic} | " + " | ".join(cells) + " |")
    return lines


def _confusions(judged: Sequence[Judged]) -> list[str]:
    pairs = Counter(
        (one.message["topic"], one.suggestion.topic) for one in judged if not one.first and not one.unsure
    )
    lines = ["Most frequent confusions, right topic -> given topic:"]
    return lines + [f"  {right} -> {given}: {n}" for (right, given), n in pairs.most_common(15)]


def _dangers(judged: Sequence[Judged]) -> list[str]:
    lines = [
        "| danger | found | false alarms on harmless | false alarms on look-alikes | flag right |",
        "|---|---|---|---|---|",
    ]
    groups = [*((language,) for language in WELL_WRITTEN), LANGUAGES[3:], LANGUAGES]
    for group in groups:
        own = [one for one in judged if one.language in group]
        danger, plain, hard = _danger_parts(own)
        named = [one for one in danger if one.message["flags"] and one.suggestion.flags]
        cells = (
            *(_share(one.raised for one in some) for some in (danger, plain, hard)),
            _share(bool(set(one.suggestion.flags) & set(one.message["flags"])) for one in named),
        )
        lines.append(f"| {_named(group)} | " + " | ".join(cells) + " |")
    missed: dict[str, list[str]] = defaultdict(list)
    for one in judged:
        if one.message["danger"] and not one.suggestion.flags:
            why = one.message.get("note") or "said in words that no phrase and no lesson holds"
            missed[", ".join(one.message["flags"]) or "kind not stated"].append(f"{one.message['id']}: {why}")
    lines += ["", "Missed dangers by kind:"]
    return lines + [f"  {kind}\n    " + "\n    ".join(ids) for kind, ids in sorted(missed.items())]


def _languages(judged: Sequence[Judged]) -> list[str]:
    texts = list(_lines(FOLDER / "languages.jsonl"))
    right = [suggest(TriageFacts(text["text"])).language in text["languages"] for text in texts]
    single = [ok for ok, text in zip(right, texts, strict=True) if len(text["languages"]) == 1]
    mixed = [ok for ok, text in zip(right, texts, strict=True) if len(text["languages"]) > 1]
    long = [one for one in judged if len(one.message["text"].split()) > 5]
    return [
        f"Language right: short texts {_share(single)}, mixtures {_share(mixed)}, "
        f"messages over five words {_share(one.suggestion.language == one.language for one in long)}."
    ]


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    main()
