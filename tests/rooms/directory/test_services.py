"""Desks as their keepers keep them: what is typed, who may, versions, and the proof before anything is stored."""

import dataclasses
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from helpbutton.audit.models import AuditEntry
from helpbutton.cases.promise import WEEKDAYS
from helpbutton.db import db, reading
from helpbutton.directory import services
from helpbutton.directory.models import Service
from helpbutton.directory.service_rules import Choices, Draft, checked
from helpbutton.errors import Conflict, Invalid, NotFound
from helpbutton.routing.operations import LeavesGaps, without_new_gaps
from tests.cast import Cast

GUIDANCE = "varha-family-guidance"
NAMES = {"fi": "Perhetiimi", "sv": "Familjeteamet", "en": "Family team"}
OFFICE = dict.fromkeys(WEEKDAYS[:5], "8-16")
CHOICES = Choices(("family_guidance",), lambda key: key == "other-desk")


def draft(**changes: Any) -> Draft:
    return Draft(
        **({"names": NAMES, "kind": "family_guidance", "languages": ("fi",), "hours": OFFICE} | changes)
    )


def wrong(**changes: Any) -> set[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        checked(draft(**changes), CHOICES)
    return {(error.field, error.code) for error in caught.value.errors}


def change(cast: Cast, who: str, key: str = GUIDANCE, **changes: Any) -> None:
    actor = cast.actor(who)
    found, now = services.kept_service(cast.actor("eve"), key)
    services.change_service(
        actor=actor,
        key=key,
        version=found.version,
        draft=dataclasses.replace(now, **changes),
        proof=without_new_gaps,
    )


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("8-16", [["08:00", "16:00"]]),
        ("8.30–15.45", [["08:30", "15:45"]]),
        (" 08:00 - 12:00, 13 - 16 ", [["08:00", "12:00"], ["13:00", "16:00"]]),
        ("0-24", [["00:00", "24:00"]]),
    ],
)
def test_hours_are_taken_as_people_write_them(typed: str, stored: list[list[str]]) -> None:
    assert checked(draft(hours={"mon": typed}), CHOICES).hours == {"mon": stored}


@pytest.mark.parametrize("typed", ["16-8", "8-12, 11-16", "8", "8-25", "abc", "8:60-9", "８-16", "8-16-18"])
def test_hours_that_cannot_be_are_refused(typed: str) -> None:
    assert wrong(hours=OFFICE | {"tue": typed}) == {("hours_tue", "hours")}


def test_everything_wrong_is_said_at_once() -> None:
    assert wrong(
        names={"fi": "", "sv": "x" * 81, "en": "a\u202eb"},
        hours={},
        closures=("24.12.2026", "31.2.2026"),
        promise_days="31",
        alert_spacing_s="0",
        duty_number="12",
        night_duty="nowhere",
        kinds=("gossip",),
        valid_from="2026-06-01",
        valid_to="1.5.2026",
    ) == {
        ("name_fi", "required"),
        ("name_sv", "too_long"),
        ("name_en", "characters"),
        ("hours_mon", "never_open"),
        ("closures", "date"),
        ("promise_days", "number"),
        ("alert_spacing_s", "number"),
        ("duty_number", "phone"),
        ("night_duty", "unknown_value"),
        ("kinds", "unknown_value"),
        ("valid_to", "ends_before"),
    }
    assert wrong(night_duty="own") == {("duty_number", "required")}


def test_what_is_read_can_be_stored_again() -> None:
    once = checked(draft(closures=("24.12.2026", "2026-12-23"), duty_number="040 123 4567"), CHOICES)
    assert once.closures == ("2026-12-23", "2026-12-24")
    assert once.duty_number == "+358401234567"


def test_a_desk_is_created_by_an_administrator_only(app_on_both: Flask, cast: Cast) -> None:
    eve = cast.actor("eve")
    owner = next(iter(services.owners(eve)))
    services.create_service(actor=eve, key="varha-new", organisation_id=owner, draft=draft())
    found, now = services.kept_service(eve, "varha-new")
    assert (found.hours["mon"], now.promise_days, found.version) == ("8–16", "3", 1)
    for actor, key, code in (
        (eve, "varha-new", "in_use"),
        (cast.actor("liisa"), "varha-two", "unknown_value"),
    ):
        with pytest.raises(Invalid) as caught:
            services.create_service(actor=actor, key=key, organisation_id=owner, draft=draft())
        assert [error.code for error in caught.value.errors] == [code]


def test_a_change_has_a_version_and_a_line_on_record(app: Flask, cast: Cast) -> None:
    change(cast, "liisa", promise_days="2", names=NAMES)
    row = reading().scalar(select(Service).where(Service.key == GUIDANCE))
    assert row is not None
    assert (row.promise_days, row.names, row.version) == (2, NAMES, 2)
    line = reading().scalar(select(AuditEntry).where(AuditEntry.action == "change_service"))
    assert line is not None
    assert (line.service_id, line.ground) == (row.id, "lead")
    with pytest.raises(Conflict):
        services.change_service(
            actor=cast.actor("eve"), key=GUIDANCE, version=1, draft=draft(), proof=without_new_gaps
        )


@pytest.mark.parametrize(("who", "key"), [("cara", GUIDANCE), ("kim", GUIDANCE), ("saga", GUIDANCE)])
def test_nobody_else_changes_a_desk(app: Flask, cast: Cast, who: str, key: str) -> None:
    with pytest.raises(NotFound):
        change(cast, who, key, promise_days="2")
    with pytest.raises(NotFound):
        services.kept_service(cast.actor("eve"), "turku-school")


def test_a_change_that_ends_in_nothing_is_refused(app: Flask, cast: Cast) -> None:
    with pytest.raises(LeavesGaps) as refused:
        change(cast, "eve", duty_number="", night_duty="none")
    assert refused.value.combinations > 0
    db.session.remove()
    assert services.kept_service(cast.actor("eve"), GUIDANCE)[0].duty_number
