"""SMS to senders: three a day for a number, a budget for a site, Finnish numbers; what is beyond waits for a human."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select, update
from structlog.testing import capture_logs

from helpbutton import clock, daily_counts, outbox, settings
from helpbutton.cases.models import Case, CaseKey, Contact
from helpbutton.db import db, reading, transaction
from helpbutton.directory.models import Site
from helpbutton.notifications.deliver import deliver
from helpbutton.notifications.held import settle_held
from helpbutton.notifications.operations import tell_sender
from helpbutton.notifications.queries import (
    held_for_sender,
    spent_budgets,
    waiting_for_human,
    waiting_in_quarantine,
)
from helpbutton.notifications.settling import retry_held

from .conftest import SENDER, World

pytestmark = pytest.mark.usefixtures("app_on_both")

TOMORROW = dt.timedelta(days=1)


def states(world: World) -> list[tuple[str, str | None]]:
    return [(row.status, row.error) for row in world.notifications()]


def budget(world: World, sms_per_day: int) -> None:
    with transaction() as session:
        session.execute(update(Site).where(Site.id == world.site).values(sms_per_day=sms_per_day))


def change(case: int, **values: object) -> None:
    with transaction() as session:
        row = session.get_one(Case, case)
        for name, value in values.items():
            setattr(row, name, value)


def phones(count: int) -> list[str]:
    return [f"+35840123{number:04}" for number in range(count)]


def to_dos() -> int:
    return len(reading().scalars(select(outbox.ToDo).where(outbox.ToDo.kind == "deliver_notification")).all())


def test_a_number_gets_three_a_day_whichever_cases_they_are_about(world: World) -> None:
    desk = world.desk()
    for _ in range(2):
        case = world.case(desk)
        world.confirm(case)
        world.confirm(case)
        tell_sender(world.message(case, direction="to_family"))
    assert states(world) == [("planned", None)] * 3 + [("held", "number_limit")]
    assert to_dos() == 3
    assert held_for_sender(case) == "number_limit"
    world.confirm(world.case(desk, phone=phones(1)[0]))
    assert states(world)[-1] == ("planned", None)
    with clock.moved(clock.now() + TOMORROW):
        world.confirm(world.case(desk))
    assert states(world)[-1] == ("planned", None)


def test_e_mails_use_up_no_sms(world: World) -> None:
    budget(world, 1)
    case = world.case(world.desk(), preferred="email")
    with transaction() as session:
        vault = session.get_one(CaseKey, case).vault()
        session.get_one(Contact, case).email = vault.seal("perhe@example.fi", "contact.email")
    for _ in range(4):
        tell_sender(world.message(case, direction="to_family"))
        assert deliver(world.notifications()[-1].id) is None
        world.look(case)
    assert [row.channel for row in world.notifications() if row.status == "sent"] == ["email"] * 4
    world.confirm(world.case(world.desk()))
    assert states(world)[-1] == ("planned", None)


def test_the_number_itself_is_nowhere_in_the_counts(world: World) -> None:
    world.confirm(world.case(world.desk()))
    scopes = reading().scalars(select(daily_counts.DailyCount.scope)).all()
    assert len(scopes) == 2
    assert not [scope for scope in scopes if SENDER[4:] in scope]


@pytest.mark.parametrize(("countries", "status"), [("+358", "held"), ("+358, +380", "planned")])
def test_foreign_numbers_wait_for_a_human_unless_allowed(world: World, countries: str, status: str) -> None:
    settings.activate(settings.current().model_copy(update={"sms_countries": countries}))
    world.confirm(world.case(world.desk(), phone="+380501234567"))
    assert states(world) == [(status, "foreign_number" if status == "held" else None)]


def test_beyond_its_budget_a_sites_sms_are_held_and_the_alarm_rings_once(world: World) -> None:
    budget(world, 2)
    desk = world.desk()
    with capture_logs() as logs:
        for phone in phones(4):
            world.confirm(world.case(desk, phone=phone))
    assert states(world) == [("planned", None)] * 2 + [("held", "site_budget")] * 2
    spent = [line for line in logs if line["event"] == "sms_budget_spent"]
    assert [(line["site"], line["limit"], line["log_level"]) for line in spent] == [("test", 2, "warning")]
    assert [row.error for row in waiting_for_human(world.administrator)] == ["site_budget"] * 2
    assert spent_budgets(world.administrator) == [{"fi": "Testi"}]
    held = world.notifications()[-1].id
    retry_held(actor=world.administrator, notification_id=held)
    assert deliver(held) is None
    assert [message.to for message in world.phone()] == phones(4)[-1:]


def test_planners_at_the_same_time_stay_within_the_budget(world: World, app_on_both: Flask) -> None:
    budget(world, 5)
    desk = world.desk()
    cases = [world.case(desk, phone=phone) for phone in phones(10)]

    def confirm(case: int) -> None:
        with app_on_both.app_context():
            world.confirm(case)
            db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(confirm, cases * 2))
    assert sorted(states(world)) == [("held", "site_budget")] * 5 + [("planned", None)] * 5


def test_staff_are_alerted_without_limit(world: World) -> None:
    budget(world, 0)
    desk = world.desk(duty_number="+15005550006", alert_spacing_s=1)
    for _ in range(5):
        case = world.case(desk, urgency="urgent")
        change(case, quarantined=True)
        world.alert(case)
        world.confirm(case)
    alerts = world.notifications("duty_alert")
    assert [deliver(alert.id) for alert in alerts] == [None] * 5
    assert len(world.phone()) == 5
    assert {row.status for row in world.notifications("confirmation")} == {"held"}


def quarantined(world: World) -> int:
    case = world.case(world.desk())
    change(case, quarantined=True)
    world.confirm(case)
    assert states(world) == [("held", "quarantined")]
    assert to_dos() == 0
    assert waiting_for_human(world.administrator) == []
    assert waiting_in_quarantine(world.administrator) == 1
    return case


def test_released_its_sms_leave_once(world: World) -> None:
    case = quarantined(world)
    change(case, quarantined=False)
    settle_held(case)
    settle_held(case)
    assert states(world) == [("planned", None)]
    assert deliver(world.only().id) is None
    assert [message.to for message in world.phone()] == [SENDER]


def test_released_its_sms_still_count(world: World) -> None:
    case = quarantined(world)
    budget(world, 0)
    change(case, quarantined=False)
    settle_held(case)
    assert states(world) == [("held", "site_budget")]


@pytest.mark.parametrize("by_then", ["closed", "answered"])
def test_nothing_stale_is_sent_when_the_case_was_judged(world: World, by_then: str) -> None:
    case = quarantined(world)
    now = clock.now()
    change(case, **({"state": "closed", "closed_at": now} if by_then == "closed" else {"answered_at": now}))
    settle_held(case)
    assert states(world) == [("dropped", "too_late")]


def test_a_nudge_takes_the_place_of_what_was_held_before(world: World) -> None:
    case = world.case(world.desk())
    settings.activate(settings.current().model_copy(update={"sms_countries": "+46"}))
    world.confirm(case)
    tell_sender(world.message(case, direction="to_family"))
    settings.activate(settings.current().model_copy(update={"sms_countries": "+358"}))
    tell_sender(world.message(case, direction="to_family"))
    assert states(world) == [("dropped", "replaced"), ("dropped", "replaced"), ("planned", None)]
