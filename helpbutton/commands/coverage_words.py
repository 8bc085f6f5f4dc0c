"""The proof of the routes in words: what `helpbutton routes` prints."""

import dataclasses
from collections.abc import Sequence

from helpbutton.routing.coverage import Coverage, Gap
from helpbutton.web import vocabulary

MOST_GAPS_SHOWN = 40
EVERY_TOPIC = 20


def as_json(coverage: Coverage) -> dict[str, object]:
    """The proof for programs."""
    return {
        "complete": coverage.complete,
        "combinations": coverage.combinations,
        "own_desk": coverage.own_desk,
        "fallback": coverage.fallback,
        "gaps": [dataclasses.asdict(gap) for gap in coverage.gaps],
        "outside": coverage.outside,
    }


def in_lines(coverage: Coverage) -> list[str]:
    """The proof for people: the shares, then the gaps."""
    total = coverage.combinations or 1
    lines = [
        f"Combinations of municipality, topic, kind, language, age group and role: {coverage.combinations:,}",
        f"  on an own desk  {coverage.own_desk / total:7.2%}",
        f"  on a fallback   {coverage.fallback / total:7.2%}",
        f"  without a desk  {coverage.without_desk / total:7.2%}",
        f"Outside the served area: {len(coverage.outside)} of {coverage.municipalities} municipalities "
        f"({len(coverage.outside) / (coverage.municipalities or 1):.2%})",
    ]
    if coverage.complete:
        return [*lines, "Every request ends at a live desk."]
    return [*lines, *gaps_in_lines(coverage.gaps)]


def gaps_in_lines(gaps: Sequence[Gap]) -> list[str]:
    """The gaps by place and reason, each with the route that would close it."""
    groups: dict[tuple[str, str, tuple[tuple[str, str], ...]], list[str]] = {}
    for gap in gaps:
        groups.setdefault((gap.municipality, gap.why, gap.scope), []).append(gap.topic or "no topic")
    lines = [f"Gaps: {len(groups)}"]
    for (code, why, scope), topics in list(groups.items())[:MOST_GAPS_SHOWN]:
        what = "every topic" if len(topics) > EVERY_TOPIC else ", ".join(topics)
        narrowed = "".join(f", {name} {value}" for name, value in scope)
        lines.append(f"  {vocabulary.municipality_name(code, 'fi')} ({code}), {what}: {why}")
        lines.append(
            f"    closed by a route for {what}, municipality {code}{narrowed}, to a desk that is fit"
        )
    if len(groups) > MOST_GAPS_SHOWN:
        lines.append(f"  ... and {len(groups) - MOST_GAPS_SHOWN} more (--json prints all)")
    return lines
