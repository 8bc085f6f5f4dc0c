"""No door without a guard, no form without its token, and looking changes nothing."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import func, select
from werkzeug.routing import Rule

from helpbutton.db import db, reading
from helpbutton.web import policy
from tests.cast import Cast, hidden_fields
from tests.web.public.browser import visit
from tests.web.staff.pages import case_url, read, send_case, send_form

NOT_COMPARED = {"audit_entry": "grows with every look", "heartbeat": "beats"}
COUNTED = {
    "staff_session": "remembers when its owner was last there",
    "site_seen": "remembers when a button was last opened",
}


def routes(app: Flask, method: str, number: str = "0000-0000") -> Iterator[tuple[Rule, str]]:
    """Each route that answers the method, with an address for it."""
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or set()):
            known: dict[str, Any] = {"number": number, "site": "demo", "filename": "tokens.css"}
            values = {name: known.get(name, 1) for name in rule.arguments}
            with app.test_request_context():
                yield rule, app.url_for(rule.endpoint, **values)


def counts() -> dict[str, int]:
    """How many rows each table has."""
    db.session.remove()
    tables = [table for table in db.metadata.sorted_tables if table.name not in NOT_COMPARED]
    found = {table.name: reading().scalar(select(func.count()).select_from(table)) or 0 for table in tables}
    db.session.remove()
    return found


def content() -> dict[str, object]:
    """Every table as it stands, or how many rows it has."""
    rows: dict[str, object] = dict(counts())
    for table in db.metadata.sorted_tables:
        if table.name not in NOT_COMPARED | COUNTED:
            rows[table.name] = sorted(map(repr, reading().execute(select(table)).all()))
    db.session.remove()
    return rows


def test_every_route_has_a_policy(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        assert policy.policy_of(app, rule.endpoint) in policy.POLICIES, (
            f"declare @policy(...) for {rule.rule}"
        )


def test_an_undeclared_route_does_not_start() -> None:
    bare = Flask("bare")
    bare.add_url_rule("/open-to-all", view_func=lambda: "hello", endpoint="forgotten")
    with pytest.raises(RuntimeError, match="/open-to-all"):
        policy.install(bare, CSRFProtect())


def test_a_policy_that_does_not_exist_cannot_be_declared() -> None:
    with pytest.raises(ValueError, match="everybody"):
        policy.policy("everybody")


def test_only_doors_for_everybody_take_a_form_without_a_token(app: Flask, cast: Cast) -> None:
    """Staff forms need the session's token, signing in its sealed one; public doors know no cookies at all."""
    eve = cast.sign_in("eve")
    before, answers = content(), {}
    for rule, address in routes(app, "POST"):
        if policy.policy_of(app, rule.endpoint) in ("staff", "sign_in"):
            for fields in ({}, {"csrf_token": "forged", "token": "forged"}):
                answers[f"{address} {fields}"] = eve.post(address, data=fields).status_code
    assert answers
    assert {where: status for where, status in answers.items() if status != 400} == {}
    assert content() == before


@pytest.mark.parametrize("who", [None, "cara", "eve"])
def test_looking_changes_nothing(app: Flask, cast: Cast, drain: Callable[[], int], who: str | None) -> None:
    number = send_case(cast, drain)
    send_form(cast.sign_in("cara"), number, "answer", body="Hei!")
    drain()
    browser = cast.sign_in(who) if who else app.test_client()
    before, rows, seen = content(), counts(), {}
    for method in ("GET", "HEAD"):
        for _rule, address in routes(app, method, number):
            with browser.open(address, method=method) as answer:
                seen[address] = answer.status_code
            assert counts() == rows, f"{method} {address} stores something: make it a POST"
    assert content() == before, "one of these changes something: make it a POST"
    assert seen.pop("/health/ready") == 503, "no sweeper runs here"
    assert max(seen.values()) < 500, seen
    assert seen[case_url(number)] == {None: 303, "cara": 200, "eve": 404}[who]


def test_the_comparison_sees_a_change(app: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    before = content()
    assert (
        cara.post(f"{case_url(number)}/take", data=hidden_fields(read(cara, case_url(number)))).status_code
        == 303
    )
    taken = content()
    assert taken != before
    assert visit(app.test_client()).press("check", text="Hei, tarvitsen apua.").status == 200
    assert content() == taken
