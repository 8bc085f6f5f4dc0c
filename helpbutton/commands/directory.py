"""`helpbutton directory`: what administrators keep in an installation as a file."""

import sys
from pathlib import Path

import click

from helpbutton import migrate, settings
from helpbutton.app import create_bare
from helpbutton.commands import options
from helpbutton.commands.coverage_words import gaps_in_lines
from helpbutton.directory.files import Plan
from helpbutton.errors import Conflict, Invalid
from helpbutton.exchange.file import text_of, written
from helpbutton.exchange.loading import BadDirectory, load_file, try_file
from helpbutton.exchange.stored import stored
from helpbutton.routing.operations import LeavesGaps


@click.group()
def directory() -> None:
    """Everything that administrators keep, but for people, as a file: desks, routes, sites, replies, open help ..."""


@directory.command()
@options.data_dir
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(data_dir: Path | None, file: Path) -> None:
    """Write the whole directory into FILE (JSON)."""
    app = create_bare(settings.load(data_dir=data_dir))
    with app.app_context():
        migrate.require_current()
        found = stored()
        file.write_text(written(found), encoding="utf-8")
    click.echo(f"{file}: {len(found.services)} desks, {len(found.routes)} routes, {len(found.sites)} sites.")


@directory.command()
@options.data_dir
@click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
@click.option("--anyway", is_flag=True, help="Even if the file was not exported from what stands here now.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(data_dir: Path | None, dry_run: bool, anyway: bool, file: Path) -> None:
    """Make the directory what FILE says; what it does not name stays. Exit 1 when it would be wrong or leave gaps."""
    app = create_bare(settings.load(data_dir=data_dir))
    with app.app_context():
        migrate.require_current()
        try:
            text = text_of(file.read_bytes())
            found = try_file(text=text) if dry_run else load_file(text=text, anyway=anyway)
        except BadDirectory as wrong:
            _refuse(*wrong.problems)
        except Invalid as wrong:
            _refuse(*(f"{error.code}: {error.params.get('where', '')}" for error in wrong.errors))
        except LeavesGaps as wrong:
            _refuse(str(wrong), *gaps_in_lines(wrong.gaps))
        except Conflict as wrong:
            _refuse(f"{wrong}: export it again, or use --anyway")
        click.echo("\n".join(_lines(found)))
        click.echo("Nothing was changed (dry run)." if dry_run else "Loaded.")


def _lines(found: Plan) -> list[str]:
    lines = []
    for sign, changes in (("+", found.added), ("~", found.changed), ("-", found.removed)):
        lines += [f"{sign} {part} {key}" for part, keys in changes.items() for key in keys]
    lines += [f"+ route {route}" for route in found.new_routes]
    lines += [f"- route {route}" for route in found.ended_routes]
    return lines or ["The directory says this already."]


def _refuse(*lines: str) -> None:
    for line in lines:
        click.echo(line, err=True)
    sys.exit(1)
