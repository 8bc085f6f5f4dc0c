"""Coming back in real Chromium: with the code, without it, with new contact details, and away at once."""

import json
import re
import shutil
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.test_story import accessible, phone
from tests.cast import MORNINGS, PHONE, request_body
from tests.installation import Installation, installation
from tests.processes import wait_for


@pytest.fixture(scope="module")
def running(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    place = tmp_path_factory.mktemp("receipt") / "data"
    shutil.copytree(demo_data, place)
    with installation(place, redis_url="none") as found:
        found.start("web", "sweeper")
        yield found


def send(running: Installation, **contact: object) -> str:
    """Aino's request through the API; returns her code."""
    body = json.dumps(request_body(contact={"private_phone": True, **contact})).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
    request = urllib.request.Request(f"{running.url}/api/v1/requests", data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        code: str = json.load(answer)["receipt_code"]
    return code


def one_time_numbers(running: Installation, number: str) -> list[str]:
    texts = [message["text"] for message in phone(running) if message["to"] == number]
    return [found[0] for text in texts if (found := re.findall(r"\b\d{6}\b", text))]


def come_back(running: Installation, page: Page, code: str) -> None:
    page.goto(f"{running.url}/receipt?lang=fi")
    page.locator("#code").fill(code.lower().replace("-", " "))
    page.keyboard.press("Enter")
    expect(page.locator("main[data-step=thread]")).to_contain_text(MORNINGS)


def test_a_lost_code_is_replaced_by_a_number_on_the_own_phone(
    running: Installation, phone_sized: BrowserContext
) -> None:
    send(running)
    page = phone_sized.new_page()
    page.goto(f"{running.url}/receipt?lang=fi")
    page.locator("button[value=lost]").click()
    expect(page.locator("main[data-step=lost]")).to_be_visible()
    accessible(page, "lost code")
    page.locator("#phone").fill("040 123 4567")
    page.keyboard.press("Enter")
    expect(page.locator("main[data-step=lost_wait]")).to_be_visible()
    accessible(page, "waiting for the one-time number")
    wait_for(lambda: one_time_numbers(running, PHONE) != [], within=15)
    page.locator("#digits").fill("000000")
    page.keyboard.press("Enter")
    expect(page.locator("[role=alert]")).to_be_focused()
    page.locator("#digits").fill(one_time_numbers(running, PHONE)[-1])
    page.keyboard.press("Enter")
    expect(page.locator("main[data-step=thread]")).to_contain_text(MORNINGS)


def test_contact_details_are_changed_by_keyboard_and_the_draft_stays(
    running: Installation, desk_sized: BrowserContext
) -> None:
    page = desk_sized.new_page()
    come_back(running, page, send(running, phone="+358449876501"))
    accessible(page, "thread")
    page.locator("#body").fill("Kesken jäi")
    page.locator("button[value=contact]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main[data-step=contact] #phone")).to_have_value("+358449876501")
    accessible(page, "contact details")
    page.locator("#phone").fill("12")
    page.keyboard.press("Enter")
    expect(page.locator("[role=alert]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#phone")).to_be_focused()
    page.locator("#phone").fill("044 987 6502")
    page.locator("button.main[value=save_contact]").click()
    expect(page.locator("[role=status][data-focus]")).to_be_focused()
    expect(page.locator("#body")).to_have_value("Kesken jäi")
    page.locator("button[value=erase]").click()
    expect(page.locator("main[data-step=confirm]")).to_be_visible()
    accessible(page, "before asking for erasure")


def test_an_unused_page_warns_then_closes_and_keeps_the_reply(
    running: Installation, phone_sized: BrowserContext
) -> None:
    page = phone_sized.new_page()
    code = send(running, phone="+358449876503")
    page.clock.install()
    come_back(running, page, code)
    page.locator("#body").fill("Pitkä vastaus")
    page.clock.fast_forward("13:01")
    expect(page.locator(".status")).not_to_be_empty()
    page.keyboard.press("Shift")
    expect(page.locator(".status")).to_be_empty()
    page.clock.fast_forward("15:02")
    expect(page.locator("main[data-step=code]")).not_to_contain_text(MORNINGS)
    page.locator("#code").fill(code)
    page.keyboard.press("Enter")
    expect(page.locator("#body")).to_have_value("Pitkä vastaus")


def test_leaving_is_at_once_and_nothing_stays(running: Installation, phone_sized: BrowserContext) -> None:
    page = phone_sized.new_page()
    come_back(running, page, send(running, phone="+358449876504"))
    assert page.title() == "Viestit"
    gone: list[str] = []
    page.route("https://yle.fi/**", lambda route: (gone.append(route.request.url), route.fulfill(body="sää")))
    page.locator("#body").fill("Kesken jäi")
    page.locator("[data-exit]").click()
    page.wait_for_url("https://yle.fi/**")
    assert gone
    assert phone_sized.cookies() == []
    page.go_back()
    expect(page.locator("body")).not_to_contain_text(MORNINGS)
