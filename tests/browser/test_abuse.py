"""The trap in a real browser: nobody sees it, hears it or tabs to it, and axe finds nothing wrong with it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.installation import Installation, installation

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TRAP = "input[name=subject]"


@pytest.fixture
def still(demo_data: Path, tmp_path: Path) -> Iterator[Installation]:
    """The web alone, for looking at pages."""
    shutil.copytree(demo_data, tmp_path / "data")
    with installation(tmp_path / "data", redis_url="none") as found:
        found.start("web")
        yield found


def stops(page: Page) -> set[str]:
    """The names of everything that the tab key reaches, once around the page."""
    found: set[str] = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        found.add(page.evaluate("document.activeElement.getAttribute('name') || ''"))
    return found


def test_people_never_meet_the_trap(still: Installation, phone_sized: BrowserContext) -> None:
    page = phone_sized.new_page()
    page.goto(f"{still.url}/ask/demo?lang=fi")
    trap = page.locator(TRAP)
    expect(trap).to_have_count(1)
    box = trap.locator("xpath=ancestor::p").bounding_box()
    assert box
    assert max(box["width"], box["height"]) <= 1
    assert not [seen for seen in page.get_by_role("textbox").all() if seen.get_attribute("name") == "subject"]
    assert "role" in (reached := stops(page))
    assert "subject" not in reached
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    assert [violation for violation in found if "subject" in str(violation["nodes"])] == []
