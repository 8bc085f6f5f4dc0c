"""A canary goes through the whole chain, is seen by nobody, leaves nothing behind, and is missed when it is lost."""

import datetime as dt
from collections.abc import Callable

import structlog
from flask import Flask
from sqlalchemy import func, select, update

from helpbutton import clock
from helpbutton.cases.models import Case
from helpbutton.cases.worklist import worklist
from helpbutton.db import db, reading, transaction
from helpbutton.directory.models import Site
from helpbutton.notifications.models import ChannelStop, Notification, PhoneMessage
from helpbutton.notifications.queries import waiting_for_human
from helpbutton.settings import VIRTUAL_CANARY
from helpbutton.watching import canary, canary_rules, queries
from helpbutton.watching.checks import failing
from helpbutton.watching.models import Canary
from tests.cast import FIRST_NAMES, Cast

EVERYTHING_BUT = {"audit_entry", "notification", "attempt", "todo", "canary", "phone_message", "daily_count"}


def rows() -> dict[str, int]:
    db.session.remove()
    return {
        table.name: reading().scalar(select(func.count()).select_from(table)) or 0
        for table in db.metadata.sorted_tables
        if table.name not in EVERYTHING_BUT
    }


def state() -> Canary:
    db.session.remove()
    return reading().scalars(select(Canary).order_by(Canary.site_id)).first()  # type: ignore[return-value]


def send_all() -> None:
    """Every site's hour has come."""
    canary.look_after()
    with transaction() as session:
        session.execute(update(Canary).values(next_at=clock.now()))
    canary.look_after()


def canaries() -> list[Case]:
    db.session.remove()
    return list(reading().scalars(select(Case).where(Case.canary)))


def told() -> int:
    db.session.remove()
    return reading().scalar(select(func.count()).where(PhoneMessage.to == VIRTUAL_CANARY)) or 0


def in_minutes(minutes: int) -> dt.datetime:
    return clock.now() + dt.timedelta(minutes=minutes)


def test_it_comes_out_and_leaves_nothing_behind(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    sites = reading().scalars(select(Site.id).where(Site.active)).all()
    before = rows()
    send_all()
    assert len(canaries()) == len(sites)
    drain()
    for name in FIRST_NAMES:
        actor = cast.actor(name)
        if actor.services:
            assert worklist(actor=actor) == []
    assert told() == len(sites)
    assert set(reading().scalars(select(Notification.purpose))) == {"canary"}, (
        "no desk and nobody else is told"
    )

    with clock.moved(in_minutes(3)):
        assert all(it.out_at is None for it in queries.facts().canaries), (
            "nobody has said yet that it arrived"
        )
        drain()
        canary.look_after()
    assert canaries() == []
    assert rows() == before
    assert state().out_at is not None
    assert (state().lost_at, state().stuck) == (None, None)
    kept = reading().scalars(select(Notification)).all()
    assert {(row.case_id, row.to_sealed, row.status) for row in kept} == {(None, b"", "delivered")}


def test_many_sweepers_send_one_an_hour(app: Flask, drain: Callable[[], int]) -> None:
    send_all()
    count = len(canaries())
    for _ in range(3):
        canary.look_after()
    assert len(canaries()) == count
    with clock.moved(in_minutes(61)):
        canary.look_after()
        assert len(canaries()) == count, "the earlier ones are gone"


def test_a_lost_one_raises_the_alarm_and_says_where(app: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    with transaction() as session:
        now = clock.now()
        session.add(ChannelStop(channel="sms", since=now, error="twilio_20003", probe_at=in_minutes(600)))
    send_all()
    drain()
    with structlog.testing.capture_logs() as logs, clock.moved(in_minutes(11)):
        canary.look_after()
        canary.look_after()
    lost = [line for line in logs if line["event"] == "canary_lost"]
    assert {line["stuck"] for line in lost} == {"not_sent"}
    assert len(lost) == len({line["site"] for line in lost}), "each once"
    assert "canary_out" in failing(queries.facts(), "alarm")
    assert waiting_for_human(cast.actor("eve")) == []

    with clock.moved(in_minutes(52)):
        canary.look_after()
    assert canaries() == []
    assert set(reading().scalars(select(Notification.status))) == {"dropped"}
    assert state().stuck == "not_sent", "until one comes out"


def test_a_site_whose_door_refuses_is_told_at_once(app: Flask) -> None:
    canary.look_after()
    with transaction() as session:
        session.execute(update(Canary).values(next_at=clock.now()))
        place = session.scalars(select(Site)).first()
        assert place is not None
        place.municipality_code = "478"
    with structlog.testing.capture_logs() as logs:
        canary.look_after()
    assert [line["error"] for line in logs if line["event"] == "canary_refused"] == ["OutsideArea"]
    assert {row.stuck for row in reading().scalars(select(Canary).where(Canary.lost_at.is_not(None)))} == {
        "refused"
    }


def test_the_first_ones_do_not_leave_together() -> None:
    now = clock.now()
    moments = {canary_rules.first_at(now, site_id=n) for n in range(1, 50)}
    assert len(moments) > 40
    assert min(moments) >= now + canary_rules.FIRST_AFTER


def test_one_that_is_late_may_still_come_out(app: Flask, drain: Callable[[], int]) -> None:
    send_all()
    with clock.moved(in_minutes(20)):
        canary.look_after()
        assert state().stuck == "not_sorted"
        drain()
    with clock.moved(in_minutes(23)):
        drain()
        canary.look_after()
    assert state().lost_at is None
    assert canaries() == []


def test_one_that_never_leaves_is_an_alarm(app: Flask) -> None:
    canary.look_after()
    assert "canary_out" not in failing(queries.facts(), "alarm")
    with clock.moved(in_minutes(30)):
        assert state().sent_at is None
        assert "canary_out" in failing(queries.facts(), "alarm")
