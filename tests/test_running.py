"""How an installation runs: the commands of docker-compose.yml on real servers, and `run` all in one."""

import json
import signal
import stat
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.installation import Installation, installation
from tests.processes import Process, free_port, wait_for
from tests.servers import Postgres, redis


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Process]:
    """`helpbutton run`, ready, with a new demo in a data directory of its own."""
    place = Installation(tmp_path / "data with a space", web_workers=2)
    command = [sys.executable, "-P", "-m", "helpbutton", "run", "--port", str(place.port)]
    process = Process(command, log=tmp_path / "run.log", env=place.env, cwd=tmp_path)
    process.start()
    try:
        wait_for(lambda: "Ctrl-C" in process.output() or not process.running, within=90)
        assert process.running, process.output()
        wait_for(f"{place.url}/health/ready", within=60)
        yield process
    finally:
        if process.running:
            process.end()


def test_the_commands_of_compose_run_on_postgres_and_redis(tmp_path: Path, postgres_server: Postgres) -> None:
    with (
        redis() as broker,
        installation(
            tmp_path, database_url=postgres_server.create_database(), redis_url=broker.url, web_workers=2
        ) as place,
    ):
        place.helpbutton("demo")
        place.start()
        wait_for(f"{place.url}/health/ready", within=60)
        with urllib.request.urlopen(f"{place.url}/health/ready") as answer:
            assert json.load(answer)["checks"]["sweeper"] is True
        for process in place.processes.values():
            assert process.end() in (0, -signal.SIGTERM)


def test_what_dies_is_started_again_and_one_signal_stops_all(run: Process) -> None:
    supervisor = psutil.Process(run.pid)
    children = supervisor.children()
    assert len(children) == 4
    for child in children:
        child.kill()
    wait_for(
        lambda: len(_alive(supervisor.children())) == 4 and not set(children) & set(supervisor.children())
    )
    family = supervisor.children(recursive=True)
    assert run.end(signal.SIGINT, within=30) == 0
    assert not _alive(family)


def test_nothing_lives_on_when_the_supervisor_is_killed(run: Process) -> None:
    family = psutil.Process(run.pid).children(recursive=True)
    run.kill()
    wait_for(lambda: not _alive(family))


def test_a_second_run_on_the_same_data_is_refused(run: Process, tmp_path: Path) -> None:
    data_dir = tmp_path / "data with a space"
    second = Process(
        [*run.command[:-1], str(free_port()), "--data-dir", data_dir], log=tmp_path / "second.log"
    )
    second.start()
    wait_for(lambda: not second.running, within=30)
    assert "another run is using" in second.output()
    others = [path for path in data_dir.rglob("*") if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    assert not others


def _alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
