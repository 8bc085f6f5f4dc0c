"""Every page that staff can open, from the map of addresses, each with somebody of the demo who may see it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from werkzeug.routing import Rule

from helpbutton.demo_sign_ins import sign_ins_path
from helpbutton.escalation.ladder import URGENT
from helpbutton.web.policy import policy_of
from tests.browser.states import inside
from tests.cast import FreshClient
from tests.installation import Installation
from tests.web.staff.worlds import world
from workers import executor

SEERS = ("liisa", "eve", "aada")
"""In whose hands a page is looked at: the first who may open it."""


def furnish(data_dir: Path) -> dict[str, list[str]]:
    """One of everything at a desk; the addresses that each person then looks at, by first name."""
    with inside(data_dir) as cast:
        cast.app.test_client_class = FreshClient
        filled = world("varha-family-guidance", "varha-family-counselling")
        asked = {
            "duty_files.show": {"desk": str(filled.service_id)},
            "ladders.show": {"subject": URGENT, "of": str(filled.organisation_id)},
            "figures.sheet": {"kind": "csv"},
        }
        executor.run_due()
        browsers = {name: cast.sign_in(name) for name in SEERS}
        found: dict[str, list[str]] = {name: [] for name in SEERS}
        for rule in cast.app.url_map.iter_rules():
            if is_looked_at(cast.app, rule):
                named = arguments_of(rule, filled.objects) | asked.get(rule.endpoint, {})
                with cast.app.test_request_context():
                    address = cast.app.url_for(rule.endpoint, **named)
                if who := seer_of(address, browsers):
                    found[who].append(address)
        return found


def is_looked_at(app: Flask, rule: Rule) -> bool:
    """Whether the address may be opened by staff who are signed in."""
    return "GET" in (rule.methods or ()) and policy_of(app, rule.endpoint) == "staff"


def arguments_of(rule: Rule, objects: Mapping[str, str]) -> dict[str, Any]:
    """What stands in the address; "0" for what the desk has none of."""
    blueprint = rule.endpoint.partition(".")[0]
    return {name: objects.get(f"{blueprint}.{name}", objects.get(name, "0")) for name in rule.arguments}


def seer_of(address: str, browsers: Mapping[str, FlaskClient]) -> str | None:
    """The first who gets a page there; None where a file, a bare answer or the way to another page is meant."""
    answers = {}
    for name, browser in browsers.items():
        answer = browser.get(address)
        if answer.status_code == 200:
            return name if answer.mimetype == "text/html" else None
        answers[name] = answer.status_code
    if set(answers.values()) == {303}:
        return None
    raise AssertionError(f"nobody sees {address}: {answers}")


def sign_in(page: Page, running: Installation, who: str) -> None:
    """This person, in this browser."""
    people = json.loads(sign_ins_path(running.data_dir).read_text(encoding="utf-8"))
    person = next(each for each in people if each["email"].startswith(f"{who}@"))
    page.goto(f"{running.url}/staff/")
    page.locator("[name=email]").fill(person["email"])
    page.locator("[name=password]").fill(person["password"])
    page.locator("main button").first.click()
    page.locator(".person").wait_for()
