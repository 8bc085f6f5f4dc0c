"""The Celery application: one task without arguments that runs what is due. Truth and retries live in the database."""

import time

from celery import Celery
from celery.signals import worker_init, worker_process_init
from flask import Flask

from helpbutton import bell, clock, outbox, settings
from helpbutton.app import configure_logging, open_installation
from helpbutton.triage import warm_up
from workers import executor

ONE_TASK_S = 20.0
"""A task stops claiming after so long, well before Celery would end it in the middle of a call."""

LOOK_AGAIN_S = 0.1
"""While something urgent waits for its own process; that is over at once, or that process has died."""

_flask: Flask | None = None


def _broker() -> str:
    return settings.load().broker or "memory://"


app = Celery("helpbutton", broker=_broker(), set_as_current=True)
app.conf.update(
    task_default_queue=bell.QUEUE,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=2000,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    task_time_limit=120,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "visibility_timeout": 120,
        "unacked_restore_interval": 15,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 10,
    },
)


def run_due() -> None:
    """Run to-dos until none is due; a long list is passed on so that one task stays short.

    It stays while something urgent waits, which becomes its own work after a second.
    """
    assert _flask is not None
    until = clock.monotonic() + ONE_TASK_S
    with _flask.app_context():
        executor.run_due(executor.NOT_URGENT, until=until)
        while outbox.is_waiting(outbox.URGENT) and clock.monotonic() < until:
            time.sleep(LOOK_AGAIN_S)
            executor.run_due(executor.NOT_URGENT, until=until)
    if clock.monotonic() >= until:
        bell.ring()


def _load_knowledge(**_: object) -> None:
    warm_up()


def _open(**_: object) -> None:
    global _flask
    configure_logging()
    _flask, _settings = open_installation(settings.load())


app.task(name=bell.TASK, ignore_result=True)(run_due)
worker_init.connect(_load_knowledge, weak=False)
worker_process_init.connect(_open, weak=False)
