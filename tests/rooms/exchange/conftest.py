"""An installation without the demo, empty or with the example loaded, its context pushed."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpbutton import migrate
from helpbutton.app import create_bare
from helpbutton.db import db
from helpbutton.directory import operations as directory
from helpbutton.exchange.loading import load_file
from helpbutton.settings import Settings
from helpbutton.vault import keystore
from tests.rooms.exchange.example import WHOLE


@pytest.fixture(scope="session")
def without_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reference data, keys and nothing else, to be copied."""
    config = Settings(data_dir=tmp_path_factory.mktemp("without-demo"), redis_url="none")
    keystore.create_missing(config.secret_key_path, config.key_store_path)
    with create_bare(config).app_context():
        migrate.upgrade()
        directory.initialise()
        db.session.remove()
        db.engine.dispose()
    return config.data_dir


@pytest.fixture(scope="session")
def with_example(without_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the example, loaded as on the command line."""
    folder = shutil.copytree(without_demo, tmp_path_factory.mktemp("example") / "data")
    with create_bare(Settings(data_dir=folder, redis_url="none")).app_context():
        load_file(text=json.dumps(WHOLE))
        db.session.remove()
        db.engine.dispose()
    return folder


@pytest.fixture
def example(with_example: Path, tmp_path: Path) -> Iterator[Path]:
    folder = shutil.copytree(with_example, tmp_path / "data")
    with create_bare(Settings(data_dir=folder, redis_url="none")).app_context():
        yield folder
        db.session.remove()
        db.engine.dispose()
