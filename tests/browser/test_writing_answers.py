"""Writing an answer in a real Chromium: the draft keeps itself, and an ended session costs nothing."""

import json
import re
import shutil
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.test_story import accessible
from tests.cast import request_body
from tests.installation import Installation, installation

AT_ONCE = "window.dispatchEvent(new Event('focus'))"
SENT_TO = re.compile(r"/answer(\?|$)")
LEAVES = "window.dispatchEvent(new Event('beforeunload', { cancelable: true }))"
LOOK_AROUND = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture
def running(demo_data: Path, tmp_path: Path) -> Iterator[Installation]:
    shutil.copytree(demo_data, tmp_path / "data")
    with installation(tmp_path / "data", redis_url="none") as found:
        found.start("web")
        yield found


def send_request(running: Installation) -> str:
    """A request through the API; returns the number of its case."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
    body = json.dumps(request_body()).encode()
    with urllib.request.urlopen(
        urllib.request.Request(f"{running.url}/api/v1/requests", body, headers), timeout=10
    ) as answer:
        number: str = json.load(answer)["number"]
    return number


def sign_in(running: Installation, page: Page, address: str) -> None:
    person = json.loads((running.data_dir / "demo-sign-ins.json").read_text())[0]
    page.goto(address)
    page.locator("input[name=email]").fill(person["email"])
    page.locator("input[name=password]").fill(person["password"])
    page.locator("main button").first.click()


def open_new_case(running: Installation, context: BrowserContext) -> tuple[Page, str]:
    """The page of a request that has just been sent, and the origin."""
    number, home = send_request(running), f"http://localhost:{running.port}"
    page = context.new_page()
    page.set_default_timeout(8000)
    sign_in(running, page, f"{home}/staff/")
    page.goto(f"{home}/staff/cases/{number}?lang=en")
    return page, home


def test_an_answer_is_written_through_two_ended_sessions(
    running: Installation, desk_sized: BrowserContext
) -> None:
    page, home = open_new_case(running, desk_sized)
    area, state = page.locator("#answer-body"), page.locator(".draft-state")
    area.fill("Hei! Soitamme huomenna.")
    page.evaluate(AT_ONCE)
    expect(state).to_contain_text("Draft kept at")

    desk_sized.clear_cookies(name="staff")
    area.press("End")
    area.press_sequentially(" Kello 10.")
    page.evaluate(AT_ONCE)
    expect(state).to_contain_text("Your session has ended. Your text stays on this page.")
    page.evaluate(LOOK_AROUND)
    expect(page.locator(".others a[target=_blank]")).to_contain_text("Sign in again")
    accessible(page, "case page with an ended session")
    with desk_sized.expect_page() as opened:
        state.get_by_role("link").click()
    sign_in(running, opened.value, opened.value.url)
    expect(opened.value.locator(".person")).to_be_visible()
    opened.value.close()
    page.evaluate(AT_ONCE)
    expect(state).to_contain_text("Draft kept at")
    page.evaluate(LOOK_AROUND)
    expect(page.locator(".others a")).to_have_count(0)

    page.locator("#insert-help button").click()
    page.locator("#insert-help li button").first.click()
    expect(area).to_have_value(re.compile(r"Hei! Soitamme huomenna\. Kello 10\.\n\n\w+"))
    page.set_viewport_size({"width": 360, "height": 740})
    accessible(page, "case page while answering")
    page.get_by_role("button", name="Look before sending").click()
    expect(page.locator(".as-family .words")).to_contain_text("Kello 10.")
    accessible(page, "look before sending")

    desk_sized.clear_cookies(name="staff")
    page.get_by_role("button", name="Send to the family").click()
    expect(page.locator(".kept")).to_contain_text("Kello 10.")
    accessible(page, "kept form")
    beside = desk_sized.new_page()
    sign_in(running, beside, f"{home}/staff/sign-in")
    expect(beside.locator(".person")).to_be_visible()
    page.locator(".kept form button").click()
    expect(page.locator("#thread .to_family")).to_contain_text("Kello 10.")
    expect(page.locator("#answer-body")).to_have_value("")


def test_who_stays_on_the_page_goes_on_and_a_tab_in_the_background_counts(
    running: Installation, desk_sized: BrowserContext
) -> None:
    page, home = open_new_case(running, desk_sized)
    page.route(SENT_TO, lambda sending: sending.fulfill(status=204))
    area, state = page.locator("#answer-body"), page.locator(".draft-state")
    area.fill("Alku")
    with page.expect_request(SENT_TO):
        page.get_by_role("button", name="Send to the family").click()
    area.press("End")
    area.press_sequentially(" ja loppu")
    assert page.evaluate(LEAVES) is False
    page.evaluate(AT_ONCE)
    expect(state).to_contain_text("Draft kept at")

    page.add_init_script("Object.defineProperty(document, 'hidden', { get: () => true })")
    page.clock.install()
    page.goto(f"{home}/staff/?lang=en")
    for count, passed in ((1, 31_000), (2, 61_000)):
        send_request(running)
        page.clock.run_for(passed)
        expect(page).to_have_title(re.compile(rf"^\({count}\) "))
