"""One file of everything that administrators keep: what it names becomes so, what it leaves out stays."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from helpbutton import clock
from helpbutton.activities.models import Activity
from helpbutton.audit.models import AuditEntry
from helpbutton.conversation import saved_replies
from helpbutton.conversation.models import SavedReply
from helpbutton.db import db, reading
from helpbutton.directory.models import DirectoryVersion, HelpLineCheck, Organisation
from helpbutton.directory.queries import installation
from helpbutton.errors import Conflict, Invalid, NotFound
from helpbutton.escalation.models import OwnLadder
from helpbutton.exchange.file import FIRST_FORMAT, FORMAT, revision_of, written
from helpbutton.exchange.loading import BadDirectory, earlier_file, earlier_states, load_file, try_file
from helpbutton.exchange.rows import DIRECTORY, FURTHER, PARTS
from helpbutton.exchange.stored import stored
from helpbutton.notifications.models import OwnText
from helpbutton.routing.operations import LeavesGaps
from helpbutton.staff.actor import Actor
from helpbutton.staff.models import Account
from helpbutton.staff.operations import add_account
from helpbutton.staff.queries import actor_of
from tests.rooms.exchange.example import DESK, OTHER, OTHER_DESK, OWN, WHOLE, activity, changed, desk, reply

pytestmark = pytest.mark.usefixtures("example")
Change = Callable[[dict[str, Any]], object]
NAMED = ("format", "organisations", "services")


def own() -> int:
    return reading().scalars(select(Organisation.id).where(Organisation.key == OWN)).one()


def eve() -> Actor:
    account_id = add_account(
        email="eve@example.fi", name="Eve", password=None, role="administrator", scopes=[OWN]
    )
    return actor_of(reading().get_one(Account, account_id))


def count(table: type[Any]) -> int:
    return reading().scalar(select(func.count()).select_from(table)) or 0


def named(**parts: list[Any]) -> str:
    """A file that names the organisation and its desk and has these further parts."""
    data = {name: WHOLE[name] for name in NAMED} | {"organisations": WHOLE["organisations"][:1]}
    return json.dumps(data | {"services": WHOLE["services"][:1]} | parts)


def test_every_part_is_stored_and_the_same_file_changes_nothing() -> None:
    for text in (json.dumps(WHOLE), written(stored())):
        assert try_file(text=text).empty
        assert load_file(text=text).empty
    assert installation().counties == ("05",)
    for part in PARTS:
        assert len(getattr(stored(), part)) == len(WHOLE[part])
    assert reading().scalars(select(SavedReply.changed_by).distinct()).all() == [None]
    assert reading().scalars(select(HelpLineCheck.account_id)).all() == [None]
    assert [entry.actor for entry in reading().scalars(select(AuditEntry))] == ["system", "system"]


def test_a_file_without_a_part_leaves_that_part_alone() -> None:
    first = {name: WHOLE[name] for name in DIRECTORY} | {"format": FIRST_FORMAT}
    for text in (
        json.dumps(first),
        named(),
        json.dumps({"format": FORMAT}),
        json.dumps({"format": FORMAT, **{part: [] for part in FURTHER}}),
    ):
        assert load_file(text=text).empty
    del first["routes"]
    assert load_file(text=json.dumps(first)).empty


def test_parts_of_who_is_named_become_those_of_the_file_and_can_be_brought_back() -> None:
    before = written(stored())
    text = named(
        saved_replies=[reply("Aika") | {"body": " Toinen teksti\r\n"}, reply("Uusi  otsikko")],
        sms_texts=[],
        ladders=[WHOLE["ladders"][0]],
        activities=[activity("leikki", OWN)],
    )
    found = try_file(text=text)
    assert {part: keys for part, keys in found.added.items() if keys} == {
        "saved_replies": (f"{DESK}/fi/Uusi otsikko",),
        "activities": ("leikki",),
    }
    assert {part: keys for part, keys in found.changed.items() if keys} == {
        "saved_replies": (f"{DESK}/fi/Aika",)
    }
    assert {part: keys for part, keys in found.removed.items() if keys} == {
        "saved_replies": (f"{DESK}/fi/Kiitos",),
        "sms_texts": (f"{OWN}/nudge/neutral/fi",),
        "ladders": (f"{OWN}/{DESK}/first_contact",),
        "activities": ("talo",),
    }
    assert load_file(text=text) == found
    replies = stored().saved_replies
    assert [(row.service, row.title) for row in replies] == [
        (DESK, "Aika"),
        (DESK, "Uusi otsikko"),
        (OTHER_DESK, "Aika"),
    ]
    assert replies[0].body == "Toinen teksti"
    assert (count(OwnText), count(OwnLadder)) == (0, 1)
    ended = reading().scalars(select(Activity).where(Activity.key == "talo")).one()
    assert (ended.valid_to, ended.version) == (clock.today() - dt.timedelta(days=1), 2)
    assert earlier_file(earlier_states()[0].id) == before
    with pytest.raises(Conflict):
        load_file(text=before)
    load_file(text=before, anyway=True)
    assert written(stored()) == before


def test_the_revision_is_of_all_parts_together() -> None:
    actor, whole = eve(), stored(own())
    text = changed(json.loads(written(whole)), lambda data: data["services"][0].update(promise_days=2))
    saved_replies.add_reply(
        actor=actor,
        service_id=next(iter(saved_replies.kept_by(actor)))[0],
        wording=saved_replies.Wording(None, "fi", "Uusi", "Hei"),
    )
    with pytest.raises(Conflict):
        load_file(text=text, actor=actor, organisation_id=own())
    first = {name: json.loads(text)[name] for name in DIRECTORY}
    first |= {"format": FIRST_FORMAT, "revision": revision_of(whole, FIRST_FORMAT)}
    assert load_file(text=json.dumps(first), actor=actor, organisation_id=own()).changed["services"]
    assert "Uusi" in {row.title for row in stored().saved_replies}


def test_an_administrator_loads_the_own_parts_and_nothing_else() -> None:
    actor, number = eve(), own()
    data = json.loads(written(stored(number)))
    assert {part for part, rows in data.items() if rows and part in FURTHER} == {
        "saved_replies",
        "sms_texts",
        "ladders",
        "activities",
    }
    foreign: tuple[Change, ...] = (
        lambda it: it["saved_replies"].append(reply("X", OTHER_DESK)),
        lambda it: it["sms_texts"][0].update(organisation=OTHER),
        lambda it: it["ladders"][0].update(organisation=OTHER),
        lambda it: it["ladders"][0].update(service=OTHER_DESK),
        lambda it: it["activities"].append(activity("uusi", None)),
        lambda it: it["activities"].append(activity("puisto", OWN)),
        lambda it: it["languages"].append(WHOLE["languages"][0]),
        lambda it: it["help_line_checks"].append(WHOLE["help_line_checks"][0]),
        lambda it: it["served_counties"].append({"code": "06"}),
    )
    for change in foreign:
        with pytest.raises(Invalid) as caught:
            load_file(text=changed(data, change), actor=actor, organisation_id=number, anyway=True)
        assert caught.value.errors[0].code == "not_own_directory"
    with pytest.raises(NotFound):
        load_file(text=json.dumps(data), actor=actor)
    text = changed(data, lambda it: it["saved_replies"].pop())
    assert load_file(text=text, actor=actor, organisation_id=number).removed["saved_replies"]
    lines = reading().scalars(select(AuditEntry).where(AuditEntry.actor == actor.pseudonym)).all()
    assert [(it.organisation_id, it.action, it.ground) for it in lines] == [
        (number, "load_directory", "administrator")
    ]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[" * 100_000, "JSON"),
        (f'{{"format": "{FORMAT}", "ladders": [{"[" * 700}{"]" * 700}]}}', "ladders 1"),
        (f'{{"format": "{FORMAT}", "ladders": [{{"ladder": {"[" * 700}{"]" * 700}}}]}}', "JSON"),
        ('{"format": ["a"]}', "format"),
        (f'{{"format": "{FORMAT}", "revision": 7}}', "revision"),
        (f'{{"format": "{FORMAT}", "sites": [], "sites": []}}', "sites (2)"),
        (f'{{"format": "{FIRST_FORMAT}", "ladders": []}}', "ladders"),
        (changed(WHOLE, lambda data: data["saved_replies"][1].update(author="x")), "saved_replies 2: author"),
        (changed(WHOLE, lambda data: data["saved_replies"][0].update(title=7)), "saved_replies 1: title"),
        (changed(WHOLE, lambda data: data["saved_replies"][0].update(title="\ud800")), "saved_replies 1"),
        (
            changed(WHOLE, lambda data: data["saved_replies"].append(reply(" Aika"))),
            f"saved_replies 4: {DESK}/fi/Aika (2)",
        ),
        (changed(WHOLE, lambda data: data["services"].append(desk(DESK, OWN))), f"services 3: {DESK} (2)"),
        (
            changed(WHOLE, lambda data: data["services"][0].update(promise_days=10**20)),
            "services 1: promise_days",
        ),
        (changed(WHOLE, lambda data: data["activities"][0].update(schedule=[])), "activities 1: schedule"),
        (
            changed(WHOLE, lambda data: data["activities"][0].update(last_confirmed="x")),
            "activities 1: last_confirmed",
        ),
        (changed(WHOLE, lambda data: data["languages"][0].update(offered=1)), "languages 1: offered"),
        (changed(WHOLE, lambda data: data["served_counties"][0].pop("code")), "served_counties 1"),
    ],
)
def test_what_has_the_wrong_shape_is_named_with_its_place(text: str, where: str) -> None:
    with pytest.raises(Invalid) as caught:
        try_file(text=text)
    assert caught.value.errors[0].params["where"] == where


WRONG: tuple[tuple[Change, str], ...] = (
    (lambda it: it["saved_replies"][0].update(service="x"), "Saved reply x/fi/Aika: unknown desk 'x'."),
    (
        lambda it: it["saved_replies"][0].update(topic="x"),
        f"Saved reply {DESK}/fi/Aika: topic: unknown_value.",
    ),
    (
        lambda it: it["saved_replies"][0].update(language="xx"),
        f"Saved reply {DESK}/xx/Aika: language: unknown_value.",
    ),
    (
        lambda it: it["saved_replies"][0].update(title="x" * 81),
        f"Saved reply {DESK}/fi/{'x' * 81}: title: too_long (limit 80).",
    ),
    (lambda it: it["saved_replies"][0].update(body=" "), f"Saved reply {DESK}/fi/Aika: body: empty."),
    (
        lambda it: it["saved_replies"].extend(reply(f"n{n}") for n in range(499)),
        f"Desk {DESK}: 501 saved replies; at most 500.",
    ),
    (
        lambda it: it["sms_texts"][0].update(organisation="x"),
        "Text x/nudge/neutral/fi: unknown organisation 'x'.",
    ),
    (lambda it: it["sms_texts"][0].update(purpose="x"), f"Text {OWN}/x/neutral/fi: unknown purpose 'x'."),
    (
        lambda it: it["sms_texts"][0].update(text="Soita 112"),
        f"Text {OWN}/nudge/neutral/fi: text: sms_reference.",
    ),
    (lambda it: it["ladders"][0].update(subject="x"), f"Ladder {OWN}/x: unknown subject 'x'."),
    (
        lambda it: it["ladders"][1].update(service=OTHER_DESK),
        f"Ladder {OWN}/{OTHER_DESK}/first_contact: '{OTHER_DESK}' is no desk of {OWN}.",
    ),
    (lambda it: it["ladders"][0]["ladder"].update(nag_min=1), f"Ladder {OWN}/urgent: nag_min: format."),
    (lambda it: it["ladders"][0]["ladder"].update(extra=1), f"Ladder {OWN}/urgent: ladder: format."),
    (lambda it: it["activities"][0].update(kind="x"), "Activity talo: unknown kind 'x'."),
    (lambda it: it["activities"][0].update(organisation="x"), "Activity talo: unknown organisation 'x'."),
    (
        lambda it: it["activities"][0].update(last_confirmed="2099-01-01"),
        "Activity talo: confirmed on 2099-01-01, which is still to come.",
    ),
    (lambda it: it["activities"][0]["schedule"]["times"][0].update(rule=5), "Activity talo: bad times."),
    (lambda it: it["activities"][0]["schedule"].update(pauses=[["2026-12-21"]]), "Activity talo: bad times."),
    (
        lambda it: it["activities"][0]["schedule"]["times"][0].update(rule="FREQ=DAILY;INTERVAL=0"),
        "Activity talo: bad times: 'FREQ=DAILY;INTERVAL=0' has an interval that never ends.",
    ),
    (lambda it: it["activities"][0].update(phone="123"), "Activity talo: phone: phone."),
    (lambda it: it["activities"][0]["what"].update(fi="a\nb"), "Activity talo: what: characters."),
    (
        lambda it: it["activities"][0]["what"].update(xx="a"),
        "Activity talo: language: unknown_value (value xx).",
    ),
    (lambda it: it["help_line_checks"][0].update(help_line="x"), "Help line x: there is no such help line."),
    (
        lambda it: it["help_line_checks"][0].update(number="1"),
        "Help line nollalinja: its number is '080 005 005', not '1'.",
    ),
    (
        lambda it: it["help_line_checks"][0].update(checked_on="2099-01-01"),
        "Help line nollalinja: checked on 2099-01-01, which is still to come.",
    ),
    (
        lambda it: it["languages"][0].update(language="fi"),
        "Language fi: nothing can be decided about this language.",
    ),
    (lambda it: it["served_counties"][0].update(code="99"), "County 99: unknown county '99'."),
)


def test_what_would_be_wrong_is_named_and_nothing_is_written() -> None:
    before = written(stored())
    for change, problem in WRONG:
        with pytest.raises(BadDirectory) as caught:
            load_file(text=changed(WHOLE, change), anyway=True)
        assert caught.value.problems == (problem,)
        db.session.remove()
    assert written(stored()) == before
    assert count(DirectoryVersion) == 1


def test_a_wider_area_needs_desks_for_it() -> None:
    wider = changed(WHOLE, lambda data: data["served_counties"].append({"code": "06"}))
    with pytest.raises(LeavesGaps):
        load_file(text=wider)
    db.session.remove()
    assert installation().counties == ("05",)
    moved = changed(
        WHOLE,
        lambda data: data["served_counties"].__setitem__(0, {"code": "06"}),
        lambda data: data["routes"].append({"service": DESK, "county_code": "06"}),
    )
    found = load_file(text=moved)
    assert (found.added["served_counties"], found.removed["served_counties"]) == (("06",), ("05",))
    assert installation().counties == ("06",)
