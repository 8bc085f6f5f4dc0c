"""An organisation leaves: everything is exported in the clear and on record, then nothing can be read any more."""

import datetime as dt
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, event, func, select, update

from helpbutton import clock
from helpbutton.activities.models import Activity
from helpbutton.activities.queries import open_help
from helpbutton.audit.models import AuditEntry
from helpbutton.cases.models import Case, CaseKey, Contact
from helpbutton.cases.promise import WEEKDAYS
from helpbutton.conversation.drafts import save_draft
from helpbutton.db import db, reading, transaction
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Organisation, Route, Service
from helpbutton.directory.service_rules import Draft
from helpbutton.directory.services import create_service
from helpbutton.errors import Conflict, Invalid, NotFound
from helpbutton.feedback.operations import give_feedback
from helpbutton.privacy.leaving import erase_all, export_all, leaving
from helpbutton.staff.duty_notes import write_note
from helpbutton.staff.models import Account, Membership, Shift
from helpbutton.staff.organisations import create_organisation
from helpbutton.vault import sealing
from tests.cast import MORNINGS, PHONE, Cast
from tests.web.staff.pages import read, send_case, send_form

OWN, DESK, TOPIC = "leaving-association", "leaving-association-desk", "grief_crisis"
NAMES = {"fi": "Yhdistys", "sv": "Förening", "en": "Association"}
ALWAYS = dict.fromkeys(WEEKDAYS, "0-24")
EXPORTED_AS = {
    "contact": "case",
    "membership": "member",
    "own_text": "directory",
    "feedback": "feedback",
    "shift": "shift",
    "duty_note": "duty_note",
}
"""The line of the export that holds what erasing deletes from a table."""
MEANT_FOR_HERE_ALONE = {"case_key", "duty_feed", "notification_choice", "directory_version"}
"""Keys, secret addresses, what somebody chose to be told, and what the directory was before its present state."""


def organisation_id(key: str = OWN) -> int:
    found = reading().scalar(select(Organisation.id).where(Organisation.key == key))
    assert found is not None
    return found


def exported_at() -> dt.datetime | None:
    db.session.remove()
    return reading().get_one(Organisation, organisation_id()).exported_at


def exported(cast: Cast) -> list[dict[str, Any]]:
    lines = export_all(actor=cast.actor("eve"), organisation_id=organisation_id())
    return [json.loads(line) for line in lines]


@pytest.fixture
def _association(cast: Cast) -> None:
    """Eve's new organisation with a desk where Cara works, to which one topic goes in Turku."""
    create_organisation(actor=cast.actor("eve"), key=OWN, kind="ngo", names=NAMES)
    draft = Draft(
        names=NAMES, kind="family_work", languages=("fi", "sv"), hours=ALWAYS, duty_number="+358401230000"
    )
    create_service(actor=cast.actor("eve"), key=DESK, organisation_id=organisation_id(), draft=draft)
    account_id = cast.actor("cara").account_id
    with transaction() as session:
        desk = session.scalar(select(Service.id).where(Service.key == DESK))
        assert desk is not None
        session.add(Membership(account_id=account_id, role="worker", service_id=desk))
        session.add(Route(service_id=desk, topic=TOPIC, municipality_code="853"))


def prepare_to_leave() -> None:
    """Everything closed, no route to its desk: others take over."""
    with transaction() as session:
        session.execute(
            update(Case).values(
                state="closed", closed_at=Case.received_at, outcome="advice_given", version=Case.version + 1
            )
        )
        desks = select(Service.id).where(Service.organisation_id == organisation_id())
        session.execute(delete(Route).where(Route.service_id.in_(desks)))


