"""How fast danger reaches whoever is on duty: from accepting a request to handing its alert to the provider."""

import datetime as dt
import statistics
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from helpbutton import clock
from helpbutton.app import open_installation
from helpbutton.cases.models import Case
from helpbutton.db import db, reading
from helpbutton.notifications.lifecycle import DUTY_ALERT
from helpbutton.notifications.models import Attempt, Notification
from helpbutton.settings import Settings
from tests.chaos.families import Ledger, write
from tests.chaos.installation import target
from tests.chaos.sms import attempt_of
from tests.fakes.provider import Provider
from tests.processes import wait_for
from tests.servers import Postgres, Redis

PROVIDER_TAKES_MS = 50
URGENT_EVERY = 5
CLIENTS = 10


def bench_alerts(
    demo: Settings,
    directory: Path,
    server: Postgres,
    broker: Redis,
    *,
    rate: int,
    seconds: int,
    show: Callable[..., None],
) -> None:
    """A steady load of requests, one in five about danger; every sender also gets a confirmation.

    Measured from the moment that the case carries to the one at which the provider has the message, which includes
    the provider's own 50 ms. `demo` is an installation that is not running; a copy of it is used.
    """
    directory.mkdir()
    database = server.create_database(template=demo.database_url.rpartition("/")[2])
    provider = Provider(directory, delay_ms=PROVIDER_TAKES_MS)
    provider.start()
    try:
        with target(
            demo.data_dir, directory, provider.url, database_url=database, redis_url=broker.url
        ) as place:
            place.start()
            _warm_up(place.url)
            began = clock.now()
            ledger, posts = Ledger(), rate * seconds
            writers = write(
                place.url,
                ledger,
                posts=posts,
                clients=CLIENTS,
                pause_s=CLIENTS / rate,
                urgent_every=URGENT_EVERY,
            )
            for writer in writers:
                writer.join()
            wanted = posts // URGENT_EVERY
            wait_for(lambda: len(delays(place.config, provider, since=began)) >= wanted, within=60, every=1)
            taken = delays(place.config, provider, since=began)
    finally:
        provider.process.kill()
    p99 = taken[min(int(len(taken) * 0.99), len(taken) - 1)]
    show(
        f"{len(taken)} duty alerts at {rate} requests/s, median", f"{statistics.median(taken) * 1000:.0f} ms"
    )
    show("accepted -> duty alert handed over, p99", f"{p99 * 1000:.0f} ms", "goal: under 1 s")
    show("refused under that load", str(posts - len(ledger.receipts)), "goal: 0")


def _warm_up(url: str) -> None:
    """Some requests of both kinds, so that every process has done each thing once."""
    for writer in write(
        url, Ledger(), posts=20, clients=4, first=95_000, pause_s=0.2, urgent_every=URGENT_EVERY
    ):
        writer.join()


def delays(config: Settings, provider: Provider, *, since: dt.datetime) -> list[float]:
    """Seconds from accepting a case to its first duty alert at the provider, shortest first; cases since then."""
    app, _ = open_installation(config)
    with app.app_context():
        rows = reading().execute(
            select(Attempt.id, Case.id, Case.received_at)
            .join(Notification, Notification.id == Attempt.notification_id)
            .join(Case, Case.id == Notification.case_id)
            .where(
                Notification.purpose == DUTY_ALERT,
                Notification.channel == "sms",
                Case.received_at >= since,
            )
        )
        cases = {attempt: (case, received.timestamp()) for attempt, case, received in rows}
        db.session.remove()
        db.engine.dispose()
    first: dict[int, float] = {}
    for message in provider.accepted():
        if attempt_of(message) in cases:
            case, received = cases[attempt_of(message)]
            first.setdefault(case, float(message["created"]) - received)
    return sorted(first.values())
