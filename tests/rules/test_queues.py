"""Where the bell rings somebody listens: the command of the workers, the tasks that exist."""

import os
import sys

import pytest
from click.testing import CliRunner

from helpbutton import bell
from helpbutton.cli import main
from helpbutton.settings import Settings
from workers.celery_app import app as celery


class Became(Exception):
    """The process would be this command now."""


def test_the_worker_listens_to_the_queue_of_the_bell(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def become(program: str, arguments: list[str]) -> None:
        raise Became(program, arguments)

    monkeypatch.setattr(os, "execv", become)
    monkeypatch.setattr(os, "putenv", lambda *_: None)
    monkeypatch.setenv("HELPBUTTON_REDIS_URL", "redis://127.0.0.1:1/0")
    result = CliRunner().invoke(main, ["worker", "--data-dir", str(config.data_dir)])
    bell.install(None)
    assert isinstance(result.exception, Became), result.output
    program, arguments = result.exception.args
    assert program == sys.executable
    assert arguments[arguments.index("-Q") + 1].split(",") == [bell.QUEUE]
    assert arguments[arguments.index("-A") + 1] == "workers.celery_app"


def test_the_tasks_are_exactly_those_that_the_bell_rings() -> None:
    ours = {name for name in celery.tasks if not name.startswith("celery.")}
    assert ours == {bell.TASK}, "work belongs on the to-do list; the bell only wakes"
    assert celery.conf.task_default_queue == bell.QUEUE
