"""`helpbutton run`: everything on one machine. Stays light, because each process it starts loads the rest anyway."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import click

from helpbutton import children, clock, settings, supervisor
from helpbutton.commands import options
from helpbutton.config_dir import CONFIG_DIR
from helpbutton.demo_sign_ins import announcement
from helpbutton.settings import Settings

MIGRATIONS = Path(__file__).parents[1] / "migrations" / "versions"


@click.command()
@options.data_dir
@options.port
@click.option("--no-demo", is_flag=True, help="Run an installation of your own instead of the demo.")
def run(data_dir: Path | None, port: int | None, no_demo: bool) -> None:
    """Run everything on this machine: web, workers, sweeper and an embedded broker."""
    os.umask(0o077)
    config = settings.load(data_dir=data_dir, port=port, demo=not no_demo).for_mode(demo=not no_demo)
    config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    _prepare(config)
    lines = (
        [f"Pyydä apua is running at {config.public_url}. Stop with Ctrl-C.", *_start_address(config)]
        if no_demo
        else announcement(config.public_url, config.port, config.data_dir)
    )
    sys.exit(supervisor.supervise(config, announce=lines))


def _start_address(config: Settings) -> list[str]:
    """Where the first administrator begins, while there is none."""
    children.hand_down(config)
    command = [sys.executable, "-P", "-m", "helpbutton", "staff", "start"]
    done = subprocess.run(
        [*command, "--data-dir", str(config.data_dir)], capture_output=True, text=True, check=False
    )
    return [f"Set it up here, first of all: {done.stdout.strip()}"] if done.returncode == 0 else []


def _prepare(config: Settings) -> None:
    """Bring the database up to date in a process of its own, unless this version did so at an earlier start."""
    stamp = config.data_dir / "prepared"
    wanted = _fingerprint(config)
    sqlite_missing = not config.database_url and not (config.data_dir / "helpbutton.sqlite").exists()
    if not sqlite_missing and stamp.is_file() and stamp.read_text() == wanted:
        return
    click.echo("Preparing the database ...", err=True)
    children.hand_down(config)
    command = [sys.executable, "-P", "-m", "helpbutton", "demo" if config.demo else "init"]
    done = subprocess.run(
        [*command, "--data-dir", str(config.data_dir)], stdout=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        sys.exit(done.returncode)
    stamp.write_text(wanted)


def _fingerprint(config: Settings) -> str:
    """Changes with the database, the mode, the migrations and the reference data.

    In a demo it changes with the month too, so that its open help is confirmed anew.
    """
    month = f"{clock.today():%Y-%m}" if config.demo else ""
    digest = hashlib.sha256(f"{config.database}|{config.demo}|{month}".encode())
    files = [
        *MIGRATIONS.glob("*.py"),
        *CONFIG_DIR.glob("*.json"),
        *CONFIG_DIR.glob("demo/**/*.json"),
        *CONFIG_DIR.glob("*.csv"),
    ]
    for path in sorted(files):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
