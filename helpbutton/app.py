"""Wiring: settings, database, keys and bell become the application that every process shares."""

import logging
import sys

import structlog
from flask import Flask

from helpbutton import bell, settings
from helpbutton.db import attach, db, engine_options, refuse_network_file_system
from helpbutton.directory import queries as directory
from helpbutton.settings import Settings
from helpbutton.tables import import_all
from helpbutton.vault import keystore


def create_bare(config: Settings) -> Flask:
    """An application with a database and nothing else: enough for `init` and the routes commands."""
    settings.activate(config)
    import_all()
    config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if config.database.startswith("sqlite"):
        refuse_network_file_system(config.data_dir)
    app = Flask("helpbutton.web", static_url_path="/static")
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(config.database)
    db.init_app(app)
    with app.app_context():
        attach(db.engine)
    return app


def open_installation(config: Settings) -> tuple[Flask, Settings]:
    """The application over an initialised database, its mode taken from that database, its secrets and bell ready.

    Raises SettingsError with every problem at once, or NotReady.
    """
    app = create_bare(config)
    with app.app_context():
        demo = directory.installation().demo
    config = config.for_mode(demo=demo)
    settings.activate(config)
    if demo:
        keystore.create_missing(config.secret_key_path, config.key_store_path)
    keystore.load(config.secret_key_path, config.key_store_path)
    bell.install(config.broker)
    return app, config


def configure_logging() -> None:
    """One line of JSON for each event on standard error; only named fields, never exceptions with their values."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
