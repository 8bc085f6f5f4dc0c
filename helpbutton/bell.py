"""The bell: after a commit it wakes the workers with one named, empty message, and never keeps anybody waiting.

Ringing happens on a thread of its own with short time-outs and a circuit breaker. A bell that cannot be heard is
counted and forgotten: the sweeper finds due to-dos without it.
"""

import os
import queue
import threading
from importlib import import_module

import structlog

from helpbutton import clock

TASK = "helpbutton.run_due"
QUEUE = "helpbutton"
EXPIRES_S = 60
QUIET_S = 5.0
TIMEOUTS = {"socket_timeout": 1, "socket_connect_timeout": 1}
ONE_RETRY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1}

log = structlog.get_logger()


class Bell:
    """One bell for each process; `broker` None means nobody listens and ringing does nothing."""

    def __init__(self, broker: str | None) -> None:
        self._broker = broker
        self._wanted: queue.Queue[None] = queue.Queue(maxsize=1)
        self._thread: threading.Thread | None = None
        self._pid = 0
        self._lock = threading.Lock()
        self._quiet_until = 0.0
        self.missed = 0

    def ring(self) -> None:
        """Ask for one ring; many rings asked for at once become one."""
        if self._broker is None or clock.monotonic() < self._quiet_until:
            return
        self._start()
        try:
            self._wanted.put_nowait(None)
        except queue.Full:
            return

    def _start(self) -> None:
        if self._pid == os.getpid():
            return
        with self._lock:
            if self._pid != os.getpid():
                self._wanted = queue.Queue(maxsize=1)
                self._thread = threading.Thread(target=self._serve, name="bell", daemon=True)
                self._thread.start()
                self._pid = os.getpid()

    def _serve(self) -> None:
        app = import_module("celery").Celery(broker=self._broker, set_as_current=False)
        app.conf.update(
            broker_transport_options={**TIMEOUTS, **ONE_RETRY},
            broker_connection_timeout=1,
            task_ignore_result=True,
        )
        while True:
            self._wanted.get()
            try:
                app.send_task(
                    TASK, queue=QUEUE, expires=EXPIRES_S, ignore_result=True, retry_policy=ONE_RETRY
                )
            except Exception as error:
                self.missed += 1
                self._quiet_until = clock.monotonic() + QUIET_S
                log.warning("bell_not_heard", error=type(error).__name__, missed=self.missed)


_bell = Bell(None)


def install(broker: str | None) -> None:
    """Hang the bell of this process; Celery is loaded here so that the first ring is as quick as the others."""
    global _bell
    if broker is not None:
        import_module("celery")
    _bell = Bell(broker)


def ring() -> None:
    """Wake a worker soon; returns at once whatever state the broker is in."""
    _bell.ring()
