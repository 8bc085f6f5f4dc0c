"""An urgent alert that its provider does not take reaches people by e-mail within a minute; what works needs none."""

import datetime as dt

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from helpbutton import clock, outbox, settings
from helpbutton.db import db, reading, transaction
from helpbutton.notifications.deliver import deliver
from helpbutton.notifications.lifecycle import SECOND_CHANNEL_AFTER
from helpbutton.notifications.models import Notification
from helpbutton.notifications.reports import take_report
from helpbutton.notifications.second_channel import reach_by_second_channel
from helpbutton.outbox import ToDo
from helpbutton.staff.models import Account, Membership
from tests.fakes.provider import Provider
from tests.processes import free_port
from workers import executor

from .conftest import World, later

A_MINUTE = dt.timedelta(seconds=60)


def member(desk: int, *, active: bool = True, name: str = "anna") -> int:
    with transaction() as session:
        account = Account(
            email=f"{name}-{desk}@example.fi",
            name=name,
            password_hash="-",
            created_at=clock.now(),
            active=active,
        )
        session.add(account)
        session.flush()
        session.add(Membership(account_id=account.id, role="worker", service_id=desk))
        return account.id


def run_due() -> None:
    db.session.remove()
    executor.run_due()


def e_mails(world: World) -> list[str]:
    return [message.to for message in world.phone() if "@" in message.to]


def test_the_question_comes_early_enough(world: World) -> None:
    world.alert(world.case(world.desk(), urgency="urgent"))
    todo = reading().scalars(select(ToDo).where(ToDo.kind == "reach_by_second_channel")).one()
    assert outbox.URGENT < todo.priority < outbox.NORMAL
    assert todo.due_at - world.only().created_at == SECOND_CHANNEL_AFTER < A_MINUTE


@pytest.mark.parametrize("behaviour", ["unauthorised", "busy", "stall:0", "refuse:21211"])
def test_an_alert_that_was_not_taken_is_e_mailed_to_the_desk(
    world: World, provider: Provider, behaviour: str
) -> None:
    provider.behave(behaviour)
    mail = {"smtp_url": f"smtp://localhost:{free_port()}", "email_from": "apua@example.fi"}
    settings.activate(settings.current().model_copy(update=mail))
    desk = world.desk()
    anna = member(desk)
    member(desk, active=False, name="poissa")
    member(world.desk(), name="muualla")
    world.alert(world.case(desk, urgency="urgent"))
    alert = world.only("duty_alert")
    deliver(alert.id)
    with clock.moved(alert.created_at + SECOND_CHANNEL_AFTER):
        reach_by_second_channel(alert.id)
        reach_by_second_channel(alert.id)
    (mail_to_anna,) = (row for row in world.notifications() if row.channel == "email")
    assert (mail_to_anna.account_id, mail_to_anna.purpose) == (anna, "duty_alert")
    assert mail_to_anna.not_before - alert.created_at < A_MINUTE
    assert world.to_do(mail_to_anna.id).priority == outbox.URGENT


def test_what_was_taken_needs_no_second_channel(world: World) -> None:
    desk = world.desk()
    member(desk)
    world.alert(world.case(desk, urgency="urgent"))
    with clock.moved(later(46)):
        run_due()
    assert world.only("duty_alert").status == "sent"
    assert e_mails(world) == []


@pytest.mark.parametrize(
    ("error", "status"), [("30003", "planned"), ("30006", "failed"), ("30002", "planned")]
)
def test_what_was_taken_and_then_did_not_arrive_goes_by_e_mail_at_once(
    world: World, error: str, status: str
) -> None:
    desk = world.desk()
    member(desk)
    world.alert(world.case(desk, urgency="urgent"))
    with clock.moved(later(46)):
        run_due()
    (attempt,) = world.attempts()
    with clock.moved(later(120)):
        failed = {"provider_id": str(attempt.provider_id), "status": "undelivered"}
        assert take_report(attempt_id=attempt.id, error=f"provider_{error}", **failed)
        assert world.notifications("duty_alert")[0].status == status
        for _ in range(2):
            run_due()
            assert not take_report(attempt_id=attempt.id, error=f"provider_{error}", **failed)
    assert e_mails(world) == [f"anna-{desk}@example.fi"]


def test_a_desk_without_a_duty_number_still_has_people(world: World) -> None:
    desk = world.desk(duty_number=None)
    member(desk)
    world.alert(world.case(desk, urgency="urgent"))
    with clock.moved(later(46)):
        run_due()
    assert world.notifications("duty_alert")[0].status == "held"
    assert e_mails(world) == [f"anna-{desk}@example.fi"]


@pytest.mark.parametrize(("sms", "alarm"), [("twilio", "no_second_channel"), ("demo", "nobody_to_alert")])
def test_where_nobody_can_be_reached_there_is_an_alarm(world: World, sms: str, alarm: str) -> None:
    world.alert(world.case(world.desk(), urgency="urgent"))
    settings.activate(settings.current().model_copy(update={"sms": sms}))
    with capture_logs() as lines:
        assert reach_by_second_channel(world.only().id) is None
    assert [(line["event"], line["log_level"]) for line in lines] == [(alarm, "error")]
    assert len(world.notifications()) == 1


def test_a_colleague_who_left_is_not_written_to(world: World) -> None:
    desk = world.desk()
    account = member(desk)
    case = world.case(desk, urgency="urgent")
    world.alert(case)
    reach_by_second_channel(world.only().id)
    mail = world.notifications("duty_alert")[-1]
    with transaction() as session:
        session.execute(update(Account).where(Account.id == account).values(active=False))
    assert deliver(mail.id) is None
    assert (world.notifications()[-1].status, world.notifications()[-1].error) == ("dropped", "left_service")
    assert world.told(case) == [{"purpose": "duty_alert", "because": "left_service"}]


def test_too_old_is_a_decision_on_record_and_an_alarm_where_it_matters(world: World) -> None:
    desk = world.desk()
    case = world.case(desk, urgency="urgent")
    world.alert(case)
    world.confirm(case)
    with clock.moved(later(30 * 3600)), capture_logs() as lines:
        for notification in world.notifications():
            assert deliver(notification.id) is None
    assert [(row.status, row.error) for row in world.notifications()] == [
        ("dead", "too_old"),
        ("dropped", "too_old"),
    ]
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["notification_dead"]
    assert {told["because"] for told in world.told(case)} == {"too_old"}
    assert world.phone() == []
    assert reading().scalar(select(Notification.id).where(Notification.status == "dead")) is not None