@pytest.mark.usefixtures("_association")
def test_the_export_holds_everything_in_the_clear_and_is_on_record(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = send_case(cast, drain, topic=TOPIC, contact={"name": "Aino Mäki"})
    cara = cast.sign_in("cara")
    send_form(cara, number, "answer", body="Soitan huomenna.")
    send_form(cara, number, "note", body="Kysy päiväkodista.")
    save_draft(actor=cast.actor("cara"), number=number, body="Kesken", token=str(uuid.uuid4()), version=0)
    send_case(cast, drain, topic=TOPIC, contact={"nudge_only": True})
    begun = export_all(actor=cast.actor("eve"), organisation_id=organisation_id())
    next(begun)
    assert exported_at() is None, "an export that was broken off does not count"
    lines = exported(cast)
    assert exported_at() is not None
    assert (lines[0]["organisation"], lines[-1]) == (OWN, {"end": {"cases": 2}})
    contact = [line["case"]["contact"][0] for line in lines if "case" in line][1]
    assert contact.keys().isdisjoint({"phone", "email"})
    assert {"name": "Eve Koski", "role": "administrator", "at": OWN} in [line.get("member") for line in lines]
    case = next(line["case"] for line in lines if "case" in line)
    assert (case["number"], case["text"]) == (number, MORNINGS)
    assert (case["contact"][0]["name"], case["contact"][0]["phone"]) == ("Aino Mäki", PHONE)
    assert case["message"][0]["body"] == "Soitan huomenna."
    assert case["note"][0]["body"] == "Kysy päiväkodista."
    assert case.keys().isdisjoint({"case_key", "draft"})
    actions = reading().scalars(
        select(AuditEntry.action).where(AuditEntry.subject == sealing.pseudonym("case", case["id"]))
    )
    assert "export" in set(actions)


@pytest.mark.usefixtures("_association")
def test_nobody_else_exports_or_erases(app: Flask, cast: Cast) -> None:
    for who in ("cara", "liisa", "kim", "aada", "saga"):
        with pytest.raises(NotFound):
            export_all(actor=cast.actor(who), organisation_id=organisation_id())
        with pytest.raises(NotFound):
            erase_all(actor=cast.actor(who), organisation_id=organisation_id(), typed_key=OWN)
    with pytest.raises(NotFound):
        leaving(actor=cast.actor("eve"), organisation_id=organisation_id("turku"))


@pytest.mark.usefixtures("_association")
def test_erasing_waits_for_what_stands_in_the_way(app: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    send_case(cast, drain, topic=TOPIC)
    eve, own = cast.actor("eve"), organisation_id()
    exported(cast)
    with pytest.raises(Conflict):
        erase_all(actor=eve, organisation_id=own, typed_key=OWN)
    found = leaving(actor=eve, organisation_id=own)
    assert (found.open_cases, found.routes > 0, found.may_erase) == (1, True, False)
    prepare_to_leave()
    with pytest.raises(Invalid):
        erase_all(actor=eve, organisation_id=own, typed_key="turku")
    with transaction() as session:
        session.execute(update(Organisation).values(exported_at=None, version=Organisation.version + 1))
    with pytest.raises(Conflict):
        erase_all(actor=eve, organisation_id=own, typed_key=OWN)
    assert reading().scalar(select(func.count()).select_from(CaseKey)) == 1


@pytest.mark.usefixtures("_association")
def test_after_erasing_nothing_can_be_read(app_on_both: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    answer = cast.send(topic=TOPIC).get_json()
    drain()
    exported(cast)
    prepare_to_leave()
    own = organisation_id()
    erase_all(actor=cast.actor("eve"), organisation_id=own, typed_key=OWN)
    db.session.remove()
    session = reading()
    for table in (CaseKey, Contact):
        assert session.scalar(select(func.count()).select_from(table)) == 0
    assert session.scalar(select(func.count()).select_from(Case)) == 1, "the tombstone stays"
    desks = session.scalars(select(Service).where(Service.organisation_id == own)).all()
    assert all(desk.valid_to is not None and desk.duty_number is None for desk in desks)
    left = session.scalars(select(Membership).where(Membership.organisation_id == own)).all()
    assert left == []
    assert session.scalars(
        select(Account.active).where(Account.name.in_(("Eve Koski", "Cara Lind")))
    ).all() == [
        True,
        True,
    ], "they have other roles"
    page = app_on_both.test_client().post("/receipt", data={"code": answer["receipt_code"]})
    assert page.status_code < 500
    assert MORNINGS not in page.get_data(as_text=True)


@pytest.mark.usefixtures("_association")
def test_what_came_after_the_export_began_asks_for_another(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = send_case(cast, drain, topic=TOPIC)
    prepare_to_leave()
    eve, own = cast.actor("eve"), organisation_id()
    version = reading().get_one(Organisation, own).version
    begun = export_all(actor=eve, organisation_id=own)
    next(begun)
    send_form(cast.sign_in("cara"), number, "note", body="Kirjattu viennin aikana.")
    assert list(begun)
    with pytest.raises(Conflict):
        erase_all(actor=eve, organisation_id=own, typed_key=OWN)
    assert reading().scalar(select(func.count()).select_from(CaseKey)) == 1
    page = f"/staff/organisations/{OWN}?lang=en"
    assert "something has happened since" in read(cast.sign_in("eve"), page)
    exported(cast)
    assert "something has happened since" not in read(cast.sign_in("eve"), page)
    db.session.remove()
    assert reading().get_one(Organisation, own).version == version, "pages that are open can still be saved"
    site = replace(directory.site("demo"), organisation_id=own)
    assert leaving(actor=eve, organisation_id=own).may_erase
    give_feedback(text="Painike puuttuu.", contact="", nonce="late", site=site, language="fi")
    assert leaving(actor=eve, organisation_id=own).outdated


@pytest.mark.usefixtures("_association")
def test_whatever_erasing_deletes_was_exported(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    send_case(cast, drain, topic=TOPIC)
    prepare_to_leave()
    own, cara = organisation_id(), cast.actor("cara")
    site = replace(directory.site("demo"), organisation_id=own)
    give_feedback(text="Lukuohjelma vaikenee.", contact="", nonce="one", site=site, language="fi")
    with transaction() as session:
        desk = session.scalars(select(Service.id).where(Service.key == DESK)).one()
        now = clock.now()
        session.add(
            Shift(
                service_id=desk,
                account_id=cara.account_id,
                starts_at=now,
                ends_at=now + dt.timedelta(hours=8),
            )
        )
    write_note(actor=cara, service_id=desk, words="Soita neuvolaan.", token=str(uuid.uuid4()))
    db.session.remove()
    lines = exported(cast)
    told: dict[str, list[Any]] = {}
    for line in lines:
        for kind, row in line.items():
            told.setdefault(kind, []).append(row)
    assert [row["text"] for row in told["feedback"]] == ["Lukuohjelma vaikenee."]
    assert [(row["name"], row["desk"]) for row in told["shift"]] == [("Cara Lind", DESK)]
    assert [(row["name"], row["body"]) for row in told["duty_note"]] == [("Cara Lind", "Soita neuvolaan.")]
    subject = told["case"][0]["audit_subject"]
    looks = [(row["actor"], row["action"]) for row in told["audit"] if row["subject"] == subject]
    assert ("Eve Koski", "export") in looks

    deleted: set[str] = set()

    def watch(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        deleted.update(re.findall(r"DELETE FROM (\w+)", statement))

    event.listen(db.engine, "before_cursor_execute", watch)
    try:
        erase_all(actor=cast.actor("eve"), organisation_id=own, typed_key=OWN)
    finally:
        event.remove(db.engine, "before_cursor_execute", watch)
    assert deleted - MEANT_FOR_HERE_ALONE == EXPORTED_AS.keys()
    assert set(EXPORTED_AS.values()) <= told.keys()


@pytest.mark.usefixtures("_association")
def test_its_open_help_ends(app: Flask, cast: Cast) -> None:
    def shown() -> set[str]:
        db.session.remove()
        return {item.key for item in open_help("853", language="fi")}

    key = min(shown())
    with transaction() as session:
        session.execute(update(Activity).where(Activity.key == key).values(organisation_id=organisation_id()))
    prepare_to_leave()
    exported(cast)
    assert key in shown()
    erase_all(actor=cast.actor("eve"), organisation_id=organisation_id(), typed_key=OWN)
    assert key not in shown()
    assert shown(), "that of others stays"
