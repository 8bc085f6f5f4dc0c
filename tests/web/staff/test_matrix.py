"""Every staff route, asked by every role for objects of every desk: nothing is open that is not theirs.

The routes come from the URL map. Who may see an object follows from where it belongs and what the person is there; a
case from the one predicate.
"""

import re
import shutil
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from helpbutton.cases.access import visible_cases
from helpbutton.cases.models import Case
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Installation, Municipality
from helpbutton.settings import Settings
from helpbutton.staff.actor import Actor
from helpbutton.staff.models import Account, StaffSession
from helpbutton.staff.operations import add_account
from helpbutton.staff.queries import actor_of
from helpbutton.staff.sessions import open_session, sign_out
from helpbutton.vault import sealing
from helpbutton.web.policy import policy_of
from tests.conftest import serve
from tests.rules.test_policies import content
from tests.web.staff.worlds import World, nowhere, passkey_of, session_of, world

DESK, OTHER_DESK, ELSEWHERE = "varha-family-guidance", "varha-child-welfare", "turku-school"
PEOPLE = {
    "worker": ("worker", DESK),
    "worker of another desk": ("worker", OTHER_DESK),
    "worker of another organisation": ("worker", ELSEWHERE),
    "lead": ("lead", DESK),
    "administrator": ("administrator", "varha"),
    "coordinator": ("coordinator", "varha"),
    "auditor": ("auditor", "varha"),
    "site editor": ("site_editor", "varha"),
}
SHARED = {
    "line_id": "emergency_112",
    "language": "so",
    "channel": "sms",
    "subject": "urgent",
    "kind": "csv",
}
"""What belongs to the installation and not to a desk."""
OVERSEEN = frozenset(SHARED) - {"kind"}
"""Of these, only what leads and administrators may touch."""
OF_CASE = frozenset({"number", "task_id", "reminder_id", "referral_id"})
OF_DESK = frozenset(
    {"desk", "reply_id", "shift_id", "absence_id", "climb_id", "notification_id", "todo_id", "account_id"}
)
OF_ORGANISATION = frozenset({"site", "key", "feedback_id", "record.number"})
OF_PERSON = frozenset({"session_id", "passkey_id"})
OWN_TABLES = frozenset({"staff_recovery_code", "staff_session", "staff_account"})
"""What a form without an object changes is one's own."""
NOTHING: Mapping[str, str] = {}
EVERYTHING = "organisations.export"
"""The one door through which an administrator takes out what the organisation's families told."""


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in, with the CSRF token of their pages and what is theirs alone."""

    who: str
    actor: Actor
    browser: FlaskClient
    token: str
    csrf: str
    own: Mapping[str, str]


@dataclass(frozen=True)
class Matrix:
    """The people, and the worlds that they ask for."""

    app: Flask
    people: tuple[Person, ...]
    worlds: tuple[World, ...]

    def doors(self, *, with_object: bool) -> Iterator[tuple[Rule, str]]:
        """Each staff rule with each of its methods."""
        for rule in self.app.url_map.iter_rules():
            if policy_of(self.app, rule.endpoint) == "staff" and bool(_owned(rule)) == with_object:
                yield from ((rule, method) for method in sorted({"GET", "POST"} & (rule.methods or set())))

    def address(self, rule: Rule, objects: Mapping[str, str]) -> str:
        """Where these objects are behind this rule; a KeyError names an argument that no world has."""
        values = {name: _value(rule, name, objects) for name in rule.arguments}
        with self.app.test_request_context():
            built: str = self.app.url_map.bind("localhost").build(rule.endpoint, values)
        return built


@pytest.fixture(scope="module")
def matrix(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    """One installation for every test here: whoever changes what is not theirs fails the next one, too."""
    data_dir = tmp_path_factory.mktemp("matrix") / "data"
    shutil.copytree(demo_data, data_dir)
    for app in serve(Settings(data_dir=data_dir, redis_url="none")):
        _serve_one_county()
        worlds = (
            world(DESK, "varha-family-work"),
            world(OTHER_DESK, "varha-family-work"),
            world(ELSEWHERE, "turku-youth-work"),
        )
        yield Matrix(app, tuple(_person(app, who, *role) for who, role in PEOPLE.items()), worlds)


def _serve_one_county() -> None:
    """Proofs of routes then look at one county, not at the whole country."""
    with transaction() as session:
        served = session.get_one(Installation, 1)
        served.counties = [session.get_one(Municipality, "853").county_code]


def _person(app: Flask, who: str, role: str, scope: str) -> Person:
    email = f"{who.replace(' ', '-')}@matrix.example"
    account_id = add_account(email=email, name=who.title(), password=None, role=role, scopes=(scope,))
    with transaction() as session:
        account = session.get_one(Account, account_id)
        own = {
            "session_id": str(session_of(session, account_id)),
            "passkey_id": str(passkey_of(session, account_id, "key").id),
        }
        token = open_session(session, account, how="password", browser="test", verified=True)
    browser = app.test_client()
    browser.set_cookie("staff", token)
    page = browser.get("/staff/account").get_data(as_text=True)
    csrf = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert csrf is not None, page[:300]
    return Person(who, actor_of(reading().get_one(Account, account_id)), browser, token, csrf[1], own)


def _value(rule: Rule, name: str, objects: Mapping[str, str]) -> str:
    blueprint = rule.endpoint.partition(".")[0]
    return objects.get(f"{blueprint}.{name}") or objects.get(name) or SHARED[name]


def _owned(rule: Rule) -> set[str]:
    """The arguments of a rule that name what belongs to somebody."""
    return set(rule.arguments) - set(SHARED)


def _reaches(person: Person, rule: Rule, there: World) -> bool:
    """Whether the objects of a world are within this person's reach through a rule, whatever they may do there."""
    blueprint, actor = rule.endpoint.partition(".")[0], person.actor
    names = {
        f"{blueprint}.{name}" if f"{blueprint}.{name}" in OF_ORGANISATION else name for name in _owned(rule)
    }
    names -= {"membership_id"}
    assert names <= OF_CASE | OF_DESK | OF_ORGANISATION | OF_PERSON, f"say whose {names} is"
    keeps = there.organisation_id in actor.organisations_as("administrator")
    if blueprint == "offers":
        return there.service_id in actor.services
    if names & OF_CASE:
        return _sees_case(person, there)
    if names & OF_DESK:
        return keeps or there.service_id in actor.services
    return bool(names & OF_ORGANISATION) and there.organisation_id in actor.organisations


