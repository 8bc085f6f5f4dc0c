"""Open help nearby in real Chromium: with the script, on a phone, framed, and accessible."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.test_story import accessible
from tests.installation import Installation, installation


@pytest.fixture(scope="module")
def running(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    place = tmp_path_factory.mktemp("open-help") / "data"
    shutil.copytree(demo_data, place)
    with installation(place, redis_url="none") as found:
        found.start("web")
        yield found


def test_a_parent_looks_around_without_writing_anything(
    running: Installation, phone_sized: BrowserContext
) -> None:
    page = phone_sized.new_page()
    page.goto(f"{running.url}/embed/demo/nearby?lang=en")
    accessible(page, "open help")
    expect(page.locator("h4").first).to_be_visible()
    page.select_option("#municipality", "405")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#open-help")).to_have_text("Lappeenranta / Villmanstrand")
    imatra = page.locator("summary", has_text="Imatra")
    imatra.click()
    expect(page.get_by_text("Wave open day care (demo)")).to_be_visible()
    accessible(page, "open help in Lappeenranta")
    page.locator("a.button", has_text="Write to us").click()
    expect(page.locator("textarea[name=text]")).to_be_attached()
    assert page.url.startswith(f"{running.url}/embed/demo?")
    assert phone_sized.cookies() == []


def test_beside_the_form_it_opens_without_losing_what_was_written(
    running: Installation, desk_sized: BrowserContext
) -> None:
    page = desk_sized.new_page()
    page.goto(f"{running.url}/ask/demo?lang=en")
    beside = page.locator("details.open-help-beside")
    beside.locator("> summary").click()
    expect(beside.locator("h4").first).to_be_visible()
    accessible(page, "form with open help")
    with desk_sized.expect_page() as opened:
        beside.locator("a[href*='/nearby']").click()
    expect(opened.value.locator("h1")).to_have_text("Open help near you")
    expect(page.locator("textarea[name=text]")).to_be_attached()
