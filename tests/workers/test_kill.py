"""Promises P1 and P2 under kill -9: every receipt is a case that is sorted and told of, once."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos import families, judge
from tests.chaos.installation import Target, target
from tests.fakes.provider import Provider
from tests.processes import wait_for
from tests.servers import Postgres, redis

POSTS, KILLS = 80, 10
REQUESTS_PER_KILL = 6
"""On average; so processes die while there is work, however slow the machine is."""


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    provider = Provider(tmp_path)
    provider.start()
    yield provider
    provider.process.kill()


@pytest.fixture(params=["one command on SQLite", "compose commands on PostgreSQL and Redis"])
def running(
    request: pytest.FixtureRequest, tmp_path: Path, demo_data: Path, provider: Provider
) -> Iterator[Target]:
    if "SQLite" in request.param:
        with target(demo_data, tmp_path, provider.url) as found:
            yield found
        return
    template, template_dir = request.getfixturevalue("postgres_template")
    server: Postgres = request.getfixturevalue("postgres_server")
    database = server.create_database(template=template.rpartition("/")[2])
    with (
        redis() as broker,
        target(template_dir, tmp_path, provider.url, database_url=database, redis_url=broker.url) as found,
    ):
        yield found


def test_nothing_is_lost_or_doubled_when_any_process_is_killed(running: Target, provider: Provider) -> None:
    running.start()
    ledger, chance, killed = families.Ledger(), random.Random(20261122), []
    with running.supervised():
        writers = families.write(running.url, ledger, posts=POSTS, clients=4, pause_s=0.2)
        try:
            while len(killed) < KILLS:
                enough = len(ledger.receipts) + chance.randint(1, 2 * REQUESTS_PER_KILL)
                wait_for(
                    lambda enough=enough: len(ledger.receipts) >= min(enough, POSTS), within=60, every=0.1
                )
                killed.append(running.kill_something(chance))
                wait_for(f"{running.url}/health/live", within=30)
            for writer in writers:
                writer.join()
            wait_for(lambda: judge.waiting(running.config) == 0, within=120, every=1)
        finally:
            ledger.enough.set()
    verdict = judge.judge(running.config, ledger, provider)
    assert ledger.refused == []
    assert verdict.accepted == POSTS
    assert verdict.clean, (verdict, killed)
    assert verdict.held <= len(killed)
