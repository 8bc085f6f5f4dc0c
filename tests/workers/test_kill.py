"""Promises P1 and P2 under kill -9: every receipt is a case that is sorted and told of, once."""

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpbutton.settings import Settings
from tests.chaos import families, judge
from tests.chaos.installation import Installation, on_postgres, on_sqlite, settings_of
from tests.fakes.provider import Provider
from tests.processes import wait_for
from tests.servers import Postgres, redis

POSTS = 200


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    provider = Provider(tmp_path)
    provider.start()
    yield provider
    provider.process.kill()


@pytest.fixture(params=["one command on SQLite", "compose commands on PostgreSQL and Redis"])
def installation(
    request: pytest.FixtureRequest, tmp_path: Path, demo_data: Path, provider: Provider
) -> Iterator[tuple[Installation, Settings]]:
    if "SQLite" in request.param:
        found = on_sqlite(demo_data, tmp_path, provider.url)
        yield found, settings_of(found)
        found.close()
        return
    template, template_dir = request.getfixturevalue("postgres_template")
    server: Postgres = request.getfixturevalue("postgres_server")
    url = server.create_database(template=template.rpartition("/")[2])
    with redis() as broker:
        found = on_postgres(template_dir, tmp_path, provider.url, url, broker.url)
        yield found, settings_of(found, url)
        found.close()


def test_nothing_is_lost_or_doubled_when_any_process_is_killed(
    installation: tuple[Installation, Settings], provider: Provider
) -> None:
    running, config = installation
    running.start()
    ledger, chance, kills = families.Ledger(), random.Random(20261122), []
    stop = threading.Event()

    def supervise() -> None:
        while not stop.wait(0.2):
            running.revive()

    supervisor = threading.Thread(target=supervise)
    supervisor.start()
    writers = families.write(running.url, ledger, posts=POSTS, clients=4, pause_s=0.6)
    try:
        while any(writer.is_alive() for writer in writers):
            time.sleep(chance.uniform(0.2, 1.5))
            kills.append(running.kill_something(chance))
            wait_for(f"{running.url}/health/live", within=30)
        wait_for(lambda: judge.waiting(config) == 0, within=120, every=1)
    finally:
        stop.set()
        supervisor.join()
        running.close()
    verdict = judge.judge(config, ledger, provider)
    print(f"{len(kills)} kills: {verdict}")
    assert ledger.refused == []
    assert verdict.accepted == POSTS
    assert len(kills) >= 5
    assert verdict.clean, (verdict, kills)
    assert verdict.held <= len(kills)
