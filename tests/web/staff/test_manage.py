"""The page that leads to what people keep, desks, and routes that are tried before they are saved."""

import io
import json
import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from helpbutton.cases.models import Case
from helpbutton.db import db, reading, transaction
from helpbutton.directory import services
from helpbutton.directory.models import Route, Service
from helpbutton.routing import queries
from tests.cast import Cast, hidden_fields
from tests.web.staff.pages import read, visible_text

GUIDANCE = "varha-family-guidance"


def form_of(browser: FlaskClient, url: str) -> dict[str, Any]:
    """Every field of the form of a desk as its page shows it."""
    page = read(browser, url)
    fields: dict[str, Any] = {}
    form = page[page.index('class="site-form"') :]
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and not (re.search(r'type="checkbox"', tag) and " checked" not in tag):
            fields.setdefault(name[1], []).append(value[1] if value else "")
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        fields[name] = chosen[1] if chosen else ""
    for name, typed in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        fields[name] = typed
    return fields


def save(browser: FlaskClient, key: str = GUIDANCE, **changes: Any) -> TestResponse:
    url = f"/staff/services/{key}?lang=en"
    return browser.post(url, data=form_of(browser, url) | changes)


@pytest.mark.parametrize(
    ("who", "there", "missing"),
    [
        ("eve", ("Desks", "Routes", "Members", "Languages", "Text messages"), ()),
        ("liisa", ("Desks", "Members"), ("Routes", "Languages")),
        ("saga", ("Buttons on pages",), ("Desks", "Members")),
    ],
)
def test_everybody_finds_what_they_keep(
    app: Flask, cast: Cast, who: str, there: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    browser = cast.sign_in(who)
    page = read(browser, "/staff/manage?lang=en")
    main = visible_text(page[page.index("<main") :])
    assert [name for name in there if name not in main] == []
    assert [name for name in missing if name in main] == []
    for address in re.findall(r'class="card" href="([^"]*)"', page):
        read(browser, address)


def test_who_keeps_nothing_has_no_such_page(app: Flask, cast: Cast) -> None:
    browser = cast.sign_in("cara")
    assert browser.get("/staff/manage").status_code == 403
    assert browser.get("/staff/services").status_code == 403
    assert browser.get("/staff/routes").status_code == 403
    assert "/staff/manage" not in read(browser, "/staff/")


def test_a_lead_changes_hours_and_promise(app: Flask, cast: Cast) -> None:
    browser = cast.sign_in("liisa")
    answer = save(browser, promise_days="2", closures="24.12.2026\n23.12.2026", night_duty="own")
    assert answer.status_code == 303
    assert "Saved." in read(browser, answer.location)
    desk = services.kept_service(cast.actor("liisa"), GUIDANCE)[1]
    assert (desk.promise_days, desk.closures) == ("2", ("2026-12-23", "2026-12-24"))
    assert browser.get("/staff/services/turku-school").status_code == 404


def test_what_is_wrong_with_a_desk_is_said_and_kept(app: Flask, cast: Cast) -> None:
    answer = save(cast.sign_in("eve"), hours_tue="<b>8-7", promise_days="x")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Write the hours like" in page
    assert 'value="&lt;b&gt;8-7"' in page
    assert "from 0 to 30" in page


def test_a_desk_that_is_needed_cannot_be_emptied(app: Flask, cast: Cast) -> None:
    answer = save(cast.sign_in("eve"), duty_number="", night_duty="none")
    assert answer.status_code == 409
    page = visible_text(answer.get_data(as_text=True))
    assert "Nothing was saved: some requests would reach no desk any more." in page
    assert f"The desk {GUIDANCE} has no duty number." in page


def change(browser: FlaskClient, where: str, **fields: Any) -> TestResponse:
    token = hidden_fields(read(browser, "/staff/routes"))["csrf_token"]
    return browser.post(f"/staff/routes{where}?lang=en", data={"csrf_token": token} | fields)


def test_a_change_of_routes_is_shown_before_it_is_saved(app: Flask, cast: Cast) -> None:
    for _ in range(5):
        assert cast.send(topic="grief_crisis").status_code == 201
    browser = cast.sign_in("eve")
    wanted = {"service": "varha-family-work", "topics": ["grief_crisis"], "place": "municipality:853"}
    shown = change(browser, "/trial", **wanted)
    page = visible_text(shown.get_data(as_text=True))
    assert shown.status_code == 200
    assert "Of 5–9 cases, these would have gone elsewhere:" in page
    assert "Every request still reaches a desk" in page
    assert queries.explain(municipality="853", topic="grief_crisis").desk.key != "varha-family-work"
    assert change(browser, "", **wanted).status_code == 303
    db.session.remove()
    assert queries.explain(municipality="853", topic="grief_crisis").desk.key == "varha-family-work"


def test_a_trial_shows_nothing_of_other_organisations_and_no_exact_number(app: Flask, cast: Cast) -> None:
    for _ in range(6):
        assert cast.send(topic="grief_crisis").status_code == 201
    with transaction() as session:
        school = session.scalars(select(Service).where(Service.key == "turku-school")).one()
        ours = session.scalars(select(Case.id).order_by(Case.id).limit(1)).one()
        session.execute(
            update(Case)
            .where(Case.id != ours)
            .values(organisation_id=school.organisation_id, service_id=school.id)
        )
    wanted = {"service": "varha-family-work", "topics": ["grief_crisis"], "place": "municipality:853"}
    page = visible_text(change(cast.sign_in("eve"), "/trial", **wanted).get_data(as_text=True))
    assert "Of fewer than 5 cases" in page
    assert page.count("fewer than 5") == 2


def test_routes_that_leave_gaps_cannot_be_saved(app: Flask, cast: Cast) -> None:
    front = reading().scalar(
        select(Route.id)
        .join(Service)
        .where(Service.key == GUIDANCE, Route.topic.is_(None), Route.language.is_(None))
    )
    browser = cast.sign_in("eve")
    shown = change(browser, "/trial", end=str(front)).get_data(as_text=True)
    assert "so it cannot be saved" in shown
    assert "Save the change" not in shown
    refused = change(browser, "", end=str(front))
    assert refused.status_code == 409
    assert "No route leads to a desk." in refused.get_data(as_text=True)


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({}, 422, "This is missing"),
        ({"service": "turku-school", "topics": "bullying", "place": ""}, 422, "not known"),
        ({"service": GUIDANCE, "topics": "gossip", "place": "moon:1", "role": "king"}, 422, "not known"),
        (
            {"service": GUIDANCE, "topics": "bullying", "valid_from": "2.1.2027", "valid_to": "1.1.2027"},
            422,
            "before",
        ),
        ({"end": "999999"}, 404, ""),
    ],
)
def test_what_is_no_route_is_refused(
    app: Flask, cast: Cast, fields: dict[str, str], status: int, says: str
) -> None:
    answer = change(cast.sign_in("eve"), "/trial", **fields)
    assert answer.status_code == status
    assert says in answer.get_data(as_text=True)


