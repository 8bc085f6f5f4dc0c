"""Whether the dashboard stays quick: a worklist and a case page among many cases, and worklists that ask for news."""

import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import requests
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from helpbutton import demo_cases
from helpbutton.app import open_installation
from helpbutton.db import db
from helpbutton.demo_sign_ins import sign_ins_path
from helpbutton.settings import Settings
from helpbutton.web.application import create_app
from tests.cast import Cast, hidden_fields
from tests.installation import installation
from tests.servers import Postgres
from tests.web.staff.pages import numbers_listed, read
from tests.web.staff.test_worklist_pages import changes_of

FEW = 1000
TIMES, ROUNDS = 40, 3
WORKLISTS, EVERY_S = 200, 30
"""So many stay open, and `static/worklist.js` asks so often."""
WHO = "cara"


@dataclass(frozen=True)
class Speed:
    """Median milliseconds and number of queries of one page."""

    ms: float
    queries: int


def bench_worklists(
    demo: Settings, server: Postgres, *, cases: int, seconds: int, show: Callable[..., None]
) -> None:
    """`demo` is an installation that is not running; copies of its database get a few and many cases."""
    few, many = (_filled(demo, server, count) for count in (FEW, cases))
    speeds = [(_pages(few), _pages(many)) for _ in range(ROUNDS)]
    for page in ("worklist", "case page"):
        small, large = (
            min((one[side][page] for one in speeds), key=lambda speed: speed.ms) for side in (0, 1)
        )
        show(f"{page} at {FEW} cases, median", f"{small.ms:.1f} ms", f"{small.queries} queries")
        show(f"{page} at {cases} cases, median", f"{large.ms:.1f} ms", f"{large.queries} queries")
        show(f"{page}, ratio", f"{large.ms / small.ms:.2f}", "goal: at most 1.3, same queries")
    share = _asking(many, server, seconds)
    show(f"{WORKLISTS} worklists asking every {EVERY_S} s", f"{share:.0%}", "goal: under 20 % of a core")


def _filled(demo: Settings, server: Postgres, count: int) -> Settings:
    """A copy of the demo with so many cases."""
    url = server.create_database(template=demo.database_url.rpartition("/")[2])
    config = Settings(data_dir=demo.data_dir, database_url=url, redis_url="none")
    app, _ = open_installation(config)
    with app.app_context():
        demo_cases.generate(count=count, told=lambda _count: None)
        db.session.remove()
        db.engine.dispose()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return config


def _pages(config: Settings) -> dict[str, Speed]:
    """The worklist and a case page, through the whole application."""
    app = create_app(config)
    with app.app_context():
        browser = Cast(app, config.data_dir).sign_in(WHO)
        number = min(numbers_listed(read(browser, "/staff/")))
        found = {
            "worklist": _speed(browser, "/staff/"),
            "case page": _speed(browser, f"/staff/cases/{number}"),
        }
        db.session.remove()
        db.engine.dispose()
    return found


def _speed(browser: FlaskClient, address: str) -> Speed:
    for _ in range(5):
        read(browser, address)
    with _counted() as statements:
        read(browser, address)
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        read(browser, address)
        taken.append((time.perf_counter() - began) * 1000)
    return Speed(statistics.median(taken), len(statements))


@contextmanager
def _counted() -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _asking(config: Settings, server: Postgres, seconds: int) -> float:
    """The share of one core that web and database need while the worklists of `WORKLISTS` people ask for news.

    As on a busy day: something has always happened since the last time, so that nobody gets off with a 304.
    """
    with installation(
        config.data_dir, database_url=config.database_url, redis_url="none", web_workers=2
    ) as place:
        place.start("web")
        with requests.Session() as browser:
            _sign_in(browser, place.url, config.data_dir)
            address = place.url + changes_of(browser.get(f"{place.url}/staff/").text)
            roots = (place.processes["web"].pid, server.process.pid)
            before, began = _cpu_s(roots), time.monotonic()
            for turn in range(seconds * WORKLISTS // EVERY_S):
                time.sleep(max(began + turn * EVERY_S / WORKLISTS - time.monotonic(), 0))
                assert browser.get(address).status_code == 200
            return (_cpu_s(roots) - before) / (time.monotonic() - began)


def _sign_in(browser: requests.Session, url: str, data_dir: Path) -> None:
    people = json.loads(sign_ins_path(data_dir).read_text(encoding="utf-8"))
    person = next(one for one in people if one["email"].startswith(WHO))
    form = browser.get(f"{url}/staff/sign-in").text
    known = {"email": person["email"], "password": person["password"]}
    browser.post(f"{url}/staff/sign-in", data=hidden_fields(form) | known).raise_for_status()


def _cpu_s(roots: tuple[int, ...]) -> float:
    """Seconds of processor time that these processes and all below them have used, those that ended included."""
    processes = [
        one for root in roots for one in (psutil.Process(root), *psutil.Process(root).children(True))
    ]
    times = [process.cpu_times() for process in processes]
    return sum(one.user + one.system for one in times) + sum(
        one.children_user + one.children_system for one in times
    )
