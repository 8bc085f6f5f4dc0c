"""An installation that is not a demo."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.live import live_settings, prepare_live, serve_live


@pytest.fixture(scope="session")
def live_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its data directory, to be copied."""
    data_dir = tmp_path_factory.mktemp("live")
    prepare_live(data_dir)
    return data_dir


@pytest.fixture
def live(live_data: Path, tmp_path: Path) -> Iterator[Flask]:
    """Its web application, its context pushed."""
    shutil.copytree(live_data, tmp_path / "data")
    yield from serve_live(live_settings(tmp_path / "data"))