def ladder(browser: FlaskClient, subject: str, **fields: Any) -> TestResponse:
    page = read(browser, "/staff/ladders")
    of = re.search(r'<option value="(\d+)"', page)
    assert of
    form = hidden_fields(read(browser, f"/staff/ladders/{subject}?of={of[1]}"))
    return browser.post(f"/staff/ladders/{subject}?lang=en", data=form | fields)


STEPS = {
    "nag_min": "15",
    **{"after_min_0": "0", "who_0": "duty", "channels_0": ["sms"]},
    **{"after_min_1": "45", "who_1": "lead", "channels_1": ["sms", "email"]},
}


def test_an_organisation_has_a_ladder_of_its_own_until_it_wants_the_usual_one(app: Flask, cast: Cast) -> None:
    browser = cast.sign_in("eve")
    saved = ladder(browser, "urgent", **STEPS)
    assert saved.status_code == 303
    page = unescape(visible_text(read(browser, saved.location)))
    assert "An urgent case Its own at once Who is on duty (text message)" in page
    assert "after 45 minutes The desk's leads" in page
    assert ladder(browser, "urgent", again="1").status_code == 303
    assert "An urgent case As it comes with the product" in visible_text(
        read(browser, "/staff/ladders?lang=en")
    )


def test_a_ladder_that_somebody_changed_meanwhile_is_not_overwritten(app: Flask, cast: Cast) -> None:
    browser = cast.sign_in("eve")
    assert ladder(browser, "urgent", **STEPS).status_code == 303
    refused = ladder(browser, "urgent", edition="", **STEPS | {"after_min_1": "20"})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert "Nothing of yours was saved" in page
    assert 'value="20"' in page
    assert "after 45 minutes" in visible_text(read(browser, "/staff/ladders?lang=en"))
    seen = hidden_fields(page)["edition"]
    assert ladder(browser, "urgent", edition=seen, **STEPS | {"after_min_1": "20"}).status_code == 303
    assert "after 20 minutes" in visible_text(read(browser, "/staff/ladders?lang=en"))


