"""Intake does not notice a broker that is frozen or gone; the sweeper does the work instead.

How fast is measured by `make bench`; here a request must not wait for the bell, whose time-out is a second.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from helpbutton import bell
from helpbutton.app import create_bare
from helpbutton.cases.models import Case
from helpbutton.db import db, reading
from helpbutton.settings import Settings
from tests.chaos.families import Ledger, write
from tests.installation import Installation, installation
from tests.processes import wait_for
from tests.servers import Postgres, Redis, redis

POSTS = 50


@pytest.fixture
def on_postgres(
    postgres_server: Postgres, postgres_template: tuple[str, Path], tmp_path: Path
) -> Iterator[tuple[Installation, Redis, Settings]]:
    template, template_dir = postgres_template
    shutil.copytree(template_dir, tmp_path / "data")
    url = postgres_server.create_database(template=template.rpartition("/")[2])
    with (
        redis() as broker,
        installation(tmp_path / "data", database_url=url, redis_url=broker.url, web_workers=2) as place,
    ):
        place.start()
        wait_for(f"{place.url}/health/ready", within=60)
        yield place, broker, Settings(data_dir=place.data_dir, database_url=url, redis_url="none")
        for process in place.processes.values():
            process.kill()


@pytest.mark.parametrize("fault", ["stopped", "frozen"])
def test_fifty_requests_are_taken_quickly_and_sorted_without_the_broker(
    fault: str, on_postgres: tuple[Installation, Redis, Settings]
) -> None:
    place, broker, config = on_postgres
    warm = Ledger()
    for writer in write(place.url, warm, posts=8, clients=8, first=90_000):
        writer.join()
    broker.kill() if fault == "stopped" else broker.stop()
    ledger = Ledger()
    for writer in write(place.url, ledger, posts=POSTS, clients=2, pause_s=0.02):
        writer.join()
    assert (len(ledger.receipts), ledger.refused) == (POSTS, [])
    assert ledger.slowest(0.5) < bell.TIMEOUTS["socket_timeout"], (
        "the bell is rung on the request's own thread"
    )
    app = create_bare(config)
    with app.app_context():

        def sorted_cases() -> int:
            db.session.remove()
            return reading().scalar(select(func.count()).where(Case.triage_version.is_not(None))) or 0

        wait_for(lambda: sorted_cases() == POSTS + len(warm.receipts), within=30, every=0.2)
        db.session.remove()
        db.engine.dispose()
