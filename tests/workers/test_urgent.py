"""What is urgent has a process of its own: nothing else holds it up, and others take over when it stands still."""

import datetime as dt
import shutil
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from flask import Flask
from sqlalchemy import select

from helpbutton import clock
from helpbutton.cases.models import Case
from helpbutton.db import db, reading
from helpbutton.notifications.lifecycle import DUTY_ALERT
from helpbutton.notifications.models import Attempt, Notification
from helpbutton.settings import Settings
from helpbutton.web.application import create_app
from tests.cast import MORNINGS, request_body
from tests.chaos.families import URGENT
from tests.installation import ROOT, Installation, installation
from tests.processes import Process, wait_for
from workers import executor

URGENT_ALONE = """
from helpbutton import settings
from helpbutton.app import configure_logging, open_installation
from workers import urgent
configure_logging()
urgent.start(open_installation(settings.load())[0]).join()
"""

THREADS_AND_A_WAIT = """
import threading
from workers import ending
stop, asked_to_end = threading.Event(), ending.listen()
def work():
    while not stop.wait(0.01):
        sum(range(2000))
for _ in range(4):
    threading.Thread(target=work).start()
print("ready", flush=True)
ending.wait_until(asked_to_end)
stop.set()
"""


@pytest.fixture
def place(demo_data: Path, tmp_path: Path) -> Iterator[Installation]:
    """A demo of its own, without a broker; nothing runs yet."""
    shutil.copytree(demo_data, tmp_path / "data")
    with installation(tmp_path / "data", redis_url="none") as found:
        yield found


@pytest.fixture
def here(place: Installation) -> Iterator[Flask]:
    """The same installation in this process."""
    application = create_app(Settings(data_dir=place.data_dir, redis_url="none"))
    with application.app_context():
        yield application
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def sweeper(place: Installation) -> Process:
    """A running sweeper with the urgent process beside it."""
    process = place.processes["sweeper"]
    process.start()
    wait_for(lambda: beside(process), within=60)
    return process


def beside(sweeper: Process) -> list[psutil.Process]:
    return psutil.Process(sweeper.pid).children() if sweeper.running else []


def ask(app: Flask, text: str) -> None:
    body = request_body(text=text, contact={"phone": None, "email": "aino@example.org", "preferred": "email"})
    answer = app.test_client().post(
        "/api/v1/requests", json=body, headers={"Idempotency-Key": str(uuid.uuid4())}
    )
    assert answer.status_code == 201, answer.data


def sorted_urgencies() -> list[str]:
    db.session.remove()
    return list(reading().scalars(select(Case.urgency).where(Case.triage_version.is_not(None))))


def alerted() -> bool:
    db.session.remove()
    begun = select(Attempt.id).join(Notification).where(Notification.purpose == DUTY_ALERT)
    return reading().scalar(begun.limit(1)) is not None


def test_the_urgent_process_needs_nobody_and_does_nothing_else(place: Installation, here: Flask) -> None:
    command = [sys.executable, "-P", "-c", URGENT_ALONE]
    alone = Process(command, log=place.data_dir / "urgent.log", env=place.env, cwd=ROOT)
    ask(here, MORNINGS)
    ask(here, URGENT)
    alone.start()
    try:
        wait_for(alerted, within=30)
    finally:
        alone.kill()
    assert sorted_urgencies() == ["urgent"]


def test_others_do_what_the_urgent_process_leaves(sweeper: Process, here: Flask) -> None:
    (urgent,) = beside(sweeper)
    urgent.suspend()
    ask(here, URGENT)
    wait_for(alerted, within=30)
    urgent.resume()
    assert sweeper.end() == 0
    assert not urgent.is_running()


def test_a_process_that_was_frozen_hears_at_once_that_it_shall_end(tmp_path: Path) -> None:
    for turn in range(5):
        command = [sys.executable, "-P", "-c", THREADS_AND_A_WAIT]
        process = Process(command, log=tmp_path / f"{turn}.log", env={"PYTHONPATH": str(ROOT)})
        process.start()
        wait_for(lambda: "ready" in process.output())  # noqa: B023
        process.stop()
        process.cont()
        assert process.end() == 0


def test_the_sweeper_gives_way_and_does_not_go_on_alone(sweeper: Process) -> None:
    (urgent,) = beside(sweeper)
    wait_for(lambda: psutil.Process(sweeper.pid).nice() > urgent.nice())
    urgent.kill()
    wait_for(lambda: not sweeper.running)


def test_a_worker_leaves_urgent_to_dos_for_a_second(app: Flask) -> None:
    ask(app, URGENT)
    assert not executor.run_one(executor.NOT_URGENT)
    with clock.moved(clock.now() + dt.timedelta(seconds=1.1)):
        assert executor.run_one(executor.NOT_URGENT)
