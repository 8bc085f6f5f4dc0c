"""`helpbutton routes`: the proof that nothing meets a dead end, and the explanation of one place."""

import dataclasses
import datetime as dt
import json
import sys
from collections import Counter
from pathlib import Path

import click

from helpbutton import clock, migrate, settings
from helpbutton.app import create_bare
from helpbutton.cases.submission import AGE_GROUPS, KINDS, ROLES
from helpbutton.commands import options
from helpbutton.directory import queries as directory
from helpbutton.directory.queries import in_language
from helpbutton.errors import FieldError, Invalid, NotFound
from helpbutton.i18n import LANGUAGES, reading_language
from helpbutton.routing import queries
from helpbutton.routing.coverage import Coverage
from helpbutton.web import vocabulary
from helpbutton.web.dates import date_words, time_of_day

MOST_GAPS_SHOWN = 40


@click.group()
def routes() -> None:
    """Where requests go."""


@routes.command()
@options.data_dir
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(data_dir: Path | None, as_json: bool) -> None:
    """Prove that every request from the served area ends at a live desk; exit 1 and name the gaps otherwise."""
    app = create_bare(settings.load(data_dir=data_dir))
    with app.app_context():
        migrate.require_current()
        coverage = queries.check()
        click.echo(json.dumps(_as_json(coverage)) if as_json else "\n".join(_in_lines(coverage)))
    sys.exit(0 if coverage.complete else 1)


@routes.command()
@options.data_dir
@click.option("--municipality", required=True, help="Code of the municipality, for example 853.")
@click.option("--topic")
@click.option("--kind", default="help", type=click.Choice(KINDS))
@click.option("--language", default="fi", type=click.Choice(LANGUAGES))
@click.option("--age-group", type=click.Choice(AGE_GROUPS))
@click.option("--role", default="parent", type=click.Choice(ROLES))
@click.option(
    "--at", type=click.DateTime(["%Y-%m-%dT%H:%M"]), help="Local time, for example 2026-12-24T18:00."
)
def explain(
    data_dir: Path | None,
    municipality: str,
    topic: str | None,
    kind: str,
    language: str,
    age_group: str | None,
    role: str,
    at: dt.datetime | None,
) -> None:
    """Say which desk would answer, why, and by when."""
    app = create_bare(settings.load(data_dir=data_dir))
    with app.app_context():
        migrate.require_current()
        if topic is not None and topic not in {known.id for known in directory.topics()}:
            raise Invalid(FieldError("--topic", "unknown_value"))
        moment = at.replace(tzinfo=clock.HELSINKI) if at else None
        try:
            found = queries.explain(
                municipality=municipality,
                topic=topic,
                kind=kind,
                language=language,
                age_group=age_group,
                role=role,
                at=moment,
            )
        except NotFound as error:
            click.echo(f"No desk: {error}.", err=True)
            sys.exit(1)
        tongue = reading_language(language)
        when = found.promise.respond_by
        click.echo(
            f"{in_language(found.desk.names, tongue)}, {in_language(found.desk.organisation_names, tongue)}"
        )
        click.echo(vocabulary.reason_words(found.reason, tongue))
        click.echo(
            f"respond_by {when.isoformat(timespec='minutes')} ({date_words(when, tongue)} {time_of_day(when, tongue)})"
        )


def _as_json(coverage: Coverage) -> dict[str, object]:
    return {
        "complete": coverage.complete,
        "combinations": coverage.combinations,
        "own_desk": coverage.own_desk,
        "fallback": coverage.fallback,
        "gaps": [dataclasses.asdict(gap) for gap in coverage.gaps],
        "outside": coverage.outside,
    }


def _in_lines(coverage: Coverage) -> list[str]:
    total = coverage.combinations or 1
    missing = sum(gap.combinations for gap in coverage.gaps)
    lines = [
        f"Combinations of municipality, topic, kind, language, age group and role: {coverage.combinations:,}",
        f"  on an own desk  {coverage.own_desk / total:7.2%}",
        f"  on a fallback   {coverage.fallback / total:7.2%}",
        f"  without a desk  {missing / total:7.2%}",
        f"Outside the served area: {len(coverage.outside)} of {coverage.municipalities} municipalities "
        f"({len(coverage.outside) / (coverage.municipalities or 1):.2%})",
    ]
    if coverage.complete:
        return [*lines, "Every request ends at a live desk."]
    by_place: dict[tuple[str, str], Counter[str]] = {}
    for gap in coverage.gaps:
        by_place.setdefault((gap.municipality, gap.why), Counter())[gap.topic or "no topic"] += (
            gap.combinations
        )
    lines.append(f"Gaps: {len(by_place)}")
    for (code, why), topics in list(by_place.items())[:MOST_GAPS_SHOWN]:
        what = "every topic" if len(topics) > 20 else ", ".join(topics)
        lines.append(f"  {vocabulary.municipality_name(code, 'fi')} ({code}), {what}: {why}")
    if len(by_place) > MOST_GAPS_SHOWN:
        lines.append(f"  ... and {len(by_place) - MOST_GAPS_SHOWN} more (--json prints all)")
    return lines
