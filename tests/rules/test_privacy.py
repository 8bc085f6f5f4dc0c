"""What a family tells us is read by those who open the case and by nothing else: it is followed through the house.

Words that occur nowhere else are put into every personal field. Afterwards they may stand in no log line, no
message to the broker, no SMS, no error, no file of the installation and no row of the database.
"""

import logging
import re
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask, request
from sqlalchemy import select, text

from helpbutton import bell
from helpbutton.app import configure_logging
from helpbutton.cases.kinds import SORT_CASE
from helpbutton.cases.models import Case
from helpbutton.db import db, reading, transaction
from helpbutton.notifications.models import Notification
from helpbutton.settings import Settings
from helpbutton.web.policy import policy
from tests.cast import Cast, request_body
from tests.servers import Redis, redis
from tests.web.public.browser import Page, visit
from tests.web.staff.pages import case_url, read, send_form
from workers import executor
from workers.pipeline import Step

IDENTITY_CODE, DANGER = "131052-308T", "lyö minua"
CANARIES = {
    "text": "kanaria4711zq",
    "identity code in the text": IDENTITY_CODE,
    "quoted words of danger": DANGER,
    "name": "Nimikanaria",
    "phone": "1937264",
    "phone as people write it": "193 7264",
    "e-mail": "postikanaria",
    "existing worker": "Tukikanaria",
    "consent by": "Huoltajakanaria",
    "consent how": "suostumuskanaria",
    "consent items": "asiakanaria",
    "consent recipients": "saajakanaria",
    "answer": "vastauskanaria",
    "note": "merkintäkanaria",
    "reply": "jatkokanaria",
}
TEXT = f"Hei, {CANARIES['text']}. Mies {DANGER} ja pelkään. Tunnukseni on {IDENTITY_CODE}."
PHONE, EMAIL = "+358401937264", f"{CANARIES['e-mail']}@example.fi"
CONSENT = {
    "by": CANARIES["consent by"],
    "how": CANARIES["consent how"],
    "items": [CANARIES["consent items"]],
    "recipients": [CANARIES["consent recipients"]],
    "until": "2030-01-01",
}
CONTACT = {"name": CANARIES["name"], "phone": PHONE, "email": EMAIL, "safe_to_text": True}
REQUEST: dict[str, Any] = {
    "kind": "consultation_with_consent",
    "role": "professional",
    "text": TEXT,
    "existing_worker": CANARIES["existing worker"],
    "consent": CONSENT,
    "contact": CONTACT,
}


class Wiretap:
    """Everything that anybody says to the broker from now on."""

    def __init__(self, broker: Redis) -> None:
        self.broker = broker
        self._line = socket.create_connection(("127.0.0.1", broker.port), timeout=10)
        self._line.sendall(b"MONITOR\r\n")
        self._heard = b""

    def heard(self, until: str) -> str:
        """What was said, at least up to this word. Raises TimeoutError."""
        while until.encode() not in self._heard:
            self._heard += self._line.recv(65536)
        return self._heard.decode(errors="replace")

    def close(self) -> None:
        self._line.close()


@pytest.fixture
def broker() -> Iterator[Redis]:
    with redis(appendonly=False) as server:
        yield server


@pytest.fixture
def wiretap(broker: Redis) -> Iterator[Wiretap]:
    with closing(Wiretap(broker)) as tap:
        yield tap


@pytest.fixture
def config(demo_data: Path, tmp_path: Path, broker: Redis) -> Settings:
    """As elsewhere, but with a broker, and SMS that leave by the console instead of the demo's own table."""
    shutil.copytree(demo_data, tmp_path / "data")
    return Settings(data_dir=tmp_path / "data", redis_url=broker.url, sms="console")


