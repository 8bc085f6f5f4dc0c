"""`helpbutton init` and `helpbutton demo`: the database and what belongs in it from the start."""

from pathlib import Path

import click

from helpbutton import demo as demo_people
from helpbutton import migrate, settings
from helpbutton.activities import operations as activities
from helpbutton.app import create_bare
from helpbutton.commands import options
from helpbutton.demo_sign_ins import sign_ins_path
from helpbutton.directory import operations as directory
from helpbutton.directory.queries import installation


@click.command()
@options.data_dir
def init(data_dir: Path | None) -> None:
    """Create or migrate the database and load the reference data."""
    _prepare(settings.load(data_dir=data_dir), with_demo=False)
    click.echo("The database is ready.")


@click.command()
@options.data_dir
def demo(data_dir: Path | None) -> None:
    """Like init, and load the demo directory into a database without desks."""
    config = settings.load(data_dir=data_dir)
    _prepare(config, with_demo=True)
    click.echo(f"The demo is ready. Sign-ins: {sign_ins_path(config.data_dir)}")


def _prepare(config: settings.Settings, *, with_demo: bool) -> None:
    app = create_bare(config)
    with app.app_context():
        migrate.upgrade()
        directory.initialise()
        if config.demo is False:
            config.for_mode(demo=installation().demo)
        if with_demo:
            directory.load_demo()
            activities.load_demo()
            demo_people.add_missing(config.data_dir)
