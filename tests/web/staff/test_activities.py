"""Open help as its keepers keep it: added, changed, confirmed, ended; by them alone, on record, seen by families."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import update

from helpbutton import clock
from helpbutton.activities import editing
from helpbutton.activities import operations as activities
from helpbutton.activities.draft import Draft, Times
from helpbutton.activities.models import Activity
from helpbutton.activities.queries import open_help
from helpbutton.db import transaction
from helpbutton.errors import Invalid, NotFound
from tests.cast import Cast, hidden_fields
from tests.web.staff.pages import audit_lines, read, stored, visible_text

NEW = "/staff/new-open-help?lang=en"


def typed(**changes: object) -> dict[str, object]:
    """What an editor types into the form."""
    texts = {
        f"{name}_{language}": f"{name} {language}"
        for name in ("names", "owner_names", "what", "for_whom", "cost", "place", "address")
        for language in ("fi", "sv", "en")
    }
    facts = {
        "kind": "family_park",
        "owner_kind": "municipality",
        "municipality": "853",
        "source": "the park itself",
        "languages": ["fi", "sv"],
        "every_0": "week",
        "days_0": ["TU", "TH"],
        "begins_0": "09:00",
        "ends_0": "12:00",
        "every_1": "week",
        "begins_1": "",
        "drop_in": "1",
    }
    return {**texts, **facts, **changes}


def keys() -> set[str]:
    stored()
    return {item.key for item in open_help("853", language="fi")}


def added(cast: Cast) -> str:
    """The key of open help that Saga has just added."""
    saga = cast.sign_in("saga")
    page = read(saga, NEW)
    owner = min(cast.actor("saga").organisations)
    form = hidden_fields(page) | typed(organisation=str(owner))
    answer, again = (saga.post(NEW, data=form) for _ in range(2))
    assert answer.status_code == 303, visible_text(answer.get_data(as_text=True))
    assert again.location == answer.location, "sent twice, added once"
    return str(answer.location.split("?")[0].rsplit("/", 1)[1])


@pytest.mark.parametrize("who", ["cara", "liisa", "kim", "aada"])
def test_nobody_else_keeps_open_help(app: Flask, cast: Cast, who: str) -> None:
    browser = cast.sign_in(who)
    assert {browser.get(url).status_code for url in ("/staff/open-help", NEW)} == {403}
    assert browser.get("/staff/open-help/turku-kurki").status_code == 404
    with pytest.raises(NotFound):
        editing.end(actor=cast.actor(who), key="turku-kurki")


def test_what_an_editor_adds_is_seen_by_families_until_it_is_ended(app: Flask, cast: Cast) -> None:
    key = added(cast)
    assert key in keys()
    saga = cast.sign_in("saga")
    address = f"/staff/open-help/{key}"
    fields = hidden_fields(read(saga, address))
    changed = typed(names_fi="<b>Uusi</b> nimi", every_0="two_weeks")
    assert saga.post(address, data=fields | changed).status_code == 303
    stale = saga.post(f"{address}?lang=en", data=fields | typed(names_fi="Toinen nimi"))
    assert stale.status_code == 409
    assert "Toinen nimi" in stale.get_data(as_text=True), "nothing typed is lost"
    page = read(saga, "/staff/open-help?lang=fi")
    assert "&lt;b&gt;Uusi&lt;/b&gt; nimi" in page
    row = stored().query(Activity).filter_by(key=key).one()
    assert row.schedule["times"][0]["rule"] == "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH"

    assert saga.post(f"{address}/end", data=fields).status_code == 303
    assert key not in keys()
    assert saga.post(f"{address}/end", data=fields).status_code == 303
    done = [audit_lines(cast, "saga", f"{what}_activity") for what in ("create", "change", "end")]
    assert done == [1, 1, 1]


def test_what_is_wrong_is_named_and_nothing_is_lost(app: Flask, cast: Cast) -> None:
    saga = cast.sign_in("saga")
    wrong = typed(
        names_sv="", url="http://x", phone="12", days_0=[], pauses="kesä", municipality="999", source=""
    )
    answer = saga.post(NEW, data=hidden_fields(read(saga, NEW)) | wrong)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    for name in ("names_sv", "url", "phone", "times", "pauses", "municipality", "source"):
        assert f'href="#{name}"' in page, name
    assert "names fi" in page


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"times": ()}, "required"),
        ({"times": (Times(days=("MO",), begins="12:00", ends="09:00"),)}, "format"),
        ({"times": (Times(every="other", rule="FREQ=SECONDLY", begins="09:00", ends="10:00"),)}, "format"),
        ({"pauses": "2026-08-15 – 2026-06-01"}, "format"),
        ({"valid_from": "2026-06-02", "valid_to": "2026-06-01"}, "before_start"),
        ({"valid_from": "2026-06-02", "valid_to": "2026-06-02"}, "never"),
        ({"kind": "casino"}, "unknown_value"),
        ({"languages": ()}, "required"),
        ({"municipality": "", "phone": ""}, "required"),
    ],
)
def test_a_draft_that_cannot_be_is_refused(
    app: Flask, cast: Cast, changes: dict[str, object], code: str
) -> None:
    names = ("names", "owner_names", "what", "for_whom", "cost", "place", "address")
    texts = {name: dict.fromkeys(("fi", "sv", "en"), "x") for name in names}
    weekly = (Times(days=("MO",), begins="09:00", ends="12:00"),)
    good: dict[str, object] = {
        **{
            "texts": texts,
            "kind": "chat",
            "owner_kind": "ngo",
            "source": "x",
            "times": weekly,
            "municipality": "853",
        }
    }
    eve = cast.actor("eve")
    with pytest.raises(Invalid) as refused:
        editing.add(
            actor=eve, organisation_id=min(eve.organisations), draft=Draft(**good | changes), token="t"
        )  # type: ignore[arg-type]
    assert code in {error.code for error in refused.value.errors}
    assert editing.add(actor=eve, organisation_id=min(eve.organisations), draft=Draft(**good), token="t")  # type: ignore[arg-type]


def test_somebody_elses_is_not_there(app: Flask, cast: Cast) -> None:
    key = added(cast)
    foreign = min(cast.actor("saga").organisations) + 1
    with transaction() as session:
        session.execute(update(Activity).where(Activity.key == key).values(organisation_id=foreign))
    saga = cast.sign_in("saga")
    fields = hidden_fields(read(saga, "/staff/open-help"))
    assert saga.get(f"/staff/open-help/{key}").status_code == 404
    for move in ("", "/confirm", "/end"):
        assert saga.post(f"/staff/open-help/{key}{move}", data=fields | typed()).status_code == 404


def test_an_administrator_keeps_what_came_from_a_file_and_loading_it_again_leaves_that(
    app: Flask, cast: Cast
) -> None:
    eve = cast.sign_in("eve")
    assert "turku-kurki" not in keys(), "nobody has confirmed it for six months"
    page = read(eve, "/staff/open-help?municipality=853&lang=en")
    assert page.index("turku-kurki") < page.index("turku-satakieli"), "what is hidden comes first"
    fields = hidden_fields(page)
    assert eve.post("/staff/open-help/turku-kurki/confirm", data=fields).status_code == 303
    assert "turku-kurki" in keys()
    assert eve.post("/staff/open-help/turku-satakieli/end", data=fields).status_code == 303
    activities.load_demo()
    assert "turku-satakieli" not in keys()
    assert cast.sign_in("saga").get("/staff/open-help/turku-kurki").status_code == 404


def test_a_stored_activity_survives_its_form(app: Flask, cast: Cast) -> None:
    """Opening and saving every activity of the demo changes nothing but its confirmation."""
    eve, tomorrow = cast.actor("eve"), clock.now() + dt.timedelta(days=1)
    with clock.moved(tomorrow):
        for kept in editing.kept(eve, municipality="853")[:10]:
            before = stored().query(Activity).filter_by(key=kept.key).one()
            draft, version = editing.draft_to_change(eve, kept.key)
            editing.change(actor=eve, key=kept.key, version=version, draft=draft)
            after = stored().query(Activity).filter_by(key=kept.key).one()
            for name in (
                "names",
                "place",
                "phone",
                "valid_from",
                "valid_to",
                "languages",
                "municipality_code",
            ):
                assert getattr(after, name) == getattr(before, name), (kept.key, name)
            assert after.schedule["times"] == before.schedule["times"]
            days = [day for pair in before.schedule["pauses"] for day in pair]
            assert {*days} <= {day for pair in after.schedule["pauses"] for day in pair}