def test_a_ladder_that_ends_in_nothing_is_refused(app: Flask, cast: Cast) -> None:
    browser = cast.sign_in("eve")
    refused = ladder(browser, "urgent", **STEPS | {"who_1": "second"})
    assert refused.status_code == 422
    assert 'value="45"' in refused.get_data(as_text=True)
    assert ladder(browser, "urgent", of="999999").status_code == 404
    assert cast.sign_in("liisa").get("/staff/ladders").status_code == 403


def test_an_organisation_is_created_renamed_and_exported(app: Flask, cast: Cast) -> None:
    browser = cast.sign_in("eve")
    token = hidden_fields(read(browser, "/staff/new-organisation"))["csrf_token"]
    names = {"name_fi": "<b>Yhdistys", "name_sv": "Förening", "name_en": "Association"}
    wrong = browser.post("/staff/new-organisation?lang=en", data={"csrf_token": token, "key": "!"} | names)
    assert wrong.status_code == 422
    assert "&lt;b&gt;Yhdistys" in wrong.get_data(as_text=True)
    wanted = {"csrf_token": token, "key": "koe-yhdistys", "kind": "ngo"} | names
    made = browser.post("/staff/new-organisation?lang=en", data=wanted)
    assert made.status_code == 303
    page = read(browser, made.location)
    assert "No case is open." in page
    renamed = {"csrf_token": token, "version": hidden_fields(page)["version"]} | names | {"name_en": "Club"}
    address = "/staff/organisations/koe-yhdistys?lang=en"
    assert browser.post(address, data=renamed).status_code == 303
    assert browser.post(address, data=renamed | {"name_en": "Other"}).status_code == 409
    assert "Club" in read(browser, address)
    export = browser.post(
        "/staff/organisations/koe-yhdistys/export", data={"csrf_token": token}, buffered=True
    )
    lines = [json.loads(line) for line in export.get_data(as_text=True).splitlines()]
    assert (lines[0]["organisation"], lines[-1]) == ("koe-yhdistys", {"end": {"cases": 0}})
    erase = "/staff/organisations/koe-yhdistys/erase?lang=en"
    refused = browser.post(erase, data={"csrf_token": token, "typed_key": "varha"})
    assert refused.status_code == 422
    done = browser.post(erase, data={"csrf_token": token, "typed_key": "koe-yhdistys"})
    assert done.status_code == 303
    assert browser.get(address).status_code == 404
    assert cast.sign_in("liisa").get("/staff/organisations").status_code == 403


def test_a_file_is_tried_before_it_is_loaded(app: Flask, cast: Cast) -> None:
    browser = cast.sign_in("eve")
    data = json.loads(read(browser, "/staff/directory/varha.json"))
    desk = next(row for row in data["services"] if row["key"] == GUIDANCE)
    desk["promise_days"] = 2
    text = json.dumps(data)
    token = hidden_fields(read(browser, "/staff/directory"))["csrf_token"]
    file = (io.BytesIO(text.encode()), "varha.json")
    tried = browser.post("/staff/directory/varha/trial?lang=en", data={"csrf_token": token, "file": file})
    assert tried.status_code == 200
    assert f"Desks ~ {GUIDANCE}" in visible_text(tried.get_data(as_text=True))
    loaded = browser.post("/staff/directory/varha?lang=en", data={"csrf_token": token, "text": text})
    assert loaded.status_code == 303
    assert "Earlier states" in read(browser, loaded.location)
    wrong = browser.post("/staff/directory/varha/trial?lang=en", data={"csrf_token": token, "text": "<b>"})
    assert (wrong.status_code, "Nothing was loaded." in wrong.get_data(as_text=True)) == (422, True)
    assert browser.get("/staff/directory/turku.json").status_code == 404