@pytest.fixture
def printed(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Iterator[Callable[[], str]]:
    """Everything that was printed or logged, at any level, by us or a library, since `configure_logging()`."""
    caplog.set_level(logging.DEBUG)

    def collected() -> str:
        out, err = capfd.readouterr()
        return f"{out}\n{err}\n{caplog.text}"

    yield collected
    structlog.reset_defaults()


def leaks(places: Mapping[str, str | bytes]) -> dict[str, list[str]]:
    """Place -> the fields whose canary is there."""
    found = {}
    for place, content in places.items():
        seen = content if isinstance(content, str) else content.decode(errors="replace")
        known = [field for field, canary in CANARIES.items() if canary.lower() in seen.lower()]
        if known:
            found[place] = known
    return found


def rows() -> dict[str, str]:
    """Every table as text, sealed values as their bytes."""
    db.session.remove()
    return {
        f"table {table.name}": "\n".join(
            str(value.decode(errors="replace") if isinstance(value, bytes) else value)
            for row in reading().execute(select(table))
            for value in row
        )
        for table in db.metadata.sorted_tables
    }


def stored(data_dir: Path) -> dict[str, bytes]:
    """Every file of the installation: the database, its write-ahead log and whatever else was left."""
    return {f"file {path.name}": path.read_bytes() for path in data_dir.rglob("*") if path.is_file()}


def form_fields() -> dict[str, str]:
    """The same request, as the form names its fields."""
    consent = {
        f"consent_{name}": value if isinstance(value, str) else value[0] for name, value in CONSENT.items()
    }
    contact = {name: "1" if value is True else str(value) for name, value in CONTACT.items()}
    plain = {name: str(REQUEST[name]) for name in ("kind", "role", "text", "existing_worker")}
    return plain | consent | contact


def tell_everything(app: Flask, cast: Cast, drain: Callable[[], int]) -> list[str]:
    """Two requests, one through each door; each is sorted, answered, noted and replied to. Returns their numbers."""
    sent = cast.send(**REQUEST)
    assert sent.status_code == 201
    codes = [sent.get_json()["receipt_code"]]
    client = app.test_client()
    form = visit(client)
    summary = client.post(form.forms[0]["action"], data=form.fields | form_fields() | {"step": "check"})
    codes.append(Page(client, summary).press("send").code)
    drain()
    numbers = list(reading().scalars(select(Case.number).order_by(Case.id)))
    cara = cast.sign_in("cara")
    for number, code in zip(numbers, codes, strict=True):
        for move, field in (("answer", "answer"), ("note", "note")):
            assert send_form(cara, number, move, body=CANARIES[field]).status_code == 303
        drain()
        thread = visit(app.test_client(), "/receipt?lang=en").press("open", code=code)
        assert CANARIES["reply"] in thread.press("reply", body=CANARIES["reply"]).text
        drain()
    return numbers


def test_nothing_that_was_told_is_found_outside_the_case(
    app: Flask,
    cast: Cast,
    drain: Callable[[], int],
    config: Settings,
    wiretap: Wiretap,
    printed: Callable[[], str],
) -> None:
    configure_logging()
    numbers = tell_everything(app, cast, drain)
    output, calls = printed(), wiretap.heard(bell.TASK)
    assert leaks({"output": output, "broker": calls, **rows(), **stored(config.data_dir)}) == {}

    page = read(cast.sign_in("cara"), case_url(numbers[0]))
    missing = {"phone", "phone as people write it"}
    assert set(leaks({"page": page})["page"]) >= set(CANARIES) - missing, "the case itself tells everything"
    texts = re.findall(r"SMS to …\d\d: .+", output)
    purposes = set(reading().scalars(select(Notification.purpose).where(Notification.status == "sent")))
    assert len(texts) >= 5
    assert purposes >= {"confirmation", "nudge", "duty_alert"}


def test_the_broker_hears_one_empty_message(app: Flask, cast: Cast, wiretap: Wiretap) -> None:
    assert cast.send().status_code == 201
    said = wiretap.heard(bell.TASK)
    pushed = [line for line in said.splitlines() if '"LPUSH"' in line]
    assert all(f'"LPUSH" "{bell.QUEUE}"' in line for line in pushed), "the workers listen to one list"
    assert r"\"body\": \"W1tdLCB7fSwg" in pushed[0], "base64 of [[], {}, ...: no arguments"


def test_nothing_is_told_by_what_goes_wrong(
    app: Flask,
    cast: Cast,
    drain: Callable[[], int],
    config: Settings,
    monkeypatch: pytest.MonkeyPatch,
    printed: Callable[[], str],
) -> None:
    configure_logging()

    @policy("public")
    def stumble() -> str:
        raise ValueError(request.get_data(as_text=True))

    @policy("public")
    def misquote() -> str:
        with transaction() as session:
            session.execute(
                text("INSERT INTO nowhere VALUES (:told)"), {"told": request.get_data(as_text=True)}
            )
        return ""

    def refuse(_ref: int) -> None:
        raise ValueError(TEXT)

    for door in ("", "/api/v1"):
        app.add_url_rule(f"{door}/stumble", f"stumble{door[:4]}", stumble, methods=["POST"])
        app.add_url_rule(f"{door}/misquote", f"misquote{door[:4]}", misquote, methods=["POST"])
    client, pages = app.test_client(), {}
    for door in ("", "/api/v1"):
        for name, status in (("stumble", 500), ("misquote", 503)):
            answer = client.post(f"{door}/{name}", json=request_body(**REQUEST))
            assert answer.status_code == status
            pages[f"answer of {door}/{name}"] = answer.get_data(as_text=True)

    monkeypatch.setitem(executor.STEPS, SORT_CASE.name, Step(SORT_CASE, refuse))
    assert cast.send(**REQUEST).status_code == 201
    drain()
    with transaction() as session:
        session.execute(text("DROP TABLE contact"))
    broken = cast.send(**REQUEST)
    assert broken.status_code == 503
    pages["answer without the table"] = broken.get_data(as_text=True)

    output = printed()
    for event in ("unexpected_error", "unavailable", "todo_failed"):
        assert f'"{event}"' in output
    assert leaks({"output": output, **pages, **stored(config.data_dir)}) == {}
