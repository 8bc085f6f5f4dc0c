"""`helpbutton web`, `worker` and `sweep`: one process each, for installations on several machines."""

import os
import sys
from pathlib import Path

import click
from flask import Flask

from helpbutton import children, migrate, settings, web_server
from helpbutton.app import configure_logging, open_installation
from helpbutton.bell import QUEUE
from helpbutton.commands import options
from helpbutton.errors import SettingsError
from helpbutton.settings import Settings

GIVE_WAY = 10
"""Niceness of everything that is not urgent: taking requests in and alerting to danger come before it."""


@click.command()
@options.data_dir
@options.port
def web(data_dir: Path | None, port: int | None) -> None:
    """Run the web server alone."""
    config = settings.load(data_dir=data_dir, port=port)
    _open(config)
    web_server.serve(config)


@click.command()
@options.data_dir
def worker(data_dir: Path | None) -> None:
    """Run the Celery workers alone."""
    config = settings.load(data_dir=data_dir)
    if config.broker is None:
        raise SettingsError(["without a broker (HELPBUTTON_REDIS_URL=none) the sweeper does the work alone"])
    _open(config)
    os.nice(GIVE_WAY)
    children.hand_down(config)
    celery = [
        "-W",
        "ignore:You're running the worker",
        "-m",
        "celery",
        "-q",
        "-A",
        "workers.celery_app",
        "worker",
    ]
    what = ["-Q", QUEUE, "-c", str(config.worker_processes), "--loglevel", "WARNING"]
    os.execv(sys.executable, [sys.executable, "-P", *celery, *what, "--without-gossip", "--without-mingle"])  # noqa: S606


@click.command()
@options.data_dir
def sweep(data_dir: Path | None) -> None:
    """Run the sweeper alone: does what nobody else did, seals the audit log."""
    from workers.sweeper import sweep as sweep_for_ever

    configure_logging()
    sweep_for_ever(_open(settings.load(data_dir=data_dir)), give_way=GIVE_WAY)


def _open(config: Settings) -> Flask:
    app, _ = open_installation(config)
    with app.app_context():
        migrate.require_current()
    return app
