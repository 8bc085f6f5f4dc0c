"""`helpbutton doctor`: what is missing before families can rely on this installation, and what is unsafe about it."""

import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import click

from helpbutton import heartbeat, migrate, settings
from helpbutton.app import create_bare
from helpbutton.commands import options
from helpbutton.directory import queries as directory
from helpbutton.errors import NotReady, SettingsError
from helpbutton.readiness.queries import Step, steps
from helpbutton.settings import LOOPBACK, Settings

MARKS = {"ok": "ok     ", "missing": "MISSING", "unsafe": "UNSAFE "}
TO_DO = {
    "organisation": "helpbutton directory load FILE (helpbutton directory export shows the form of the file)",
    "administrator": "helpbutton staff add --role administrator --at ORGANISATION ..., then open the printed link",
    "desk": "register the desk that answers: /staff/manage",
    "hours": "give each desk opening hours: /staff/manage",
    "member": "invite somebody to each desk: /staff/members",
    "number": "give each desk a number for alerts: /staff/manage",
    "site": "register the page that gets the button: /staff/sites",
    "snippet": "put the line of /staff/sites into the page and open the button there once",
    "routes": "helpbutton routes check names the routes that close the gaps",
    "test": "send a test request from the page and answer it",
}


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    mark: Literal["ok", "missing", "unsafe"]
    what: str
    to_do: str = ""


@click.command()
@options.data_dir
def doctor(data_dir: Path | None) -> None:
    """Say what is missing or unsafe; exit 1 when anything is."""
    config = settings.load(data_dir=data_dir)
    found = list(_all(config))
    for finding in found:
        click.echo(f"{MARKS[finding.mark]}  {finding.what}" + (f": {finding.to_do}" if finding.to_do else ""))
    wrong = [finding for finding in found if finding.mark != "ok"]
    click.echo(f"{len(wrong)} to do." if wrong else "Nothing is missing, nothing is unsafe.")
    sys.exit(1 if wrong else 0)


def _all(config: Settings) -> Iterator[Finding]:
    app = create_bare(config)
    with app.app_context():
        try:
            migrate.require_current()
        except NotReady as error:
            yield Finding("missing", "the database is ready", str(error))
            return
        yield Finding("ok", "the database is ready")
        demo = directory.installation().demo
        if demo:
            yield Finding(
                "unsafe",
                "no demo data",
                "this database holds the demo for ever; use another one for families",
            )
        yield from _settings(config, demo)
        for step in steps():
            yield _of(step)
        if heartbeat.alive("sweeper"):
            yield Finding("ok", "the sweeper is alive")
        else:
            yield Finding(
                "missing",
                "the sweeper is alive",
                "start helpbutton run, or helpbutton sweep beside the web server",
            )


def _of(step: Step) -> Finding:
    if step.done:
        return Finding("ok", step.id)
    which = (
        f" ({', '.join(step.names)}{', ...' if step.left > len(step.names) else ''})" if step.names else ""
    )
    return Finding("missing", f"{step.id}, {step.left} left{which}", TO_DO[step.id])


def _settings(config: Settings, demo: bool) -> Iterator[Finding]:
    try:
        config.for_mode(demo=demo)
        yield Finding("ok", "settings")
    except SettingsError as error:
        for problem in error.problems:
            yield Finding("unsafe", "settings", problem)
    for path in (config.secret_key_path, config.key_store_path):
        if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Finding("unsafe", f"{path.name} is for the service alone", f"chmod 600 {path}")
    if config.kek_file and config.kek_file.resolve().is_relative_to(config.data_dir):
        yield Finding(
            "unsafe",
            "the keys lie apart from the data",
            "move HELPBUTTON_KEK_FILE out of the data directory, so that one backup never holds both",
        )
    public = urlsplit(config.public_url)
    if public.scheme != "https" and public.hostname not in LOOPBACK:
        yield Finding("unsafe", "families reach it over https", "set HELPBUTTON_BASE_URL to an https address")
    if config.sms == "console" and not demo:
        yield Finding("missing", "text messages reach people", "set HELPBUTTON_SMS=twilio")
    if not config.smtp_url and not demo:
        yield Finding("missing", "a second channel for alerts", "set HELPBUTTON_SMTP_URL")
    if not config.deadman_url and not demo:
        yield Finding("missing", "an alarm when everything stands still", "set HELPBUTTON_DEADMAN_URL")
