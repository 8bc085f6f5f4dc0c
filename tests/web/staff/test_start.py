"""From empty to live over HTTP: the set-up address, the guided page, and that nobody can be stuck or come twice."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from helpbutton import clock, migrate
from helpbutton.app import create_bare
from helpbutton.cases.models import Case
from helpbutton.conversation.operations import answer
from helpbutton.db import db, reading, transaction
from helpbutton.directory import operations as directory
from helpbutton.directory.models import Organisation, Service, Site
from helpbutton.directory.queries import installation
from helpbutton.directory.site_rules import KEY
from helpbutton.directory.sites import mark_seen
from helpbutton.privacy import leaving
from helpbutton.readiness.first import start_token
from helpbutton.readiness.keys import key_from
from helpbutton.readiness.queries import steps, waiting_case
from helpbutton.routing.queries import check
from helpbutton.staff.invitations import accept
from helpbutton.staff.models import Account
from helpbutton.staff.operations import add_account
from helpbutton.staff.queries import actor_of
from helpbutton.vault import keystore
from tests.cast import Cast, hidden_fields
from tests.live import PASSWORD, Person, live_settings, serve_live, words_of
from tests.web.staff.pages import send_case

OURS = {
    "kind": "county",
    "name_fi": "Varsinais-Suomen hyvinvointialue",
    "name_sv": "Egentliga Finlands välfärdsområde",
    "name_en": "Southwest Finland",
    "area": "05",
    "person": "Eeva Esimerkki",
    "email": "eeva@example.fi",
    "password": PASSWORD,
}
DESK = {
    "name_fi": "Perheneuvola",
    "name_sv": "Familjerådgivningen",
    "name_en": "Family guidance",
    "service_kind": "family_guidance",
    "hours": "8–16",
    "duty_number": "040 123 4567",
}
SITE = {
    "name_fi": "Päiväkoti Kielo",
    "name_sv": "Daghemmet Konvaljen",
    "name_en": "Kielo day care",
    "municipality": "853",
    "origins": "https://www.example.fi",
}


@pytest.fixture(scope="session")
def empty_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reference data, keys and nothing else, to be copied."""
    config = live_settings(tmp_path_factory.mktemp("empty"))
    app = create_bare(config)
    keystore.create_missing(config.secret_key_path, config.key_store_path)
    with app.app_context():
        migrate.upgrade()
        directory.initialise()
        db.session.remove()
        db.engine.dispose()
    return config.data_dir


@pytest.fixture
def empty(empty_data: Path, tmp_path: Path) -> Iterator[Flask]:
    """The web application over it, its context pushed."""
    shutil.copytree(empty_data, tmp_path / "data")
    yield from serve_live(live_settings(tmp_path / "data"))


@pytest.fixture
def door(empty: Flask) -> str:
    token = start_token()
    db.session.remove()
    assert token
    assert re.fullmatch(r"[0-9a-f]{64}", token)
    return f"/staff/start/{token}"


@pytest.fixture
def eeva(empty: Flask, door: str) -> FlaskClient:
    """The browser of the first administrator, signed in with a second factor."""
    browser = empty.test_client()
    page = _send(browser, door, OURS).get_data(as_text=True)
    secret = "".join(re.findall(r'class="secret">([^<]+)<', page)).replace(" ", "")
    code = TOTP(key=secret).generate(time=int(clock.now().timestamp())).token
    kept = browser.post("/staff/sign-in/set-up", data={"token": hidden_fields(page)["token"], "code": code})
    assert 'href="/staff/start' in kept.get_data(as_text=True)
    return browser


def _send(browser: FlaskClient, address: str, typed: dict[str, str]) -> TestResponse:
    token = hidden_fields(browser.get(f"{address}?lang=en").get_data(as_text=True))["token"]
    return browser.post(f"{address}?lang=en", data={"token": token, **typed})


