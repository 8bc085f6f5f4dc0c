"""A desk's own ladder beats its organisation's, which beats the usual one; a climb keeps the one it began with."""

import copy
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpbutton import clock
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Organisation, Service
from helpbutton.errors import Conflict, Invalid, NotFound
from helpbutton.escalation.ladder_list import HeldLadder, held_ladders, scope_of
from helpbutton.escalation.ladders import ladder_for, set_ladder, usual_ladders
from helpbutton.escalation.models import OwnLadder
from tests.rooms.notifications.conftest import DUTY

from .conftest import NIGHT, Desk

LADDER: dict[str, Any] = {
    "nag_min": 5,
    "steps": [
        {"after_min": 0, "who": "duty", "channels": ["sms"]},
        {"after_min": 5, "who": "lead", "channels": ["sms"]},
    ],
}


def with_nag(minutes: int) -> dict[str, Any]:
    return copy.deepcopy(LADDER) | {"nag_min": minutes}


@pytest.mark.usefixtures("app_on_both")
def test_the_nearest_ladder_holds_and_none_gives_the_usual_one_back(desk: Desk) -> None:
    boss = desk.actor(desk.person("administrator"))
    service = reading().get_one(Service, desk.id)

    def holds() -> int:
        return ladder_for(reading(), service, "urgent").nag_min

    usual = usual_ladders()["urgent"].nag_min
    assert holds() == usual
    for minutes in (6, 7):
        set_ladder(actor=boss, subject="urgent", organisation_id=desk.organisation, ladder=with_nag(minutes))
        assert holds() == minutes
    set_ladder(
        actor=boss,
        subject="urgent",
        organisation_id=desk.organisation,
        service_id=desk.id,
        ladder=with_nag(8),
    )
    assert holds() == 8
    assert ladder_for(reading(), service, "acceptance") == usual_ladders()["acceptance"]
    for service_id in (desk.id, None):
        set_ladder(
            actor=boss,
            subject="urgent",
            organisation_id=desk.organisation,
            service_id=service_id,
            ladder=None,
        )
    assert holds() == usual
    assert reading().scalar(select(func.count()).select_from(OwnLadder)) == 0


def test_only_an_administrator_of_the_organisation_sets_it_and_only_for_its_own_desks(desk: Desk) -> None:
    boss, lead = desk.actor(desk.person("administrator")), desk.actor(desk.person("lead"))
    foreign = reading().scalar(
        select(Service.id).where(Service.organisation_id != desk.organisation).limit(1)
    )
    other = reading().scalar(select(Organisation.id).where(Organisation.id != desk.organisation).limit(1))
    assert foreign is not None
    assert other is not None
    for actor, organisation, service in (
        (lead, desk.organisation, desk.id),
        (boss, desk.organisation, foreign),
        (boss, desk.organisation, 999_999),
        (boss, other, None),
    ):
        with pytest.raises(NotFound):
            set_ladder(
                actor=actor,
                subject="urgent",
                organisation_id=organisation,
                service_id=service,
                ladder=LADDER,
            )


def test_a_ladder_without_an_end_is_never_saved(desk: Desk) -> None:
    boss = desk.actor(desk.person("administrator"))
    endless = copy.deepcopy(LADDER)
    endless["steps"][-1]["who"] = "second"
    for subject, ladder in (("urgent", endless), ("weather", LADDER)):
        with pytest.raises(Invalid):
            set_ladder(actor=boss, subject=subject, organisation_id=desk.organisation, ladder=ladder)
    assert reading().scalar(select(func.count()).select_from(OwnLadder)) == 0


def test_another_organisations_ladder_is_neither_shown_nor_in_the_way(app: Flask, desk: Desk) -> None:
    boss = desk.actor(desk.person("administrator"))
    with transaction() as session:
        other = session.scalars(select(Organisation.id).where(Organisation.id != desk.organisation)).first()
        session.add(
            OwnLadder(subject="urgent", organisation_id=other, steps=with_nag(9), changed_at=clock.now())
        )
    scope = scope_of(boss, desk.organisation, None)

    def urgent() -> HeldLadder:
        return next(held for held in held_ladders(scope) if held.subject == "urgent")

    assert (urgent().origin, urgent().edition) == ("usual", "")
    for minutes in (6, 7):
        set_ladder(
            actor=boss,
            subject="urgent",
            organisation_id=desk.organisation,
            ladder=with_nag(minutes),
            edition=urgent().edition,
        )
        assert (urgent().origin, urgent().ladder.nag_min) == ("own", minutes)
    with pytest.raises(Conflict):
        set_ladder(
            actor=boss, subject="urgent", organisation_id=desk.organisation, ladder=None, edition="older"
        )


def test_a_climb_goes_up_the_ladder_that_held_when_it_began(
    desk: Desk, at: Callable[[dt.datetime, int], None]
) -> None:
    lead, boss = desk.person("lead"), desk.actor(desk.person("administrator"))
    set_ladder(actor=boss, subject="urgent", organisation_id=desk.organisation, ladder=LADDER)
    with clock.moved(NIGHT):
        desk.urgent()
        desk.run()
    set_ladder(actor=boss, subject="urgent", organisation_id=desk.organisation, ladder=None)
    at(NIGHT, 6)
    assert desk.told() == [DUTY, desk.phone_of(lead)]