def _belongs(person: Person, there: World) -> bool:
    """Whether somebody has a role at this desk or in its organisation."""
    actor = person.actor
    return there.service_id in actor.services or there.organisation_id in actor.organisations


def _sees_case(person: Person, there: World) -> bool:
    seen = select(Case.id).where(Case.id == there.case_id, visible_cases(person.actor))
    return reading().scalar(seen) is not None


def _ask(
    person: Person, rule: Rule, method: str, address: str, asked: Mapping[str, str] = NOTHING
) -> TestResponse:
    """The answer to a look or to a form that has everything which every form has."""
    if method == "GET":
        return person.browser.get(address, query_string=asked)
    act = "settle" if rule.endpoint == "clocks.act" else "accept"
    own = {
        "csrf_token": person.csrf,
        "token": str(uuid.uuid4()),
        "version": "1",
        "act": act,
        "decision": "call",
        "active": "1",
    }
    answer = person.browser.post(address, data=own | asked, buffered=True)
    if "Clear-Site-Data" in answer.headers:
        _come_back(person)
    return answer


def _come_back(person: Person) -> None:
    """Undo signing out, so that the next door is knocked on, too."""
    own = StaffSession.token_hash == sealing.hashed(person.token)
    with transaction() as session:
        session.execute(update(StaffSession).where(own).values(revoked_at=None))
    person.browser.set_cookie("staff", person.token)


def _leaks(person: Person, answer: TestResponse, worlds: tuple[World, ...]) -> bool:
    """Whether the answer has words that this person must not read."""
    page = answer.get_data(as_text=True)
    return any(
        (there.told in page and not _sees_case(person, there))
        or (there.secret in page and not _belongs(person, there))
        for there in worlds
    )


def _same_page(answer: TestResponse, there: World) -> str:
    """A page without what differs between two looks at it and without the names of the objects that were asked for."""
    page = re.sub(r'value="[^"]*"', "", answer.get_data(as_text=True))
    named = {value for names in (there.objects, *there.asked) for value in names.values()}
    for value in sorted(named, key=len, reverse=True):
        page = page if value.isdigit() else page.replace(value, "#")
    return re.sub(r"[0-9]+", "#", page)