def _step(browser: FlaskClient, name: str, typed: dict[str, str], follow: bool = True) -> TestResponse:
    page = browser.get("/staff/account?lang=en").get_data(as_text=True)
    fields = {"csrf_token": hidden_fields(page)["csrf_token"], **typed}
    return browser.post(f"/staff/start/steps/{name}?lang=en", data=fields, follow_redirects=follow)


def _open(browser: FlaskClient, step: str = "") -> str:
    answer = browser.get(f"/staff/start?lang=en&step={step}")
    assert answer.status_code == 200
    return words_of(answer)


def _state() -> dict[str, bool]:
    db.session.remove()
    found = {step.id: step.done for step in steps()}
    db.session.remove()
    return found


def _count(model: type[Account | Organisation | Service | Site | Case]) -> int:
    db.session.remove()
    found = reading().scalar(select(func.count()).select_from(model)) or 0
    db.session.remove()
    return found


def test_the_set_up_address_makes_one_administrator_and_then_nobody(empty: Flask, door: str) -> None:
    browser = empty.test_client()
    wrong = _send(browser, door, OURS | {"name_sv": " ", "email": "eeva", "password": "lyhyt", "person": ""})
    assert wrong.status_code == 422
    html = wrong.get_data(as_text=True)
    for field in ("name_sv", "email", "password", "person"):
        assert f'href="#{field}"' in html
        assert re.search(rf'<p class="field-error" id="{field}-error', html)
    assert "Varsinais-Suomen hyvinvointialue" in html
    assert "lyhyt" not in html
    assert _count(Account) == 0

    token = hidden_fields(browser.get(door).get_data(as_text=True))["token"]
    made = browser.post(door, data={"token": token, **OURS})
    assert made.status_code == 200
    assert "otpauth" in made.get_data(as_text=True) or "secret" in made.get_data(as_text=True)
    for again in (browser.post(door, data={"token": token, **OURS}), browser.get(f"{door}?lang=en")):
        assert again.status_code == 404
        assert 'href="/staff/sign-in' in again.get_data(as_text=True)
    assert (_count(Account), _count(Organisation)) == (1, 1)
    assert start_token() is None
    assert installation().counties == ("05",)


def test_another_address_opens_nothing(empty: Flask, door: str) -> None:
    browser = empty.test_client()
    for address in ("/staff/start/" + "0" * 64, f"{door}0", "/staff/start/ä"):
        assert browser.get(address).status_code == 404
        assert browser.post(address, data=OURS).status_code == 400
    assert browser.post(door, data=OURS).status_code == 400, "a form that we did not give out"
    assert _count(Account) == 0


def test_nobody_but_administrators_sees_the_guide(empty: Flask, eeva: FlaskClient) -> None:
    assert empty.test_client().get("/staff/start").status_code == 303
    _step(eeva, "desk", DESK)
    key = reading().scalars(select(Service.key)).one()
    worker = Person(empty, "wilma@example.fi", "worker", key).sign_in()
    db.session.remove()
    assert worker.get("/staff/start").status_code == 403
    assert _step(worker, "site", SITE).status_code == 403
    assert _count(Site) == 0


