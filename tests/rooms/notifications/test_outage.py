"""The provider is down for an hour: nothing is lost, urgent alerts reach people by e-mail within a minute, the backlog
leaves in the order of its urgency, and nobody is woken by what can wait.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from helpbutton import clock, settings
from helpbutton.clock import HELSINKI
from helpbutton.db import db, transaction
from helpbutton.notifications.lifecycle import CONFIRMATION, DESK_ALERT, DUTY_ALERT, NUDGE
from helpbutton.notifications.operations import tell_sender
from helpbutton.outbox import ToDo
from helpbutton.staff.models import Account, Membership
from tests.fakes.mail import Mailbox, mail_server
from tests.fakes.provider import Provider, Sent
from tests.processes import free_port

from .conftest import DUTY, World, use_twilio

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=HELSINKI)
NIGHT = dt.datetime(2026, 11, 24, 2, 0, tzinfo=HELSINKI)
AN_HOUR = dt.timedelta(hours=1)
STEPS_S = (*range(0, 60, 10), 60, 90, *range(120, 3600, 600))
"""When the workers look during the hour, in seconds."""

Drain = Callable[[], int]


@pytest.fixture
def mailbox(provider: Provider) -> Iterator[Mailbox]:
    with mail_server() as (url, mailbox):
        chosen = {"smtp_url": url, "email_from": "apua@example.fi"}
        settings.activate(settings.current().model_copy(update=chosen))
        yield mailbox


@pytest.fixture(params=["gone", "answers 503", "refuses the account"])
def break_provider(
    request: pytest.FixtureRequest, provider: Provider, mailbox: Mailbox, tmp_path: Path
) -> Callable[[bool], None]:
    """Makes the provider unusable in one of three ways, and usable again."""

    def change(broken: bool) -> None:
        if request.param == "gone":
            use_twilio(tmp_path, f"http://127.0.0.1:{free_port()}" if broken else provider.url)
        elif broken:
            provider.behave("unavailable" if "503" in request.param else "refuse:20003")
        else:
            provider.clear()

    return change


def live_through(moments: list[dt.datetime], drain: Drain) -> None:
    """Workers at work at these moments."""
    for moment in moments:
        with clock.moved(moment):
            drain()


def an_hour_from(begin: dt.datetime) -> list[dt.datetime]:
    return [begin + dt.timedelta(seconds=step) for step in STEPS_S]


def purposes(world: World, messages: list[dict[str, object]]) -> list[str]:
    """What the provider accepted, in order."""
    known = {row.reference: row.purpose for row in world.notifications()}
    return [known[str(message["body"]).rstrip(".").rpartition(" ")[2]] for message in messages]


def something_of_each(world: World) -> None:
    """A family hears of its message and of an answer; a desk of news; two cases are urgent."""
    with transaction() as session:
        session.get_one(Account, world.account).email = "duty@example.fi"
    desk = world.desk()
    with transaction() as session:
        session.add(Membership(account_id=world.account, role="worker", service_id=desk))
    calm = world.case(desk)
    world.confirm(calm)
    world.alert(calm)
    tell_sender(world.message(calm, direction="to_family"))
    for _ in range(2):
        world.alert(world.case(desk, urgency="urgent"))


def test_an_hour_without_the_provider(
    world: World,
    sent: Sent,
    mailbox: Mailbox,
    drain: Drain,
    break_provider: Callable[[bool], None],
) -> None:
    with clock.moved(NOON):
        break_provider(True)
        something_of_each(world)
    planned = {row.id for row in world.notifications()}
    live_through(an_hour_from(NOON), drain)
    assert sent() == []
    by_mail = [letter for letter in mailbox.letters if letter.to == "duty@example.fi"]
    assert len(by_mail) >= 2, "each urgent case, by the second channel"
    assert max(letter.at - NOON for letter in by_mail[:2]) <= dt.timedelta(seconds=60)
    break_provider(False)
    with clock.moved(NOON + AN_HOUR + dt.timedelta(minutes=2)):
        drain()
    live_through([NOON + AN_HOUR + dt.timedelta(minutes=n) for n in range(3, 8)], drain)
    ours = [row for row in world.notifications() if row.id in planned]
    lost = [row.purpose for row in ours if row.status not in ("sent", "delivered", "held")]
    assert lost == []
    left = purposes(world, sent())
    assert set(left) >= {DUTY_ALERT}
    assert left[: left.count(DUTY_ALERT)] == [DUTY_ALERT] * left.count(DUTY_ALERT), left
    assert len({(row["recipient"], row["body"]) for row in sent()}) == len(sent()), "nobody gets one twice"


def test_what_waited_is_not_sent_in_the_middle_of_the_night(
    world: World, provider: Provider, sent: Sent, mailbox: Mailbox, drain: Drain, tmp_path: Path
) -> None:
    with clock.moved(NIGHT):
        use_twilio(tmp_path, f"http://127.0.0.1:{free_port()}")
        something_of_each(world)
    live_through(an_hour_from(NIGHT), drain)
    use_twilio(tmp_path, provider.url)
    at_three = [NIGHT + AN_HOUR + dt.timedelta(minutes=minutes) for minutes in (2, 4, 30)]
    live_through(at_three, drain)
    assert {message["recipient"] for message in sent()} == {DUTY}, "families sleep"
    assert all(int(message["validity"]) <= 3600 for message in sent())
    live_through([NIGHT + dt.timedelta(hours=6, minutes=1)], drain)
    families = [row for row in world.notifications() if row.purpose in (CONFIRMATION, NUDGE)]
    assert {row.status for row in families} == {"sent"}
    assert {DUTY_ALERT, DESK_ALERT, CONFIRMATION, NUDGE} == set(purposes(world, sent()))


def test_to_dos_of_the_hour_end(
    world: World, provider: Provider, mailbox: Mailbox, drain: Drain, tmp_path: Path
) -> None:
    with clock.moved(NOON):
        use_twilio(tmp_path, f"http://127.0.0.1:{free_port()}")
        case = world.case(world.desk())
        world.confirm(case)
    live_through(an_hour_from(NOON), drain)
    notification = world.only()
    assert (notification.status, notification.error) == ("planned", "not_connected")
    assert len(STEPS_S) - 10 < len(world.attempts()) <= len(STEPS_S), "it keeps trying"
    db.session.remove()
    resting = db.session.scalars(select(ToDo.kind).where(ToDo.state == "resting")).all()
    assert resting == []
