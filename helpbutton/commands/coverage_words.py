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
        "gaps": [_plain(gap) for gap in coverage.gaps],
        "ties": sorted(sorted(pair) for pair in coverage.ties),
        "outside": coverage.outside,
    }


def in_lines(coverage: Coverage) -> list[str]:
    """The proof for people: the shares, then the gaps."""
    total = coverage.combinations or 1
    lines = [
        f"Combinations of municipality, topic, kind, language, age group and role: {coverage.combinations:,}",
        f"  on an own desk  {coverage.own_desk / total:7.2%}",
        f"  on a fallback   {coverage.fallback / total:7.2%}",
        f"  without a desk  {1 - (coverage.own_desk + coverage.fallback) / total:7.2%}",
        f"Outside the served area: {len(coverage.outside)} of {coverage.municipalities} municipalities "
        f"({len(coverage.outside) / (coverage.municipalities or 1):.2%})",
    ]
    if coverage.complete:
        return [*lines, "Every request ends at a live desk."]
    lines += [
        f"Routes {' and '.join(str(id) for id in sorted(pair))} tie: they have the same scope; end one of them"
        for pair in sorted(coverage.ties, key=sorted)
    ]
    return [*lines, *gaps_in_lines(coverage.gaps)]


def gaps_in_lines(gaps: Sequence[Gap]) -> list[str]:
    """The gaps by place, reason and day, each with the route that would close it."""
    groups: dict[tuple[object, ...], list[Gap]] = {}
    for gap in gaps:
        groups.setdefault((gap.municipality, gap.why, gap.scope, gap.since), []).append(gap)
    lines = [f"Gaps: {len(groups)}"]
    for alike in list(groups.values())[:MOST_GAPS_SHOWN]:
        lines += _group(alike)
    if len(groups) > MOST_GAPS_SHOWN:
        lines.append(f"  ... and {len(groups) - MOST_GAPS_SHOWN} more (--json prints all)")
    return lines


def _group(gaps: Sequence[Gap]) -> tuple[str, str]:
    """One place, reason and day: which topics it concerns, and what would close it."""
    first = gaps[0]
    topics = [gap.topic or "no topic" for gap in gaps]
    what = "every topic" if len(topics) > EVERY_TOPIC else ", ".join(topics)
    since = f", from {first.since.isoformat()}" if first.since else ""
    narrowed = "".join(f", {name} {value}" for name, value in first.scope)
    ended = sorted({gap.route for gap in gaps if gap.in_place and gap.route is not None})
    instead = f", in place of route {', '.join(map(str, ended))}" if ended else ""
    code, one_route = first.municipality, len({gap.route for gap in gaps}) == 1
    which = what if one_route or len(topics) <= EVERY_TOPIC else "each topic"
    return (
        f"  {vocabulary.municipality_name(code, 'fi')} ({code}), {what}{since}: {first.why}",
        f"    closed by a route for {which}, municipality {code}{narrowed}{instead}, to a desk that is fit",
    )


def _plain(gap: Gap) -> dict[str, object]:
    named = dataclasses.asdict(gap) | {"since": gap.since.isoformat() if gap.since else None}
    del named["cells"]
    return named
