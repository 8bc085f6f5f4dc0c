"""Pages of others with our button on them: made up by a test, on the registered origin or on any other."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Frame, Locator, Page, expect

from tests.installation import Installation, installation

NEUTRAL_PAGE = "https://yle.fi/saa"
UNREGISTERED = "http://127.0.0.1:9"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WATCH_SHIFTS = """
    window.shifts = [];
    new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((entry) => entry.value)))
      .observe({ type: "layout-shift", buffered: true });
"""
"""Collects every shift of the layout, those right after a press included."""


@pytest.fixture(scope="module")
def still(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The web alone."""
    place = tmp_path_factory.mktemp("still") / "data"
    shutil.copytree(demo_data, place)
    with installation(place, redis_url="none") as found:
        found.start("web")
        yield found


def accessible(page: Page) -> None:
    """axe finds nothing, target sizes included."""
    violations = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == []


class Host:
    """One page of somebody else's, with what the browser said while it was open."""

    def __init__(self, page: Page, running: Installation) -> None:
        self.page, self.running = page, running
        self.origin = running.url
        self.button = f"http://localhost:{running.port}"
        self.snippet = f'<script async src="{self.button}/button.js" data-site="demo"></script>'
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.set_default_timeout(8000)
        page.context.grant_permissions(["local-network-access"])  # a made-up page has no address of its own
        weather = "<title>Sää</title><p>Poutaa</p>"
        page.context.route(
            f"{NEUTRAL_PAGE}*", lambda route: route.fulfill(body=weather, content_type="text/html")
        )

    def visit(self, path: str) -> "Host":
        """A page of the demo, on the other origin."""
        self.page.goto(self.origin + path)
        expect(self.links.first).to_be_visible()
        return self

    def show(
        self, body: str, *, head: str = "", root: str = 'lang="fi"', origin: str = "", **headers: str
    ) -> "Host":
        """A page made up of this, with these headers (CSP is `content_security_policy`)."""
        page = f"<!doctype html><html {root}><head><title>Koti</title>{head}</head><body>{body}</body></html>"
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        address = f"{origin or self.origin}/host"
        self.page.route(
            address,
            lambda route: route.fulfill(body=page, content_type="text/html; charset=utf-8", headers=given),
        )
        self.page.goto(address)
        return self

    @property
    def links(self) -> Locator:
        """The buttons, which are links."""
        return self.page.locator("help-button a.open")

    @property
    def dialog(self) -> Locator:
        return self.page.locator("help-button dialog[open]")

    @property
    def form(self) -> Frame:
        """The newest form on the page."""
        for _ in range(160):
            frames = [frame for frame in self.page.frames if "/embed/" in frame.url]
            if frames:
                return frames[-1]
            self.page.wait_for_timeout(50)
        raise AssertionError("no form was framed")

    @property
    def text(self) -> Locator:
        return self.form.locator("textarea[name=text]")

    def open(self) -> "Host":
        """Press the first button and wait for the form."""
        self.links.first.click()
        expect(self.dialog.locator("iframe")).to_be_visible()
        self.text.wait_for(state="attached")
        return self

    def write(self, text: str) -> None:
        """Typed into the form, on whichever of its steps the text stands."""
        self.text.evaluate(
            "(field, text) => { field.value = text; field.dispatchEvent(new Event('input', { bubbles: true })) }",
            text,
        )

    def focused(self) -> str:
        """What has the keyboard, inside the button."""
        found: str = self.page.evaluate(
            "document.activeElement.shadowRoot?.activeElement?.localName ?? document.activeElement.localName"
        )
        return found

    def left(self) -> None:
        """The neutral page stands in the place of this one."""
        self.page.wait_for_url(f"{NEUTRAL_PAGE}*")
        expect(self.page.get_by_text("Poutaa")).to_be_visible()


@pytest.fixture
def host(desk_sized: BrowserContext, still: Installation) -> Host:
    """A page on a wide screen."""
    return Host(desk_sized.new_page(), still)


@pytest.fixture
def small_host(phone_sized: BrowserContext, still: Installation) -> Host:
    """A page on a phone."""
    return Host(phone_sized.new_page(), still)
