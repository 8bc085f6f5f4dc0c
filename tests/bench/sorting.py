"""How long a worker needs to sort one case: claim its to-do, read, route, store, settle, with the messages of the
evaluation, so that meaning is asked as often as for real ones."""

import json
import time
import uuid
from collections.abc import Callable, Iterator

from sqlalchemy import func, select

from helpbutton.cases import lifecycle
from helpbutton.cases.models import Case
from helpbutton.db import db, reading
from helpbutton.settings import Settings
from helpbutton.triage import warm_up
from helpbutton.web.application import create_app
from tests.bench.triage_report import FOLDER
from tests.cast import request_body
from tests.servers import Postgres
from workers import executor

LANGUAGES = ("fi", "sv", "en")
OF_EACH = {"short": 60, "release": 170}
SORT_CASE = "sort_case"


def bench_sorting(
    demo: Settings,
    server: Postgres,
    *,
    of_each: int,
    percentile: Callable[..., float],
    show: Callable[..., None],
) -> None:
    """One process, nothing beside it; `demo` is an installation that is not running, a copy of its database is used."""
    database = server.create_database(template=demo.database_url.rpartition("/")[2])
    app = create_app(demo.model_copy(update={"database_url": database}))
    warm_up()
    texts = _texts(of_each)
    for text in texts:
        body = request_body(text=text, contact={"phone": None})
        answer = app.test_client().post(
            "/api/v1/requests", json=body, headers={"Idempotency-Key": str(uuid.uuid4())}
        )
        assert answer.status_code == 201, answer.get_data(as_text=True)
    with app.app_context():
        taken = sorted(_sorted_one_by_one())
        unsorted = reading().scalar(select(func.count()).where(Case.state == lifecycle.RECEIVED))
        db.engine.dispose()
    assert (len(taken), unsorted) == (len(texts), 0), "a sorting failed"
    show("sorting a case in the worker, median", f"{percentile(taken, 0.5):.0f} ms")
    show("sorting a case in the worker, p99", f"{percentile(taken, 0.99):.0f} ms", "goal: under 100 ms")


def _sorted_one_by_one() -> Iterator[float]:
    """Does all that is due; yields how many milliseconds each sorting took."""
    while True:
        began = time.perf_counter()
        claimed = executor.take(executor.EVERYTHING)
        if claimed is None:
            return
        executor.do(claimed)
        if claimed.kind == SORT_CASE:
            yield (time.perf_counter() - began) * 1000
        db.session.remove()


def _texts(of_each: int) -> list[str]:
    return [
        json.loads(line)["text"]
        for language in LANGUAGES
        for line in (FOLDER / "first" / f"{language}.jsonl")
        .read_text(encoding="utf-8")
        .splitlines()[:of_each]
    ]
