"""Fixtures for every test: a demo installation of its own, on one or both databases."""

import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from helpbutton import bell, i18n, migrate, settings
from helpbutton import demo as demo_people
from helpbutton.activities import operations as activities
from helpbutton.app import create_bare
from helpbutton.db import db
from helpbutton.directory import operations as directory
from helpbutton.settings import Settings
from helpbutton.vault import keystore
from helpbutton.web.application import create_app
from tests import compiled_once
from tests.cast import Cast, FreshClient
from tests.chromium import chromium, desk_sized, phone_sized  # noqa: F401
from tests.pool import given_back
from tests.servers import Postgres, postgres
from workers import executor

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(autouse=True)
def _nothing_leaves_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any connection to another machine fails the test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            assert isinstance(address, tuple)
            assert address[0] in LOOPBACK, f"a test tried to reach {address[0]}"
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


def prepare(config: Settings) -> None:
    """A migrated database with reference data, the demo directory and its people, and keys."""
    app = create_bare(config)
    with app.app_context():
        migrate.upgrade()
        directory.initialise()
        directory.load_demo()
        activities.load_demo()
        demo_people.add_missing(config.data_dir)
        db.session.remove()
        db.engine.dispose()
    keystore.create_missing(config.secret_key_path, config.key_store_path)


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a loaded demo, to be copied."""
    config = Settings(data_dir=tmp_path_factory.mktemp("demo"), redis_url="none")
    prepare(config)
    return config.data_dir


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(
    postgres_server: Postgres, demo_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """A database with a loaded demo, to be copied by PostgreSQL, and the data directory that belongs to it."""
    data_dir = tmp_path_factory.mktemp("demo-postgres")
    shutil.copytree(demo_data / "secrets", data_dir / "secrets")
    url = postgres_server.create_database()
    prepare(Settings(data_dir=data_dir, database_url=url, redis_url="none"))
    return url, data_dir


@pytest.fixture
def config(demo_data: Path, tmp_path: Path) -> Settings:
    """Settings of a fresh demo installation on SQLite."""
    data_dir = tmp_path / "data"
    shutil.copytree(demo_data, data_dir)
    return Settings(data_dir=data_dir, redis_url="none")


@pytest.fixture(params=["sqlite", "postgresql"])
def config_on_both(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of a fresh demo installation, once on each database."""
    data_dir = tmp_path / "data"
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("demo_data"), data_dir)
        return Settings(data_dir=data_dir, redis_url="none")
    template, template_dir = request.getfixturevalue("postgres_template")
    shutil.copytree(template_dir, data_dir)
    server: Postgres = request.getfixturevalue("postgres_server")
    url = server.create_database(template=template.rpartition("/")[2])
    return Settings(data_dir=data_dir, database_url=url, redis_url="none")


@pytest.fixture
def catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Writes the .po file of a language, in place of the product's own catalogues."""
    monkeypatch.setattr(i18n, "CATALOGUES", tmp_path / "translations")

    def forget() -> None:
        i18n.catalogue.cache_clear()
        i18n.translations.cache_clear()

    def write(language: str, entries: str) -> None:
        path = tmp_path / "translations" / language / "LC_MESSAGES" / "messages.po"
        path.parent.mkdir(parents=True)
        path.write_text(entries, encoding="utf-8")

    forget()
    yield write
    forget()


def serve(config: Settings) -> Iterator[Flask]:
    """The web application over these settings, its context pushed until the end."""
    app = create_app(config)
    compiled_once.share(app)
    app.test_client_class = FreshClient
    with app.app_context():
        try:
            yield app
            given_back()
        finally:
            db.session.remove()
            db.engine.dispose()
    bell.install(None)


@pytest.fixture
def app(config: Settings) -> Iterator[Flask]:
    """The web application of a fresh demo installation on SQLite, its context pushed."""
    yield from serve(config)


@pytest.fixture
def app_on_both(config_on_both: Settings) -> Iterator[Flask]:
    """The same, once on each database."""
    yield from serve(config_on_both)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def drain() -> Callable[[], int]:
    """Runs due to-dos in this process until none is due; returns how many ran."""

    def run() -> int:
        db.session.remove()
        return executor.run_due()

    return run


@pytest.fixture
def cast(request: pytest.FixtureRequest) -> Cast:
    """The standing cast, acting on whichever application this test uses."""
    name = "app_on_both" if "app_on_both" in request.fixturenames else "app"
    return Cast(request.getfixturevalue(name), settings.current().data_dir)
