"""Figures of operation for who watches the installation, and for nobody else."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from helpbutton import clock, heartbeat, outbox, settings
from helpbutton.cases.models import Clock
from helpbutton.db import transaction
from helpbutton.errors import SettingsError
from helpbutton.notifications.models import ChannelStop, Notification
from tests.cast import Cast

TOKEN = "kaarisilta-7f3a-9c21-55ee"


def figures(client: FlaskClient, **kwargs: str) -> dict[str, float]:
    answer = client.get("/metrics", headers=kwargs)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    lines = answer.get_data(as_text=True).splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}


def activate(**changes: object) -> None:
    settings.activate(settings.current().model_copy(update=changes))


def test_they_say_what_the_database_knows(
    app: Flask, cast: Cast, client: FlaskClient, drain: Callable[[], int]
) -> None:
    assert cast.send().status_code == 201
    with clock.moved(clock.now() + dt.timedelta(seconds=30)):
        assert 29 < figures(client)["helpbutton_oldest_todo_seconds"] < 60
    heartbeat.beat("sweeper")
    drain()
    with transaction() as session:
        now = clock.now()
        session.execute(update(Clock).values(due_at=now - dt.timedelta(hours=1)))
        session.execute(
            update(Notification).where(Notification.purpose == "desk_alert").values(status="dead", segments=2)
        )
        session.execute(update(outbox.ToDo).values(state="resting"))
        session.add(ChannelStop(channel="email", since=now, error="smtp_535", probe_at=now))
    activate(sms_segment_price=7.5)
    found = figures(client)
    assert found["helpbutton_oldest_todo_seconds"] == 0
    assert found["helpbutton_resting_todos"] > 3
    assert found['helpbutton_notifications{channel="sms",status="sent"}'] == 1
    assert found['helpbutton_notifications{channel="sms",status="dead"}'] == 1
    assert found['helpbutton_provider_outcomes{channel="sms",outcome="accepted"}'] == 2
    assert found["helpbutton_sms_segments_today"] == 3
    assert found["helpbutton_sms_spent_today_euros"] == pytest.approx(0.225)
    assert found["helpbutton_overdue_clocks"] >= 1
    assert found['helpbutton_check{level="alarm",name="nothing_dead"}'] == 0
    assert found['helpbutton_check{level="down",name="sweeper"}'] == 1
    assert found["helpbutton_heartbeat_age_seconds"] < 30
    assert 'helpbutton_channel_stopped_seconds{channel="email"}' in found

    ready = client.get("/health/ready")
    assert ready.status_code == 200, "requests are kept and worked on all the same"
    assert ready.get_json()["status"] == "attention"
    wrong = {name for name, holds in ready.get_json()["checks"].items() if not holds}
    assert wrong == {"nothing_dead", "nothing_resting", "promises_kept", "channels_open"}


def test_they_tell_nothing_about_anybody(
    app: Flask, cast: Cast, client: FlaskClient, drain: Callable[[], int]
) -> None:
    number = cast.send().get_json()["number"]
    drain()
    text = client.get("/metrics").get_data(as_text=True)
    assert number not in text
    assert not re.search(r"\d{7,}", re.sub(r"e\+\d+|\.\d+", "", text))


def test_without_a_token_only_this_machine_reads(app: Flask, client: FlaskClient) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 403
    for passed_on in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        assert client.get("/metrics", headers={passed_on: "192.0.2.7"}).status_code == 403


def test_with_a_token_everybody_shows_it(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    activate(metrics_token_file=tmp_path / "token")
    assert client.get("/metrics").status_code == 403
    for wrong in ("Bearer", "Bearer x", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}ä"):
        assert client.get("/metrics", headers={"Authorization": wrong}).status_code == 403, wrong
    away = {"REMOTE_ADDR": "192.0.2.7"}
    shown = {"Authorization": f"Bearer {TOKEN}"}
    assert client.get("/metrics", headers=shown, environ_base=away).status_code == 200


def test_a_token_that_could_be_guessed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("short")
    for path in (tmp_path / "token", tmp_path / "none"):
        with pytest.raises(SettingsError, match="HELPBUTTON_METRICS_TOKEN_FILE"):
            settings.load(metrics_token_file=path)
