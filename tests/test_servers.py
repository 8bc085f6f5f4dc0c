"""The servers of the tests are real: they keep, freeze and come back as the tests of the product need."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis as Client
from redis.exceptions import TimeoutError as NoAnswer

from tests.processes import Process, free_port, wait_for
from tests.servers import Postgres, Redis, postgres, redis


@pytest.fixture(scope="module")
def database_server() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture
def broker() -> Iterator[Redis]:
    with redis() as server:
        yield server


def test_databases_are_apart_and_know_finnish_letters(database_server: Postgres) -> None:
    first, second = database_server.create_database(), database_server.create_database()
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE only_here (id int)")
        assert connection.execute("SELECT lower('ÄÖÅŠ')").fetchone() == ("äöåš",)
    with psycopg.connect(second) as connection:
        assert connection.execute("SELECT to_regclass('only_here')").fetchone() == (None,)


def test_a_killed_postgres_comes_back_with_what_it_committed(database_server: Postgres) -> None:
    url = database_server.create_database()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    database_server.process.kill()
    database_server.start()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    database_server.restart()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_a_frozen_redis_does_not_answer_until_it_is_let_go(broker: Redis) -> None:
    with Client.from_url(broker.url, socket_timeout=0.2, retry=None) as client:
        client.set("key", "value")
        broker.stop()
        with pytest.raises(NoAnswer):
            client.get("key")
        broker.cont()
        assert client.get("key") == b"value"


def test_redis_keeps_its_list_through_an_orderly_restart(broker: Redis) -> None:
    with Client.from_url(broker.url) as client:
        client.rpush("list", "one", "two")
    broker.restart()
    with Client.from_url(broker.url) as client:
        assert client.lrange("list", 0, -1) == [b"one", b"two"]


def test_killing_a_process_kills_what_it_started(tmp_path: Path) -> None:
    process = Process(["sh", "-c", "sleep 60 & echo $!; wait"], log=tmp_path / "log")
    process.start()
    wait_for(process.output)
    grandchild = int(process.output())
    process.kill()
    assert not process.running
    wait_for(lambda: not _exists(grandchild))


def test_an_ended_process_gives_its_exit_code_and_can_start_again(tmp_path: Path) -> None:
    process = Process(
        [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"], log=tmp_path / "log"
    )
    for times in (1, 2):
        process.start()
        wait_for(lambda times=times: process.output().count("up") == times)
        assert process.end() == -15


def test_waiting_gives_up(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError):
        wait_for(f"http://127.0.0.1:{free_port()}/", within=0.2)


def _exists(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return not Path("/proc").is_dir()
    return state != "Z"
