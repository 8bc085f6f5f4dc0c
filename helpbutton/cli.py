"""The `helpbutton` command: a light door that loads only what the asked command needs."""

import importlib
import os
import sys
from typing import NoReturn

import click

from helpbutton.errors import HelpButtonError, Invalid, SettingsError

COMMANDS = {
    "run": "helpbutton.commands.run:run",
    "web": "helpbutton.commands.processes:web",
    "worker": "helpbutton.commands.processes:worker",
    "sweep": "helpbutton.commands.processes:sweep",
    "init": "helpbutton.commands.database:init",
    "demo": "helpbutton.commands.database:demo",
    "staff": "helpbutton.commands.staff:staff",
    "directory": "helpbutton.commands.directory:directory",
    "routes": "helpbutton.commands.routes:routes",
    "cases": "helpbutton.commands.cases:cases",
    "doctor": "helpbutton.commands.doctor:doctor",
    "triage": "helpbutton.commands.triage:triage",
    "translations": "helpbutton.commands.translations:translations",
}


class Commands(click.Group):
    """Imports a command when it is asked for; turns the product's own errors into sentences and exit code 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            _refuse(*error.problems)
        except Invalid as error:
            _refuse(*(f"{wrong.field}: {wrong.code}" for wrong in error.errors))
        except HelpButtonError as error:
            _refuse(str(error))
        except Exception as error:
            if type(error).__name__ != "OperationalError":
                raise
            _refuse("the database cannot be reached; check HELPBUTTON_DATABASE_URL and that the server runs")


def _refuse(*problems: str) -> NoReturn:
    for problem in problems:
        click.echo(f"helpbutton: {problem}", err=True)
    sys.exit(2)


@click.group(cls=Commands)
def main() -> None:
    """The messaging backend behind the "Pyydä apua" (ask for help) button."""
    os.umask(0o077)
