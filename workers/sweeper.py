"""The sweeper: finds to-dos that nobody claimed a second after they fell due, seals the audit log, forgets past
days' counts and old duty notes, looks after canaries and the dead man's switch, shows it is alive.

It needs neither broker nor beat; any number may run. Its loop uses the monotonic clock, its heartbeat has a thread
of its own so that a long to-do does not look like a dead sweeper.
"""

import os
import sys
import threading
from collections.abc import Callable

import structlog
from flask import Flask

from helpbutton import clock, daily_counts, heartbeat
from helpbutton.audit import operations as audit
from helpbutton.cases.beside import forget_viewers
from helpbutton.db import db
from helpbutton.routing.operations import prove_nightly
from helpbutton.staff.duty_notes import forget_notes
from helpbutton.triage import warm_up
from helpbutton.watching import canary, dead_man
from workers import ending, executor, urgent

LOOK_EVERY_S = 0.5
BEAT_EVERY_S = 10.0
SEAL_EVERY_S = 5.0
FORGET_EVERY_S = 3600.0
PROVE_EVERY_S = 900.0
CANARY_EVERY_S = 15.0
DEAD_MAN_EVERY_S = 10.0
THREADS = 4

log = structlog.get_logger()


def sweep(app: Flask, *, give_way: int) -> None:
    """Run until SIGTERM or SIGINT; to-dos in hand are finished first.

    Starts the urgent process and ends with it; only the sweeper itself is nicer by `give_way`.
    """
    warm_up()
    beside = urgent.start(app)
    os.nice(give_way)
    asked_to_end = ending.listen()
    stop = threading.Event()
    threads = [
        threading.Thread(target=_every, args=(app, stop, BEAT_EVERY_S, lambda: heartbeat.beat("sweeper"))),
        threading.Thread(target=_every, args=(app, stop, SEAL_EVERY_S, audit.seal_pending)),
        threading.Thread(target=_every, args=(app, stop, FORGET_EVERY_S, daily_counts.forget_past)),
        threading.Thread(target=_every, args=(app, stop, FORGET_EVERY_S, forget_viewers)),
        threading.Thread(target=_every, args=(app, stop, FORGET_EVERY_S, forget_notes)),
        threading.Thread(target=_every, args=(app, stop, PROVE_EVERY_S, prove_nightly)),
        threading.Thread(target=_every, args=(app, stop, CANARY_EVERY_S, canary.look_after)),
        threading.Thread(target=_every, args=(app, stop, DEAD_MAN_EVERY_S, dead_man.hold_down)),
        *(threading.Thread(target=_every, args=(app, stop, LOOK_EVERY_S, _work)) for _ in range(THREADS)),
    ]
    for thread in threads:
        thread.start()
    ending.wait_until(lambda: asked_to_end() or not beside.is_alive())
    stop.set()
    beside.terminate()
    for thread in threads:
        thread.join()
    beside.join()
    if not asked_to_end():
        sys.exit("the urgent process has died")


def _work() -> None:
    executor.run_due(executor.WHAT_WAS_LEFT)


def _every(app: Flask, stop: threading.Event, seconds: float, work: Callable[[], object]) -> None:
    """Call `work` at least every `seconds`; what it raises is logged and the loop goes on."""
    while not stop.is_set():
        began = clock.monotonic()
        with app.app_context():
            try:
                work()
            except Exception as error:
                log.error(
                    "sweeper_stumbled", work=getattr(work, "__name__", "beat"), error=type(error).__name__
                )
            finally:
                db.session.remove()
        stop.wait(max(0.0, seconds - (clock.monotonic() - began)))
