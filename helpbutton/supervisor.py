"""Everything on one machine: broker, web, worker and sweeper are started, revived and stopped together."""

import fcntl
import http.client
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from helpbutton import children, clock, embedded_valkey, web_server
from helpbutton.children import Child
from helpbutton.errors import NotReady
from helpbutton.settings import Settings

TICK_S = 0.1
PORT_FREE_WITHIN_S = 3.0
WEB_ALONE_S = 10.0
PATIENCE_S = {"web": 8.0, "worker": 8.0, "sweep": 4.0, "valkey": 4.0}
FAILED_STARTS = 5
"""So many deaths of the web before its first answer mean that it cannot start at all."""


@dataclass
class Stop:
    """How often somebody has asked us to stop; a signal handler may count at any moment, so no lock."""

    asked: int = 0


def supervise(settings: Settings, *, announce: list[str]) -> int:
    """Run the whole installation until Ctrl-C, SIGTERM or SIGHUP; returns the exit code.

    `announce` is printed once the web answers. Everything is kept in `settings.data_dir`, readable by this
    user alone. Raises NotReady when another run uses the data directory or something else has the port.
    """
    os.umask(0o077)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _only_run_here(settings), _counting_signals() as stop:
        _wait_for_port(settings)
        server = None if settings.redis_url else embedded_valkey.binary()
        if server is None and not settings.redis_url:
            _say("there is no Valkey server here: going on without a broker, a second slower")
            settings = settings.model_copy(update={"redis_url": "none"})
        children.hand_down(settings)
        family = [Child(name, command) for name, command in _commands(settings, server).items()]
        try:
            return _watch(family, settings, announce, stop)
        finally:
            _stop_all(family, stop)


def _commands(settings: Settings, valkey: Path | None) -> dict[str, list[str]]:
    """What runs, in the order in which it is stopped."""

    def helpbutton(name: str) -> list[str]:
        return [sys.executable, "-P", "-m", "helpbutton", name, "--data-dir", str(settings.data_dir)]

    commands = {"web": web_server.command()}
    if settings.broker:
        commands["worker"] = helpbutton("worker")
    commands["sweep"] = helpbutton("sweep")
    if valkey:
        commands["valkey"] = embedded_valkey.command(valkey, settings)
    return commands


def _watch(family: list[Child], settings: Settings, announce: list[str], stop: Stop) -> int:
    """The web, first in the family, starts alone: with all cores to itself it answers seconds earlier."""
    announced = False
    web = family[0]
    together_at = clock.monotonic() + WEB_ALONE_S
    while not stop.asked:
        for child in family if announced or clock.monotonic() > together_at else [web]:
            if words := child.mind():
                _say(words)
        if not announced:
            announced = _announce_if_up(settings, announce)
        if not announced and web.deaths >= FAILED_STARTS:
            _say("the web server cannot start; the reason stands above")
            return 1
        time.sleep(TICK_S)
    return 0


def _announce_if_up(settings: Settings, announce: list[str]) -> bool:
    connection = http.client.HTTPConnection(*web_server.reached_at(settings), timeout=2)
    try:
        connection.request("GET", "/health/live")
        up = connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    if up:
        print("\n".join(announce), flush=True)
    return up


def _stop_all(family: list[Child], stop: Stop) -> None:
    """Stop one after the other, each politely first; another Ctrl-C ends the rest at once."""
    before = stop.asked
    for child in family:
        child.ask_to_stop()
        deadline = clock.monotonic() + PATIENCE_S[child.name]
        while not child.stopped() and clock.monotonic() < deadline and stop.asked == before:
            time.sleep(0.02)
        child.kill()


@contextmanager
def _only_run_here(settings: Settings) -> Iterator[None]:
    """Hold the lock of the data directory; the kernel lets go of it however this process ends."""
    with (settings.data_dir / "run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotReady(
                f"another run is using {settings.data_dir}: stop it first, or choose another --data-dir"
            ) from None
        yield


def _wait_for_port(settings: Settings) -> None:
    """The web of a run that was killed may hold the port for another moment; anybody else keeps it."""
    deadline = clock.monotonic() + PORT_FREE_WITHIN_S
    while not web_server.port_is_free(settings):
        if clock.monotonic() > deadline:
            raise NotReady(f"something else listens on port {settings.port}: choose another with --port")
        time.sleep(TICK_S)


@contextmanager
def _counting_signals() -> Iterator[Stop]:
    """Ctrl-C, SIGTERM and the closing of the terminal ask to stop; `nohup` still protects from the last."""
    stop = Stop()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.asked += 1

    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    before = {number: signal.signal(number, ask) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say(words: str) -> None:
    print(f"helpbutton: {words}", file=sys.stderr, flush=True)
