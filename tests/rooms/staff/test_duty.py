"""Who is on duty, where they can be reached, and what they have chosen to be told of."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from helpbutton import clock
from helpbutton.db import db, reading, transaction
from helpbutton.directory.models import Service
from helpbutton.errors import Invalid
from helpbutton.notifications.models import Notification
from helpbutton.notifications.phone import phone_messages
from helpbutton.staff.choices import Choice
from helpbutton.staff.duty import duty_desk, on_duty
from helpbutton.staff.duty_models import DutyNote
from helpbutton.staff.duty_notes import KEPT, forget_notes, write_note
from helpbutton.staff.models import Account, Membership, Shift
from helpbutton.staff.reach import choose, own_reach, reach_of, told_of_news
from tests.cast import Cast

DESK, NIGHT_DESK = "varha-family-guidance", "varha-social-emergency"
NOON = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
NIGHT = dt.datetime(2026, 11, 24, 21, 0, tzinfo=dt.UTC)
OFFICE = {day: [["08:00", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
HOUR = dt.timedelta(hours=1)


def desk(key: str) -> int:
    found = reading().scalar(select(Service.id).where(Service.key == key))
    assert found is not None
    return found


def shift(account: int, key: str, start: dt.datetime, end: dt.datetime) -> None:
    service = desk(key)
    with transaction() as session:
        session.add(Shift(service_id=service, account_id=account, starts_at=start, ends_at=end))


def duty(key: str, at: dt.datetime) -> list[int]:
    return on_duty(reading(), desk(key), at)


def test_a_shift_begins_at_its_start_and_is_over_at_its_end(app_on_both: Flask, cast: Cast) -> None:
    cara, liisa = cast.actor("cara").account_id, cast.actor("liisa").account_id
    shift(liisa, DESK, NOON - HOUR, NOON + 2 * HOUR)
    shift(cara, DESK, NOON, NOON + HOUR)
    shift(cara, DESK, NOON, NOON + HOUR)
    assert duty(DESK, NOON - 2 * HOUR) == []
    assert duty(DESK, NOON) == [liisa, cara]
    assert duty(DESK, NOON + HOUR) == [liisa]
    assert duty(DESK, NOON + 2 * HOUR) == []
    assert duty("varha-family-work", NOON) == []


@pytest.mark.parametrize("gone", ["left the desk", "left for good"])
def test_whoever_has_left_is_not_on_duty(app: Flask, cast: Cast, gone: str) -> None:
    cara = cast.actor("cara").account_id
    shift(cara, DESK, NOON - HOUR, NOON + HOUR)
    assert duty(DESK, NOON) == [cara]
    service = desk(DESK)
    with transaction() as session:
        if gone == "left the desk":
            session.execute(
                delete(Membership).where(Membership.account_id == cara, Membership.service_id == service)
            )
        else:
            session.get_one(Account, cara).active = False
    assert duty(DESK, NOON) == []


def test_while_a_desk_is_closed_the_one_that_stands_in_is_on_duty(app_on_both: Flask, cast: Cast) -> None:
    cara = cast.actor("cara").account_id
    with transaction() as session:
        session.execute(
            update(Service).where(Service.key == DESK).values(hours=OFFICE, night_duty=NIGHT_DESK)
        )
        guard = session.scalar(
            select(Membership.account_id).join(Service).where(Service.key == NIGHT_DESK).limit(1)
        )
        assert guard is not None
    shift(guard, NIGHT_DESK, NOON - 12 * HOUR, NOON + 24 * HOUR)
    assert duty(DESK, NOON) == [], "open: its own duty number"
    assert duty(DESK, NIGHT) == [guard]
    shift(cara, DESK, NIGHT - HOUR, NIGHT + HOUR)
    assert duty(DESK, NIGHT) == [cara], "somebody of its own comes first"
    service = reading().get_one(Service, desk(DESK))
    assert duty_desk(reading(), service, NOON).key == DESK
    assert duty_desk(reading(), service, NIGHT).key == NIGHT_DESK


def test_old_notes_go_even_where_nobody_writes_a_new_one(app_on_both: Flask, cast: Cast) -> None:
    cara, now = cast.actor("cara"), clock.now()
    for token, age in (("old", KEPT + HOUR), ("young", KEPT - HOUR)):
        with clock.moved(now - age):
            write_note(actor=cara, service_id=desk(DESK), words="Soita aamulla.", token=token)
    assert reading().scalar(select(func.count()).select_from(DutyNote)) == 2, "both are still stored"
    db.session.remove()
    forget_notes()
    assert reading().scalars(select(DutyNote.token)).all() == ["young"]


def test_choices_replace_the_earlier_ones_and_a_phone_is_kept_as_a_number(
    app_on_both: Flask, cast: Cast
) -> None:
    cara = cast.actor("cara")
    first, second = sorted(cara.services)[:2]
    choose(
        actor=cara,
        phone="040 123 4567",
        choices=[Choice("urgent", "none"), Choice("reminders", "email", digest=True)],
    )
    chosen = [Choice("urgent", "email", first), Choice("news", "email"), Choice("news", "none", second)]
    choose(actor=cara, phone=" 040 7654321 ", choices=chosen)
    reach, kept = own_reach(cara)
    assert (reach.phone, reach.email, reach.active) == ("+358407654321", "cara@demo.example", True)
    assert sorted(kept, key=str) == sorted(chosen, key=str)
    assert "+358" not in repr(reach)
    choose(actor=cara, phone="", choices=[])
    assert own_reach(cara)[0].phone is None
    assert own_reach(cast.actor("dan"))[1] == []


@pytest.mark.parametrize(
    ("phone", "choices"),
    [
        ("12", []),
        ("", [Choice("weather", "sms")]),
        ("", [Choice("urgent", "fax")]),
        ("", [Choice("urgent", "sms"), Choice("urgent", "email")]),
        ("", [Choice("urgent", "sms", 999_999)]),
    ],
)
def test_what_cannot_be_chosen_changes_nothing(
    app: Flask, cast: Cast, phone: str, choices: list[Choice]
) -> None:
    cara = cast.actor("cara")
    kept = [Choice("news", "email")]
    choose(actor=cara, phone="040 123 4567", choices=kept)
    with pytest.raises(Invalid):
        choose(actor=cara, phone=phone, choices=choices)
    assert own_reach(cara)[1] == kept
    assert reach_of(reading(), cara.account_id).phone == "+358401234567"


def test_an_urgent_choice_is_never_gathered(app: Flask, cast: Cast) -> None:
    cara = cast.actor("cara")
    choose(actor=cara, phone="", choices=[Choice("urgent", "email", digest=True)])
    assert own_reach(cara)[1] == [Choice("urgent", "email", digest=False)]


def test_news_come_only_to_those_who_want_them_gathered_in_the_morning(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    cara, dan = cast.actor("cara"), cast.actor("dan")
    for actor in (cara, dan):
        choose(actor=actor, phone="", choices=[Choice("news", "email", digest=True)])
    assert told_of_news(reading(), desk(DESK)) == [cara.account_id]
    for _ in range(2):
        assert cast.send().status_code == 201
    drain()
    db.session.remove()
    digest = reading().scalars(select(Notification).where(Notification.purpose == "digest")).one()
    assert (digest.count, digest.account_id, digest.channel) == (2, cara.account_id, "email")
    assert (digest.case_id, digest.status) == (None, "planned")
    assert clock.local(digest.not_before).hour == 8
    assert "cara@demo.example" not in {message.to for message in phone_messages()}
    with clock.moved(digest.not_before + dt.timedelta(minutes=1)):
        drain()
    assert [message.to for message in phone_messages()].count("cara@demo.example") == 1
