"""`helpbutton doctor`: what is missing before families can rely on this installation, and what is unsafe about it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from helpbutton import migrate, settings
from helpbutton.app import create_bare
from helpbutton.commands import options
from helpbutton.directory import queries as directory
from helpbutton.errors import NotReady
from helpbutton.readiness.queries import Step, steps
from helpbutton.readiness.safety import Finding, findings
from helpbutton.settings import Settings

MARKS = {"ok": "ok     ", "missing": "MISSING", "unsafe": "UNSAFE "}
TO_DO = {
    "organisation": "open the address that helpbutton staff start prints, or helpbutton directory load FILE",
    "administrator": "open the address that helpbutton staff start prints, or helpbutton staff add",
    "desk": "register the desk that answers: /staff/start",
    "hours": "give each desk opening hours: /staff/start",
    "member": "invite somebody to each desk: /staff/start",
    "number": "give each desk a number for alerts: /staff/start",
    "site": "register the page that gets the button: /staff/start",
    "snippet": "put the line of /staff/start into the page and open the button there once",
    "routes": "lead the rest to a desk: /staff/start, or helpbutton routes check names the routes that close the gaps",
    "test": "send a test request and answer it: /staff/start",
}


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
            yield Finding("database", "missing", "the database is ready", str(error))
            return
        yield Finding("database", "ok", "the database is ready")
        demo = directory.installation().demo
        if demo:
            to_do = "this database holds the demo for ever; use another one for families"
            yield Finding("demo", "unsafe", "no demo data", to_do)
        yield from map(_of, steps())
        yield from findings(config, demo=demo)


def _of(step: Step) -> Finding:
    if step.done:
        return Finding(step.id, "ok", step.id)
    which = (
        f" ({', '.join(step.names)}{', ...' if step.left > len(step.names) else ''})" if step.names else ""
    )
    return Finding(step.id, "missing", f"{step.id}, {step.left} left{which}", TO_DO[step.id])
