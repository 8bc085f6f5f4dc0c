"""What a file is refused for, with its place: what a form would refuse, what is of others, what would be lost."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select, update

from helpbutton import clock
from helpbutton.audit.models import AuditEntry
from helpbutton.db import db, reading
from helpbutton.directory.models import Organisation
from helpbutton.errors import Invalid
from helpbutton.exchange.file import text_of, written
from helpbutton.exchange.loading import BadDirectory, load_file, try_file
from helpbutton.exchange.stored import stored
from tests.rooms.exchange.example import (
    DESK,
    OTHER,
    OTHER_DESK,
    OWN,
    WHOLE,
    changed,
    desk,
    ladder,
    names,
    reply,
)

pytestmark = pytest.mark.usefixtures("example")
Change = Callable[[dict[str, Any]], object]

AS_ON_FORMS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("services", {"promise_days": 5000}, f"Desk {DESK}: promise_days: number (least 0, most 30)."),
    ("services", {"closures": ["2026-12-24"] * 201}, f"Desk {DESK}: closures: too_many (limit 200)."),
    ("services", {"night_duty": DESK}, f"Desk {DESK}: night_duty: unknown_value."),
    ("services", {"names": names("x") | {"fi": "a\nb"}}, f"Desk {DESK}: names: characters."),
    (
        "organisations",
        {"names": names("x") | {"sv": "x" * 81}},
        f"Organisation {OWN}: name_sv: too_long (limit 80).",
    ),
    ("areas", {"names": names("x") | {"xx": "x"}}, "Area south: names: characters."),
    (
        "sites",
        {"origins": ["https://a.fi; script-src *"]},
        "Site koti-page: origins: origin (origin https://a.fi; script-src *).",
    ),
    (
        "sites",
        {"origins": ["https://a.fi\r\nb: c"]},
        "Site koti-page: origins: origin (origin https://a.fi\r\nb: c).",
    ),
    ("sites", {"origins": ["https://A.fi/"]}, "Site koti-page: origins: characters."),
    ("sites", {"promise_texts": {"fi": "x" * 241}}, "Site koti-page: promise_fi: too_long (limit 240)."),
    ("sites", {"sms_per_day": -1}, "Site koti-page: -1 text messages a day."),
    ("activities", {"valid_from": "0202-01-07"}, "Activity talo: valid_from: format."),
)


def own() -> int:
    return reading().scalars(select(Organisation.id).where(Organisation.key == OWN)).one()


def problems(text: str, organisation_id: int | None = None) -> tuple[str, ...]:
    with pytest.raises(BadDirectory) as caught:
        try_file(text=text, organisation_id=organisation_id)
    return caught.value.problems


def test_what_a_form_would_refuse_no_file_brings_in() -> None:
    for part, change, problem in AS_ON_FORMS:
        text = changed(WHOLE, lambda data, at=part, it=change: data[at][0].update(it))
        assert problems(text) == (problem,)


def test_an_organisation_and_its_desk_may_have_the_same_key() -> None:
    rows = [{"organisation": "same", "subject": "urgent", "ladder": ladder()}]
    text = changed(
        WHOLE,
        lambda data: data["organisations"].append({"key": "same", "kind": "ngo", "names": names("Same")}),
        lambda data: data["services"].append(desk("same", "same")),
        lambda data: data["ladders"].extend([*rows, rows[0] | {"service": "same"}]),
    )
    assert load_file(text=text).added["ladders"] == ("same/urgent", "same/same/urgent")
    assert try_file(text=written(stored())).empty


def test_the_place_of_what_is_of_others_is_named() -> None:
    data = json.loads(written(stored(own())))
    data["saved_replies"].append(reply("X", OTHER_DESK))
    data["activities"].append(WHOLE["activities"][1] | {"organisation": OWN})
    data["languages"] = WHOLE["languages"]
    assert problems(json.dumps(data), own()) == ("saved_replies 3", "activities 2", "languages 1")
    data = {"format": WHOLE["format"], "services": [desk(OTHER_DESK, OWN)]}
    assert problems(json.dumps(data), own()) == (f"Desk {OTHER_DESK}: the key is another organisation's.",)


def test_what_has_left_cannot_be_taken_over() -> None:
    db.session.execute(update(Organisation).where(Organisation.key == OTHER).values(erased_at=clock.now()))
    db.session.commit()
    taken = {"format": WHOLE["format"], "services": [desk(OTHER_DESK, OWN)]}
    for number in (own(), None):
        assert problems(json.dumps(taken), number) == (
            f"Desk {OTHER_DESK}: the key is another organisation's.",
        )
    assert problems(json.dumps(WHOLE)) == (f"Organisation {OTHER}: it has left.",)


def test_what_was_wrong_before_does_not_stand_in_the_way() -> None:
    """A neighbour's desk stood in at night and its organisation has left."""
    load_file(text=changed(WHOLE, lambda data: data["services"][0].update(night_duty=OTHER_DESK)))
    db.session.execute(update(Organisation).where(Organisation.key == OTHER).values(erased_at=clock.now()))
    db.session.commit()
    text = changed(json.loads(written(stored(own()))), lambda data: data["saved_replies"].pop())
    assert try_file(text=text, organisation_id=own()).removed["saved_replies"]


def test_another_encoding_is_refused_before_letters_are_lost() -> None:
    text = json.dumps(WHOLE | {"saved_replies": [reply("Äiti")]}, ensure_ascii=False)
    for encoding in ("utf-8", "utf-8-sig"):
        assert try_file(text=text_of(text.encode(encoding))).added["saved_replies"] == (f"{DESK}/fi/Äiti",)
    for encoding in ("cp1252", "utf-16"):
        with pytest.raises(Invalid) as caught:
            text_of(text.encode(encoding))
        assert caught.value.errors[0].params["where"] == "UTF-8"


def test_what_concerns_everybody_is_on_everybodys_record() -> None:
    before = reading().scalar(select(func.count()).select_from(AuditEntry)) or 0
    load_file(text=changed(WHOLE, lambda data: data["languages"][0].update(offered=False)))
    lines = reading().scalars(select(AuditEntry).order_by(AuditEntry.id).offset(before)).all()
    everybody = reading().scalars(select(Organisation.id)).all()
    assert [it.organisation_id for it in lines] == sorted(everybody)
