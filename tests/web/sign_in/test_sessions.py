"""One's own account: sessions ended one by one, factors added and removed, and proof before what matters."""

import datetime as dt
import re

import pytest
from flask import Flask

from helpbutton import clock
from helpbutton.cases.left_behind import remove_role
from helpbutton.staff import second_factor
from helpbutton.staff.member_list import member
from helpbutton.staff.operations import set_password
from helpbutton.staff.second_factor import factors_of
from helpbutton.staff.sessions import sessions_of, signed_in
from helpbutton.web.policy import policy_of
from tests.cast import Cast, hidden_fields
from tests.live import PASSWORD, Person, words_of

NEW = "toinen lause jota kukaan ei arvaa"
LATER = dt.timedelta(minutes=11)
NAMED = {"number": "0000-0000", "key": "county", "kind": "csv"}


@pytest.fixture
def worker(live: Flask) -> Person:
    return Person(live, "wera@example.fi", "worker", "family")


def second_browser(person: Person) -> Person:
    """The same person at another machine, a code later."""
    other = Person.__new__(Person)
    other.__dict__.update(person.__dict__, browser=person.app.test_client())
    with clock.moved(clock.now() + dt.timedelta(seconds=30)):
        other.sign_in()
    return other


def test_sessions_are_listed_and_ended_one_by_one(worker: Person) -> None:
    worker.sign_in()
    other = second_browser(worker)
    page = words_of(worker.browser.get("/staff/account?lang=en"))
    assert page.count("password and one-time code") == 2
    assert page.count("this one") == 1
    newest = max(row.id for row in sessions_of(worker.account_id))
    assert worker.post(f"/staff/account/sessions/{newest}/end").status_code == 303
    assert other.browser.get("/staff/").status_code == 303
    assert worker.browser.get("/staff/").status_code == 200


def test_nobody_ends_somebody_elses_session(live: Flask, worker: Person) -> None:
    worker.sign_in()
    other = Person(live, "dana@example.fi", "worker", "family")
    other.sign_in()
    (session,) = sessions_of(worker.account_id)
    assert other.post(f"/staff/account/sessions/{session.id}/end").status_code == 404
    assert worker.browser.get("/staff/").status_code == 200


@pytest.mark.parametrize("minutes", [31, 12 * 60 + 1])
def test_a_session_ends_by_itself(worker: Person, minutes: int) -> None:
    worker.sign_in()
    start = clock.now()
    for passed in range(20, minutes - 10, 20) if minutes > 31 else ():
        with clock.moved(start + dt.timedelta(minutes=passed)):
            assert worker.browser.get("/staff/account").status_code == 200
    with clock.moved(start + dt.timedelta(minutes=minutes)):
        assert worker.browser.get("/staff/account").status_code == 303


def test_a_new_password_ends_every_other_session(worker: Person) -> None:
    worker.sign_in()
    other = second_browser(worker)
    wrong = worker.post("/staff/account/password?lang=en", current="väärä", password=NEW)
    assert wrong.status_code == 422
    assert "not your current password" in words_of(wrong)
    short = worker.post("/staff/account/password?lang=en", current=PASSWORD, password="lyhyt")
    assert "at least 15 characters" in words_of(short)
    easy = worker.post("/staff/account/password?lang=en", current=PASSWORD, password="salasanasalasana1")
    assert "easy to guess" in words_of(easy)
    assert worker.post("/staff/account/password", current=PASSWORD, password=NEW).status_code == 303
    assert worker.browser.get("/staff/account").status_code == 200
    assert other.browser.get("/staff/account").status_code == 303


def test_the_second_step_is_asked_before_a_new_password_is_typed(worker: Person) -> None:
    worker.sign_in()
    address = "/staff/account/password?lang=en"
    with clock.moved(clock.now() + LATER):
        late = worker.post(address, current=PASSWORD, password=NEW)
        asked = worker.browser.get(late.headers["Location"]).get_data(as_text=True)
        assert NEW not in asked
        fields = hidden_fields(asked) | {"confirm_code": worker.code()}
        assert worker.browser.post("/staff/confirm", data=fields).headers["Location"] == address
        done = worker.post(address, current=PASSWORD, password=NEW)
        assert "done=password" in done.headers["Location"]


def test_a_changed_password_or_a_disabled_account_ends_sessions_at_once(live: Flask, worker: Person) -> None:
    boss = Person(live, "eve@example.fi", "administrator", "county")
    boss.sign_in()
    worker.sign_in()
    set_password(email=worker.email, password=PASSWORD)
    assert worker.browser.get("/staff/account").status_code == 303
    with clock.moved(clock.now() + dt.timedelta(seconds=30)):
        worker.sign_in()
    assert boss.post(f"/staff/members/{worker.account_id}/active").status_code == 303
    assert worker.browser.get("/staff/account").status_code == 303
    with clock.moved(clock.now() + dt.timedelta(minutes=1)):
        assert worker.type_password().status_code == 403


def test_what_matters_asks_again_after_ten_minutes_and_keeps_what_was_typed(live: Flask) -> None:
    boss = Person(live, "eve@example.fi", "administrator", "county")
    boss.sign_in()
    place = re.search(
        r'value="(administrator@organisation:\d+)"', boss.browser.get("/staff/members").get_data(as_text=True)
    )
    assert place is not None
    typed = {"email": "uusi@example.fi", "name": "Uusi Väki", "language": "sv", "role_at": place[1]}
    with clock.moved(clock.now() + LATER):
        asked = boss.post("/staff/members/invite?lang=en", **typed)
        assert "Confirm that it is you" in words_of(asked)
        carried = hidden_fields(asked.get_data(as_text=True))
        assert {name: carried[name] for name in typed} == typed
        wrong = boss.browser.post("/staff/members/invite?lang=en", data=carried | {"confirm_code": "000000"})
        assert wrong.status_code == 403
        again = hidden_fields(wrong.get_data(as_text=True))
        done = boss.browser.post("/staff/members/invite?lang=en", data=again | {"confirm_code": boss.code()})
        assert "/staff/invitation#" in done.get_data(as_text=True)
        assert "Link for Uusi Väki" in words_of(done)
        assert boss.browser.get("/staff/account/second-factor").status_code == 200


