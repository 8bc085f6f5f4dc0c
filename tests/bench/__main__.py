"""`make bench`: intake beside a bare durable insert and under load, alerts, triage, sorting, the proof, worklists."""

import argparse
import json
import statistics
import tempfile
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path

import psycopg

from helpbutton.app import create_bare
from helpbutton.db import db
from helpbutton.routing import queries as routing
from helpbutton.settings import Settings
from helpbutton.triage import TriageFacts, screen, suggest, warm_up
from tests.bench.alerts import bench_alerts
from tests.bench.sorting import OF_EACH, bench_sorting
from tests.bench.worklists import bench_worklists
from tests.cast import MORNINGS, request_body
from tests.chaos.families import Ledger, write
from tests.conftest import prepare
from tests.installation import installation
from tests.processes import wait_for
from tests.servers import Redis, postgres, redis

SECONDS = {"short": 10, "release": 60}
CASES = {"short": 100_000, "release": 1_000_000}
RATE = 50
MEANING_IS_ASKED = "En uskalla mennä kotiin, koska en tiedä mitä hän tekee tänään."


def milliseconds(work: Callable[[], object], times: int) -> list[float]:
    """How long each call took, in milliseconds, fastest first."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)


def percentile(values: list[float], share: float) -> float:
    return values[min(int(len(values) * share), len(values) - 1)]


def show(what: str, value: str, goal: str = "") -> None:
    print(f"{what:<58}{value:>16}  {goal}", flush=True)


def bench_triage() -> None:
    warm_up()
    whole = milliseconds(lambda: suggest(TriageFacts(MORNINGS, "fi", "parent")), 500)
    meant = milliseconds(lambda: suggest(TriageFacts(MEANING_IS_ASKED, "fi", "parent")), 200)
    longest = (MEANING_IS_ASKED + " ") * 400
    long = milliseconds(lambda: suggest(TriageFacts(longest, "fi", "parent")), 100)
    danger = milliseconds(lambda: screen(MORNINGS), 500)
    show("triage of one message by its words, p99", f"{percentile(whole, 0.99):.1f} ms", "goal: under 50 ms")
    show("the same where meaning is asked, p99", f"{percentile(meant, 0.99):.1f} ms", "goal: under 50 ms")
    show("the same for 20,000 characters, p99", f"{percentile(long, 0.99):.1f} ms")
    show("danger screen, p99", f"{percentile(danger, 0.99):.2f} ms", "goal: under 1 ms")


def bench_coverage(config: Settings) -> None:
    app = create_bare(config)
    with app.app_context():
        taken = milliseconds(routing.check, 3)
        db.session.remove()
        db.engine.dispose()
    show("coverage proof for all of Finland", f"{statistics.median(taken) / 1000:.2f} s", "goal: under 2 s")


def bench_intake(url: str, database_url: str, seconds: int) -> None:
    """One request after the other against one durable INSERT after the other, then a steady load."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS yardstick (id bigserial PRIMARY KEY, body text)")
        body = "x" * 1000
        insert = milliseconds(
            lambda: connection.execute("INSERT INTO yardstick (body) VALUES (%s)", [body]), 300
        )
    alone = milliseconds(lambda: post(url), 200)
    ratio = statistics.median(alone) / statistics.median(insert)
    show("one durable INSERT (yardstick), median", f"{statistics.median(insert):.2f} ms")
    show("one request accepted, median", f"{statistics.median(alone):.1f} ms", f"{ratio:.0f} x the yardstick")
    ledger = Ledger()
    clients = 10
    began = time.monotonic()
    posts = RATE * seconds
    for writer in write(url, ledger, posts=posts, clients=clients, first=1000, pause_s=clients / RATE):
        writer.join()
    rate = posts / (time.monotonic() - began)
    show(
        f"intake at {rate:.0f} requests/s, p99", f"{ledger.slowest(0.99) * 1000:.0f} ms", "goal: under 300 ms"
    )
    show("refused under that load", str(posts - len(ledger.receipts)), "goal: 0")


def bench_frozen_broker(url: str, broker: Redis) -> None:
    """Fifty requests while nobody hears the bell."""
    broker.stop()
    ledger = Ledger()
    for writer in write(url, ledger, posts=50, clients=2, first=80_000, pause_s=0.05):
        writer.join()
    broker.cont()
    show("intake with the broker frozen, p99", f"{ledger.slowest(0.99) * 1000:.0f} ms", "goal: under 500 ms")
    show("refused with the broker frozen", str(50 - len(ledger.receipts)), "goal: 0")


def post(url: str) -> None:
    request = urllib.request.Request(
        f"{url}/api/v1/requests",
        data=json.dumps(request_body(contact={"phone": None})).encode(),
        headers={"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--profile", choices=SECONDS, default="short")
    profile = parser.parse_args().profile
    seconds = SECONDS[profile]
    bench_triage()
    with tempfile.TemporaryDirectory() as name, postgres(durable=True) as server, redis() as broker:
        directory = Path(name)
        directory.chmod(0o755)
        url = server.create_database()
        config = Settings(data_dir=directory / "data", database_url=url, redis_url="none")
        prepare(config)
        bench_coverage(config)
        bench_sorting(config, server, of_each=OF_EACH[profile], percentile=percentile, show=show)
        bench_worklists(config, server, cases=CASES[profile], seconds=seconds, show=show)
        bench_alerts(config, directory / "alerts", server, broker, rate=RATE, seconds=seconds, show=show)
        with installation(config.data_dir, database_url=url, redis_url=broker.url, web_workers=2) as place:
            place.start()
            wait_for(f"{place.url}/health/ready", within=60)
            threading.Event().wait(2)
            bench_intake(place.url, url, seconds)
            bench_frozen_broker(place.url, broker)


if __name__ == "__main__":
    main()
