"""`helpbutton staff`: the people who answer."""

from pathlib import Path

import click

from helpbutton import migrate, settings
from helpbutton.app import create_bare
from helpbutton.commands import options
from helpbutton.staff import operations, passwords


@click.group()
def staff() -> None:
    """The people who answer."""


@staff.command()
@options.data_dir
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option(
    "--role", required=True, type=click.Choice([*operations.SERVICE_ROLES, *operations.ORGANISATION_ROLES])
)
@click.option(
    "--at", "scopes", required=True, multiple=True, help="Key of a desk or organisation; may be repeated."
)
@click.option("--language", default="fi", type=click.Choice(["fi", "sv", "en"]))
@click.option("--password-file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def add(
    data_dir: Path | None,
    email: str,
    name: str,
    role: str,
    scopes: tuple[str, ...],
    language: str,
    password_file: Path | None,
) -> None:
    """Add an account; without --password-file a password is made and printed once."""
    app = create_bare(settings.load(data_dir=data_dir))
    password = password_file.read_text(encoding="utf-8").strip() if password_file else passwords.invent()
    with app.app_context():
        migrate.require_current()
        operations.add_account(
            email=email, name=name, password=password, role=role, scopes=scopes, language=language
        )
    click.echo(f"Added {email}." if password_file else f"Added {email}. Password, shown only now: {password}")
