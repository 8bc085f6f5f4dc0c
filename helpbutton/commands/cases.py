"""`helpbutton cases`: cases by the thousand for a demo."""

from pathlib import Path

import click

from helpbutton import demo_cases, migrate, settings
from helpbutton.app import open_installation
from helpbutton.commands import options


@click.group()
def cases() -> None:
    """Cases for a demo."""


@cases.command()
@options.data_dir
@click.option("--count", required=True, type=click.IntRange(min=1), help="How many to add.")
def generate(data_dir: Path | None, count: int) -> None:
    """Add generated cases to a demo database; nobody is told of them."""
    app, _ = open_installation(settings.load(data_dir=data_dir))
    with app.app_context(), click.progressbar(length=count, label="Cases") as bar:
        migrate.require_current()
        demo_cases.generate(count=count, told=bar.update)
    click.echo(f"Added {count} cases.")
