"""`helpbutton staff`: the people who answer."""

from pathlib import Path

import click

from helpbutton import migrate, settings
from helpbutton.app import open_installation
from helpbutton.commands import options
from helpbutton.errors import NotFound
from helpbutton.readiness.first import start_token
from helpbutton.staff import invitations, operations


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
    """Add an account; without --password-file a link is printed with which the person chooses a password."""
    app, _ = open_installation(settings.load(data_dir=data_dir))
    password = password_file.read_text(encoding="utf-8").strip() if password_file else None
    with app.app_context():
        migrate.require_current()
        operations.add_account(
            email=email, name=name, password=password, role=role, scopes=scopes, language=language
        )
        secret = None if password else invitations.invite(email=email)
    click.echo(f"Added {email}." + (_words(secret) if secret else ""))


@staff.command()
@options.data_dir
@click.option("--email", required=True)
def link(data_dir: Path | None, email: str) -> None:
    """Print a new link for an account: an invitation until it is accepted, later one for a new password."""
    app, _ = open_installation(settings.load(data_dir=data_dir))
    with app.app_context():
        migrate.require_current()
        try:
            secret = invitations.invite(email=email)
        except NotFound:
            raise click.ClickException("no active account has this address") from None
    click.echo(_words(secret).strip())


@staff.command()
@options.data_dir
def start(data_dir: Path | None) -> None:
    """Print the address with which the first administrator begins; exit 1 once there is an account."""
    app, _ = open_installation(settings.load(data_dir=data_dir))
    with app.app_context():
        migrate.require_current()
        token = start_token()
    if token is None:
        raise click.ClickException(
            "an administrator invites others; for a lost password see helpbutton staff link, and where there is no"
            " administrator any more helpbutton staff add"
        )
    click.echo(f"{settings.current().public_url}/staff/start/{token}")


def _words(secret: str) -> str:
    address = f"{settings.current().public_url}/staff/invitation#{secret}"
    return f" Hand over this link, which is shown only now and works once:\n{address}"
