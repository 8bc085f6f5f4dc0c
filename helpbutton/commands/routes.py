"""`helpbutton routes`: the proof that nothing meets a dead end, and the explanation of one place."""

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import click

from helpbutton import clock, migrate, settings
from helpbutton.app import create_bare
from helpbutton.cases.promise import is_open
from helpbutton.cases.submission import AGE_GROUPS, KINDS, ROLES
from helpbutton.cases.unread import unread_until
from helpbutton.commands import coverage_words, options
from helpbutton.db import reading
from helpbutton.directory import queries as directory
from helpbutton.directory import reference
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Desk, in_language
from helpbutton.directory.rows import RouteRow
from helpbutton.errors import FieldError, Invalid, NotFound
from helpbutton.i18n import LANGUAGES, reading_language
from helpbutton.routing import queries, trial
from helpbutton.routing.trial import RouteChange
from helpbutton.staff.duty import duty_desk
from helpbutton.web import vocabulary
from helpbutton.web.dates import date_words, time_of_day


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
        click.echo(
            json.dumps(coverage_words.as_json(coverage))
            if as_json
            else "\n".join(coverage_words.in_lines(coverage))
        )
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
    """Say which desk would answer, why, and by when, and who would be told of it then if it were urgent."""
    app = create_bare(settings.load(data_dir=data_dir))
    with app.app_context():
        migrate.require_current()
        if topic is not None and topic not in {known.id for known in directory.topics()}:
            raise Invalid(FieldError("--topic", "unknown_value"))
        moment = at.replace(tzinfo=clock.HELSINKI) if at else clock.now()
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
        click.echo(f"urgent {_on_duty(found.desk, moment, tongue)}")


def _on_duty(desk: Desk, at: dt.datetime, tongue: str) -> str:
    """Who hears of something urgent at the aware moment: the desk, the one that stands in for it, or nobody."""
    session = reading()
    until = unread_until(session, desk, at=at)
    if until is not None:
        return f"no night duty: nobody reads it before {until.isoformat(timespec='minutes')}"
    if is_open(desk.hours, at):
        return "the desk itself, which is open"
    other = duty_desk(session, session.get_one(Service, desk.id), at)
    if other.id == desk.id:
        return "the desk itself, which is closed and has its own night duty"
    return f"duty desk: {in_language(other.names, tongue)}, {in_language(other.organisation.names, tongue)}"


@routes.command("what-if")
@options.data_dir
@click.option(
    "--add",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='Routes to add: a JSON list such as [{"service": "...", "topic": "...", "municipality_code": "853"}].',
)
@click.option("--end", type=int, multiple=True, help="Id of a route to end; may be given several times.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help="First day to look at; a year ago by default."
)
def what_if(data_dir: Path | None, add: Path | None, end: tuple[int, ...], since: dt.datetime | None) -> None:
    """Try a change on the facts of past cases and print what would move; nothing is changed, no text is read."""
    app = create_bare(settings.load(data_dir=data_dir))
    with app.app_context():
        migrate.require_current()
        first = since.date() if since else clock.today() - dt.timedelta(days=365)
        change = RouteChange(add=_routes_in(add), end=end)
        try:
            found = trial.what_if(change=change, since=first)
        except NotFound as error:
            raise click.ClickException(f"There is no {error}.") from None
        click.echo(f"Cases since {first.isoformat()}: {found.cases}, of which {_moved(found)} would move.")
        if found.day > clock.today():
            click.echo(f"Tried on the routes of {found.day.isoformat()}, when all that is added is in force.")
        for move in found.moves:
            click.echo(f"  {move.old or 'no desk'} -> {move.new or 'no desk'}: {move.cases}")
        click.echo("\n".join(coverage_words.in_lines(found.coverage)))
    sys.exit(0 if found.coverage.complete else 1)


def _moved(found: trial.Trial) -> int:
    return sum(move.cases for move in found.moves)


def _routes_in(file: Path | None) -> tuple[RouteRow, ...]:
    if file is None:
        return ()
    try:
        return tuple(_route(row) for row in json.loads(file.read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise click.ClickException(f"{file} is not a list of routes: {error}") from None


def _route(row: dict[str, Any]) -> RouteRow:
    if not all(isinstance(value, str | None) for value in row.values()):
        raise TypeError("a value is neither text nor null")
    days = {name: reference.day(row.get(name)) for name in ("valid_from", "valid_to")}
    return RouteRow(**row | days)