def test_every_step_leads_to_the_next_until_the_service_is_live(
    eeva: FlaskClient, drain: Callable[[], int]
) -> None:
    page = _open(eeva)
    assert "2 of 10" in page
    assert "first: A desk that answers" in page
    for blocked in ("hours", "member", "number", "snippet", "routes", "test"):
        assert "First: " in _open(eeva, blocked)

    assert "5 of 10" in words_of(_step(eeva, "desk", DESK))
    desk = reading().scalars(select(Service)).one()
    assert desk.key == "varsinais-suomen-hyvinvointialue-perheneuvola"
    desk_id, desk_key = desk.id, desk.key
    assert (_state()["desk"], _state()["hours"], _state()["number"]) == (True, True, True)

    routed = _step(eeva, "routes", {"desk": desk_key})
    assert "nobody who can sign in" in words_of(routed)
    invited = _step(
        eeva,
        "member",
        {
            "desk": str(desk_id),
            "full_name": "Wilma",
            "email": "wilma@example.fi",
            "role": "lead",
            "language": "sv",
        },
    )
    link = re.search(r"/staff/invitation#([\w-]+)", invited.get_data(as_text=True))
    assert link is not None
    assert not _state()["member"], "who has not accepted cannot sign in"
    accept(token=link[1], password="neljä vihreää sateenvarjoa")
    assert _state()["member"]
    assert _state()["routes"]
    assert check().complete

    _step(eeva, "site", SITE)
    assert 'data-site="varsinais-suomen-hyvinvointialue-paivakoti-kielo"' in (
        eeva.get("/staff/start?step=snippet").get_data(as_text=True).replace("&#34;", '"')
    )
    db.session.remove()
    mark_seen(site_id=reading().scalars(select(Site.id)).one())
    assert "9 of 10" in _open(eeva)
    _answered_test_request(eeva, drain)


def _answered_test_request(eeva: FlaskClient, drain: Callable[[], int]) -> None:
    """The last step: a request is sent, answered by the member, and the service is live."""
    number = _sent_twice(eeva)
    drain()
    assert f"{number} waits for an answer of Family guidance" in _open(eeva)
    wilma = reading().scalars(select(Account).where(Account.email == "wilma@example.fi")).one()
    actor = actor_of(wilma)
    db.session.remove()
    answer(actor=actor, number=number, body="Koe onnistui.", token="0b8f9f9e-5b0a-4d51-9d4c-3d0f4c3a2b1a")
    live = _open(eeva)
    assert "You are live" in live
    assert "Text messages go to the terminal, not to phones." in live


def _sent_twice(eeva: FlaskClient) -> str:
    """The number of the one test request that pressing the button twice has made."""
    site = reading().scalars(select(Site.key)).one()
    key = hidden_fields(eeva.get("/staff/start?step=test").get_data(as_text=True))["key"]
    db.session.remove()
    for _twice in range(2):
        assert "shown only now" in words_of(_step(eeva, "test", {"site": site, "key": key}))
    assert _count(Case) == 1
    number = reading().scalars(select(Case.number)).one()
    db.session.remove()
    return number


def test_sending_a_form_twice_makes_one(eeva: FlaskClient) -> None:
    for _twice in range(2):
        assert _step(eeva, "desk", DESK, follow=False).status_code == 303
    for _twice in range(2):
        assert _step(eeva, "site", SITE, follow=False).status_code == 303
    key = reading().scalars(select(Service.key)).one()
    db.session.remove()
    for _twice in range(2):
        assert _step(eeva, "routes", {"desk": key}, follow=False).status_code == 303
    assert (_count(Service), _count(Site)) == (1, 1)
    other = _step(eeva, "desk", DESK | {"name_sv": "Något annat"})
    assert other.status_code == 422
    assert "This is in use already." in words_of(other)


def test_wrong_fields_are_named_and_nothing_typed_is_lost(eeva: FlaskClient) -> None:
    desk = _step(eeva, "desk", DESK | {"duty_number": "12", "hours": "kahdeksasta neljään"})
    assert desk.status_code == 422
    html = desk.get_data(as_text=True)
    assert html.count('id="hours-error') == 1
    assert 'id="duty_number-error' in html
    assert "kahdeksasta neljään" in html
    site = _step(eeva, "site", SITE | {"municipality": "091", "origins": "http://www.example.fi"})
    assert site.status_code == 422
    assert 'id="municipality-error' in site.get_data(as_text=True)
    assert _step(eeva, "routes", {"desk": "nowhere"}).status_code == 422
    assert _step(eeva, "area", {"area": "99", "how": "too"}).status_code == 422
    assert _step(eeva, "test", {"site": "nowhere", "key": "x"}).status_code == 400
    assert (
        _step(eeva, "member", {"desk": "1", "full_name": "", "email": "x", "role": "lead"}).status_code == 422
    )


