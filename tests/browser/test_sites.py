"""A page gets its button: registered, copied, opened on that very page; and the statement and its feedback."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.installation import Installation, installation
from tests.processes import free_port

WIDTHS_WITHOUT_OVERFLOW = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS, NARROW = (360, 1280), (360,)


@pytest.fixture(scope="module")
def running(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    place = tmp_path_factory.mktemp("sites") / "data"
    shutil.copytree(demo_data, place)
    with installation(place, redis_url="none") as found:
        found.start("web")
        yield found


@contextmanager
def host_page(port: int, snippet: str) -> Iterator[str]:
    """A website of somebody else with this snippet on its only page; the address of the page."""
    content = f"<!doctype html><html lang=fi><title>Koulu</title><h1>Koulu</h1>{snippet}".encode()

    class Website(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", port), Website) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{port}/"
        server.shutdown()


def accessible(page: Page, where: str, widths: tuple[int, ...] = WIDTHS) -> None:
    """No violation that axe finds, and nothing wider than the screen."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page, options={"runOnly": LEVELS})
        violations: list[dict[str, Any]] = found.response["violations"]
        wrong = [(found["id"], found["nodes"][0]["html"]) for found in violations]
        assert wrong == [], f"{where} at {width}: {wrong}"
        assert page.evaluate(WIDTHS_WITHOUT_OVERFLOW), f"{where} is wider than a screen of {width}"


def sign_in(running: Installation, context: BrowserContext, first_name: str) -> Page:
    people = json.loads((running.data_dir / "demo-sign-ins.json").read_text(encoding="utf-8"))
    person = next(person for person in people if person["email"].startswith(first_name))
    page = context.new_page()
    page.goto(f"http://localhost:{running.port}/staff/sign-in?lang=en")
    page.locator("input[name=email]").fill(person["email"])
    page.locator("input[name=password]").fill(person["password"])
    page.locator("main button").first.click()
    return page


def test_an_administrator_puts_the_button_on_a_page(
    running: Installation, desk_sized: BrowserContext
) -> None:
    port, address = free_port(), f"http://localhost:{running.port}/staff"
    page = sign_in(running, desk_sized, "eve")
    page.goto(f"{address}/new-site?lang=en")
    page.get_by_label("Key").fill("metsapolku")
    page.locator("button.primary").click()
    expect(page.locator("[data-focus]")).to_be_focused()
    accessible(page, "a form with errors", NARROW)
    for language, name in {
        "Finnish": "Metsäpolun koulu",
        "Swedish": "Skogsstigen",
        "English": "Forest Path",
    }.items():
        page.get_by_label(f"Name in {language}").fill(name)
    page.get_by_label("Municipality").select_option("853")
    page.get_by_label("Websites").fill(f"http://127.0.0.1:{port}/")
    page.get_by_label("Sentence in Finnish").fill("Voit myös soittaa rehtorille.")
    page.get_by_label("Colour").fill("#8b1a1a")
    page.locator("button.primary").click()
    expect(page.locator(".notice.ok")).to_be_visible()
    accessible(page, "a site")
    snippet = page.get_by_label("With a script").input_value()

    with host_page(port, snippet) as website:
        visitor = desk_sized.browser.new_context(locale="fi-FI").new_page()  # type: ignore[union-attr]
        visitor.goto(website)
        button = visitor.get_by_role("link", name="Pyydä apua")
        expect(button).to_have_css("background-color", "rgb(139, 26, 26)")
        button.click()
        form = visitor.frame_locator("iframe")
        expect(form.locator("main")).to_contain_text("Voit myös soittaa rehtorille.")
        visitor.context.close()
    page.goto(f"{address}/sites?lang=en")
    expect(page.locator(".use")).not_to_contain_text("Last opened never")
    accessible(page, "the list of sites")


def test_the_preview_shows_the_button_as_it_is_typed(
    running: Installation, desk_sized: BrowserContext
) -> None:
    page = sign_in(running, desk_sized, "saga")
    page.goto(f"http://localhost:{running.port}/staff/sites/demo?lang=en")
    preview = page.frame_locator("iframe.preview")
    button = preview.get_by_role("link", name="Pyydä apua")
    expect(button).to_have_css("background-color", "rgb(28, 102, 91)")
    page.get_by_label("Colour").fill("#ffee00")
    page.get_by_label("First language").select_option("sv")
    page.get_by_label("In the text, where the snippet stands").check()
    button = preview.get_by_role("link", name="Be om hjälp")
    expect(button).to_have_css("background-color", "rgb(255, 238, 0)")
    expect(button).to_have_css("color", "rgb(0, 0, 0)")
    expect(preview.locator("main")).to_contain_text("black")
    expect(preview.locator("help-button")).to_have_attribute("position", "inline")
    button.click()
    form = preview.frame_locator("iframe").locator("main[data-step=edit]")
    expect(form).to_be_visible()
    expect(form).to_contain_text("Du kan också prata med oss")
    page.reload()
    expect(page.get_by_label("Colour")).to_have_value("")


def test_without_scripts_the_preview_comes_with_a_button(running: Installation, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = sign_in(running, context, "saga")
    page.goto(f"http://localhost:{running.port}/staff/sites/demo?lang=en")
    page.get_by_label("Colour").fill("#ffee00")
    page.get_by_role("button", name="Show in the preview").click()
    expect(page.frame_locator("iframe.preview").locator("main")).to_contain_text("black")
    expect(page.get_by_label("Colour")).to_have_value("#ffee00")
    context.close()


def test_a_statement_feedback_and_its_answer(running: Installation, desk_sized: BrowserContext) -> None:
    page = desk_sized.new_page()
    base = f"http://localhost:{running.port}"
    for language in ("fi", "sv", "en"):
        page.goto(f"{base}/accessibility?site=demo&lang={language}")
        accessible(page, f"the statement in {language}", WIDTHS if language == "fi" else NARROW)
    page.get_by_role("link", name="Give feedback").click()
    page.locator("button.main").click()
    expect(page.locator("[aria-invalid=true]")).to_be_visible()
    accessible(page, "the feedback form with an error")
    page.locator("textarea").fill("The button cannot be seen with large text.")
    page.locator("button.main").click()
    expect(page.locator("main[data-step=sent]")).to_be_visible()
    accessible(page, "the thanks", NARROW)
    assert desk_sized.cookies() == []

    page.goto(f"{base}/accessibility/feedback?lang=en")
    page.locator("textarea").fill("Without a page.")
    page.locator("button.main").click()
    expect(page.locator("main[data-step=sent]")).to_be_visible()
    staff = sign_in(running, desk_sized, "eve")
    staff.goto(f"{base}/staff/feedback?lang=en")
    accessible(staff, "the list of feedback")
    staff.get_by_role("button", name="Mark as answered").first.click()
    expect(staff.locator(".clock-kept")).to_be_visible()


def test_a_closed_button_says_so_in_the_dialog(running: Installation, desk_sized: BrowserContext) -> None:
    page = sign_in(running, desk_sized, "saga")
    page.goto(f"http://localhost:{running.port}/staff/sites/demo?lang=en")
    page.get_by_label("In use").uncheck()
    page.locator(".save button").click()
    expect(page.locator(".notice.ok")).to_be_visible()
    page.goto(f"http://localhost:{running.port}/ask/demo?lang=fi")
    expect(page.locator("main[data-step=closed]")).to_contain_text("112")
    accessible(page, "a closed button")
    page.goto(f"http://127.0.0.1:{running.port}/demo")
    page.get_by_role("link", name="Pyydä apua").click()
    expect(page.frame_locator("iframe").locator("main[data-step=closed]")).to_be_visible()