def test_what_is_not_theirs_is_as_if_it_did_not_exist(matrix: Matrix) -> None:
    before, wrong, compared = content(), [], 0
    missing = nowhere(matrix.worlds[0])
    for rule, method in matrix.doors(with_object=True):
        for person in matrix.people:
            door = f"{method} {rule.rule}: {person.who}"
            none = _ask(person, rule, method, matrix.address(rule, missing.objects))
            if none.status_code not in (403, 404):
                wrong.append(f"{door} gets {none.status_code} for what does not exist")
            for there in matrix.worlds:
                if _reaches(person, rule, there):
                    continue
                answer = _ask(person, rule, method, matrix.address(rule, there.objects))
                compared += 1
                if answer.status_code != none.status_code or _leaks(person, answer, matrix.worlds):
                    wrong.append(f"{door} gets {answer.status_code}")
                elif _same_page(answer, there) != _same_page(none, missing):
                    wrong.append(f"{door} can tell that it exists")
    assert not wrong, "\n".join(wrong)
    assert compared > 1000
    assert content() == before, "somebody changed what is not theirs"


def test_whoever_asks_for_somebody_elses_by_name_hears_nothing_of_it(matrix: Matrix) -> None:
    """Addresses and forms name desks, people and cases, too: `?desk=12`."""
    before, wrong = _not_ones_own(), []
    missing = nowhere(matrix.worlds[0])
    for rule, method in matrix.doors(with_object=False):
        address = matrix.address(rule, {})
        for person in matrix.people:
            there = next(one for one in reversed(matrix.worlds) if not _belongs(person, one))
            door = f"{method} {rule.rule}: {person.who}"
            for asked, nothing in zip(there.asked, missing.asked, strict=True):
                answer = _ask(person, rule, method, address, asked)
                if answer.status_code >= 500 or _leaks(person, answer, matrix.worlds):
                    wrong.append(f"{door} gets {answer.status_code}")
                if answer.status_code == 403:
                    break
                if answer.status_code in (303, 404):
                    none = _ask(person, rule, method, address, nothing)
                    if none.status_code != answer.status_code:
                        wrong.append(f"{door} can tell that it exists")
            if set(rule.arguments) & OVERSEEN and not person.actor.roles & {"lead", "administrator"}:
                assert answer.status_code in (403, 404), door
    assert not wrong, "\n".join(wrong)
    assert _not_ones_own() == before, "somebody changed what is not theirs"


def test_nobody_comes_in_without_a_living_session(matrix: Matrix) -> None:
    for browser in (matrix.app.test_client(), _revoked(matrix.app), _disabled(matrix.app)):
        for with_object in (True, False):
            for rule, method in matrix.doors(with_object=with_object):
                answer = browser.open(matrix.address(rule, matrix.worlds[0].objects), method=method)
                assert answer.status_code in (303, 401), (method, rule.rule, answer.status_code)
                assert "/staff/sign-in" in answer.headers.get("Location", "/staff/sign-in")


def test_every_door_opens_for_somebody(matrix: Matrix) -> None:
    """The last: it changes what it finds. Refusals say something only because each address has somebody who may."""
    shut, wrong, there = [], [], matrix.worlds[0]
    doors = matrix.doors(with_object=True)
    for rule, method in sorted(doors, key=lambda door: "membership_id" in door[0].arguments):
        admitted = False
        for person in matrix.people:
            if not (_owned(rule) & OF_PERSON or _reaches(person, rule, there)):
                continue
            door, objects = f"{method} {rule.rule}: {person.who}", {**there.objects, **person.own}
            for asked in (there.asked[0], matrix.worlds[2].asked[0]):
                answer = _ask(person, rule, method, matrix.address(rule, objects), asked)
                assert answer.status_code != 401, door
                admitted |= answer.status_code not in (403, 404)
                closed = matrix.worlds[2:] if rule.endpoint == EVERYTHING else matrix.worlds
                if answer.status_code >= 500 or _leaks(person, answer, closed):
                    wrong.append(f"{door} gets {answer.status_code}")
        shut += [] if admitted else [f"{method} {rule.rule}"]
    assert not wrong, "\n".join(wrong)
    assert not shut, "\n".join(shut)


def _not_ones_own() -> dict[str, object]:
    return {table: rows for table, rows in content().items() if table not in OWN_TABLES}


def _revoked(app: Flask) -> FlaskClient:
    person = _person(app, "revoked", "worker", DESK)
    sign_out(token=person.token)
    return person.browser


def _disabled(app: Flask) -> FlaskClient:
    person = _person(app, "disabled", "administrator", "varha")
    with transaction() as session:
        session.get_one(Account, person.actor.account_id).active = False
    return person.browser
