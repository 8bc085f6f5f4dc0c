"""The process that does what is urgent and nothing else: always free for it, always ahead of other work.

The sweeper starts it, and both end together. Other processes take an urgent to-do only when it has waited a second.
"""

import multiprocessing
import os
import threading
from multiprocessing.process import BaseProcess

import structlog
from flask import Flask

from helpbutton.children import dying_with
from helpbutton.db import db
from helpbutton.outbox import Claim
from workers import ending, executor

THREADS = 4
"""So many alerts may wait for a provider at the same time."""
LOOK_EVERY_S = 0.1
PAUSE_S = 1.0
"""After an error, as when the database is away."""

log = structlog.get_logger()


def start(app: Flask) -> BaseProcess:
    """Fork it; before the caller has threads, and with nobody's database connection in the child."""
    with app.app_context():
        db.engine.dispose()
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(app, os.getpid()), daemon=True)
    process.start()
    return process


def _serve(app: Flask, parent: int) -> None:
    """Run until SIGTERM or until the sweeper has died; to-dos in hand are finished first."""
    if die_together := dying_with(parent):
        die_together()
    asked_to_end = ending.listen()
    stop, turn = threading.Event(), threading.Lock()
    threads = [threading.Thread(target=_work, args=(app, stop, turn)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    ending.wait_until(asked_to_end)
    stop.set()
    for thread in threads:
        thread.join()


def _work(app: Flask, stop: threading.Event, turn: threading.Lock) -> None:
    """One thread at a time looks; when it has found something, the next one looks while it works."""
    while not stop.is_set():
        with app.app_context():
            try:
                with turn:
                    claimed = _next(stop)
                if claimed is not None:
                    executor.do(claimed)
            except Exception as error:
                log.error("urgent_stumbled", error=type(error).__name__)
                stop.wait(PAUSE_S)
            finally:
                db.session.remove()


def _next(stop: threading.Event) -> Claim | None:
    while not stop.is_set():
        claimed = executor.take(executor.ONLY_URGENT)
        if claimed is not None:
            return claimed
        stop.wait(LOOK_EVERY_S)
    return None