def test_a_page_that_asks_leads_on_to_itself_and_nowhere_else(worker: Person) -> None:
    worker.sign_in()
    with clock.moved(clock.now() + LATER):
        asked = worker.browser.get("/staff/account/second-factor?lang=en").get_data(as_text=True)
        fields = hidden_fields(asked) | {"confirm_code": worker.code()}
        elsewhere = worker.browser.post(
            "/staff/confirm", data=fields | {"confirm_target": "https://evil.example/", "confirm_code": "1"}
        )
        assert elsewhere.status_code == 403
        done = worker.browser.post("/staff/confirm", data=fields)
        assert done.headers["Location"] == "/staff/account/second-factor?lang=en"
    with clock.moved(clock.now() + 2 * LATER):
        asked = worker.browser.get("/staff/account/second-factor").get_data(as_text=True)
        bent = hidden_fields(asked) | {"confirm_target": "//evil.example", "confirm_code": worker.code()}
        assert worker.browser.post("/staff/confirm", data=bent).headers["Location"] == "/staff/"


@pytest.mark.parametrize("address", ["/staff/figures.csv?lang=en", "/staff/directory/county.json?lang=en"])
def test_downloads_ask_again_and_lead_on_to_the_file(live: Flask, address: str) -> None:
    boss = Person(live, "eve@example.fi", "administrator", "county")
    boss.sign_in()
    assert boss.browser.get(address).headers["Content-Disposition"].startswith("attachment")
    with clock.moved(clock.now() + LATER):
        asked = boss.browser.get(address)
        assert "Confirm that it is you" in words_of(asked)
        fields = hidden_fields(asked.get_data(as_text=True)) | {"confirm_code": boss.code()}
        assert boss.browser.post("/staff/confirm", data=fields).headers["Location"] == address
        assert "Content-Disposition" in boss.browser.get(address).headers


def test_every_export_key_and_role_asks_again(live: Flask) -> None:
    """Generated from the URL map, by what a route is called."""
    boss = Person(live, "eve@example.fi", "administrator", "county")
    boss.sign_in()
    matters = re.compile(
        r"export|invite|roles|/active|_id>/link$|factor|codes|passkeys|single|duty/feed$|erase"
        r"|POST /staff/new-org|steps/member|[.>]json$|/figures[.]"
    )
    asked, silent = 0, []
    for rule in live.url_map.iter_rules():
        method = "POST" if "POST" in (rule.methods or ()) else "GET"
        if policy_of(live, rule.endpoint) != "staff" or not matters.search(f"{method} {rule.rule}"):
            continue
        given = {name: NAMED.get(name, 1) for name in rule.arguments}
        with live.test_request_context():
            address = live.url_map.bind("localhost").build(rule.endpoint, given)
        with clock.moved(clock.now() + LATER):
            answer = boss.post(address) if method == "POST" else boss.browser.get(address)
        asked += 1
        if 'name="confirm_token"' not in answer.get_data(as_text=True):
            silent.append(f"{method} {rule.rule}: {answer.status_code}")
    assert silent == []
    assert asked > 15


def test_the_last_second_factor_stays(worker: Person) -> None:
    worker.sign_in()
    refused = worker.post("/staff/account/one-time-codes/remove?lang=en")
    assert refused.status_code == 409
    assert "Add another first" in words_of(refused)
    assert factors_of(worker.account_id).totp


def test_new_recovery_codes_make_the_old_ones_void(worker: Person) -> None:
    worker.sign_in()
    shown = worker.post("/staff/account/recovery-codes").get_data(as_text=True)
    new = re.findall(r"<code>([0-9A-Z-]{19})</code>", shown)
    assert len(new) == 10
    assert not set(new) & set(worker.recovery_codes)
    other = Person.__new__(Person)
    other.__dict__.update(worker.__dict__, browser=worker.app.test_client())
    page = other.type_password().get_data(as_text=True)
    assert other.send_code(page, worker.recovery_codes[0]).status_code == 403
    assert other.send_code(page, new[0]).status_code == 303


def test_in_demo_mode_only_those_with_a_second_factor_are_asked(cast: Cast, app: Flask) -> None:
    browser = cast.sign_in("eve")
    assert browser.get("/staff/account/second-factor").status_code == 200
    account_id, secret = cast.actor("eve").account_id, second_factor.new_secret()
    phone = Person.__new__(Person)
    phone.secret = secret
    second_factor.start_codes(account_id=account_id, secret=secret, code=phone.code())
    asked = words_of(browser.get("/staff/account/second-factor?lang=en"))
    assert "Confirm that it is you" in asked


def test_rights_change_with_the_next_click(live: Flask) -> None:
    boss = Person(live, "eve@example.fi", "administrator", "county")
    lead = Person(live, "liisa@example.fi", "lead", "family")
    lead.sign_in()
    assert lead.browser.get("/staff/members").status_code == 200
    token = boss.sign_in().get_cookie("__Host-staff", domain="localhost", path="/")
    assert token is not None
    found = signed_in(token.value)
    assert found is not None
    (role,) = member(found.actor, lead.account_id).roles
    remove_role(actor=found.actor, account_id=lead.account_id, membership_id=role.membership_id)
    assert lead.browser.get("/staff/members").status_code == 403