def test_the_area_grows_and_its_new_part_is_a_gap_until_it_is_routed(eeva: FlaskClient) -> None:
    _step(eeva, "desk", DESK)
    key = reading().scalars(select(Service.key)).one()
    db.session.remove()
    _step(eeva, "routes", {"desk": key})
    _step(eeva, "area", {"area": "06", "how": "too"})
    assert installation().counties == ("05", "06")
    db.session.remove()
    assert "No route leads to a desk for some of: Wellbeing services county of Satakunta" in _open(
        eeva, "routes"
    )
    _step(eeva, "routes", {"desk": key})
    assert "No route leads" not in _open(eeva, "routes")
    _step(eeva, "area", {"area": "06", "how": "only"})
    assert installation().counties == ("06",)


def test_nobody_changes_the_area_of_others(eeva: FlaskClient) -> None:
    with transaction() as session:
        session.add(Organisation(key="turku", kind="city", names={"fi": "Turku", "sv": "Åbo", "en": "Turku"}))
    assert "Serve it alone" not in _open(eeva, "organisation")
    assert _step(eeva, "area", {"area": "06", "how": "only"}).status_code == 404
    assert installation().counties == ("05",)


def test_a_directory_file_brings_the_organisation(empty: Flask, door: str) -> None:
    db.session.add(Organisation(key="turku", kind="city", names={"fi": "Turku", "sv": "Åbo", "en": "Turku"}))
    db.session.commit()
    browser = empty.test_client()
    assert '<option value="turku"' in browser.get(door).get_data(as_text=True)
    made = _send(browser, door, {**OURS, "organisation": "turku", "name_fi": "", "area": "mainland"})
    assert made.status_code == 200
    assert _count(Organisation) == 1
    assert len(installation().counties) == 22


def test_whoever_was_added_on_the_command_line_closes_the_address(empty: Flask, door: str) -> None:
    db.session.add(Organisation(key="turku", kind="city", names={"fi": "Turku", "sv": "Åbo", "en": "Turku"}))
    db.session.commit()
    add_account(email="a@example.fi", name="A", password=None, role="administrator", scopes=["turku"])
    assert empty.test_client().get(door).status_code == 404


def test_the_address_stays_closed_when_the_last_organisation_has_left(
    empty: Flask, eeva: FlaskClient, door: str
) -> None:
    with transaction() as session:
        session.add(Organisation(key="turku", kind="city", names={"fi": "Turku", "sv": "Åbo", "en": "Turku"}))
    actor = actor_of(reading().scalars(select(Account)).one())
    (own,) = actor.organisations
    key = reading().get_one(Organisation, own).key
    db.session.remove()
    assert list(leaving.export_all(actor=actor, organisation_id=own))
    leaving.erase_all(actor=actor, organisation_id=own, typed_key=key)
    db.session.remove()
    assert start_token() is None
    assert empty.test_client().get(door).status_code == 404


def test_the_case_that_waits_is_of_ones_own_desks(app: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    eve, own = cast.actor("eve"), send_case(cast, drain)
    send_case(cast, drain, topic="bullying")
    newest = (
        select(Service.organisation_id).join(Case, Case.service_id == Service.id).order_by(Case.id.desc())
    )
    assert reading().scalars(newest).first() not in eve.organisations
    found = waiting_case(eve)
    assert found is not None
    assert found.number == own


@pytest.mark.parametrize(
    ("names", "key"),
    [
        (("varha", "Perheneuvola, Turku"), "varha-perheneuvola-turku"),
        (("Åbo",), "abo"),
        (("ÄÖ",), "ao-own"),
        (("مدرسة",), "own"),
        (("x" * 59, "yy"), "x" * 59),
    ],
)
def test_a_name_makes_a_key(names: tuple[str, ...], key: str) -> None:
    assert key_from(*names) == key
    assert KEY.fullmatch(key)
