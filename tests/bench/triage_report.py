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
LANGUAGES = ("fi", "sv", "en", "ru", "uk", "ar", "so", "et", "se")
WELL_WRITTEN = ("fi", "sv", "en")
HARD = "hard negative"


@dataclass(frozen=True)
class Judged:
    """One message of the evaluation with what triage made of it."""

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


def main() -> None:
    """Print the report."""
    judged = [
        Judged(language, message, suggest(TriageFacts(message["text"], None, message.get("role"))))
        for language in LANGUAGES
        for message in _lines(FOLDER / f"{language}.jsonl")
    ]
    out = sys.stdout.write
    out(f"Messages: {len(judged)}. Version {judged[0].suggestion.version}.\n\n")
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
        danger = [one for one in own if one.message["danger"]]
        harmless = [one for one in own if not one.message["danger"]]
        hard = [one for one in harmless if str(one.message.get("note", "")).startswith(HARD)]
        plain = [one for one in harmless if one not in hard]
        named = [one for one in danger if one.message["flags"] and one.suggestion.flags]
        cells = (
            _share(bool(one.suggestion.flags) for one in danger),
            _share(bool(one.suggestion.flags) for one in plain),
            _share(bool(one.suggestion.flags) for one in hard),
            _share(bool(set(one.suggestion.flags) & set(one.message["flags"])) for one in named),
        )
        lines.append(f"| {'all' if group == LANGUAGES else ', '.join(group)} | " + " | ".join(cells) + " |")
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
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    main()
