"""The whole story in real Chromium against real processes: from the kindergarten's page to the answer."""

import json
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.steps import to_summary, write
from tests.cast import MORNINGS, PHONE
from tests.installation import Installation, installation
from tests.processes import wait_for
from tests.servers import Postgres, redis

ANSWER = "Hei! Soitan huomenna kello 10."
WIDTHS_WITHOUT_OVERFLOW = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture
def running(
    postgres_server: Postgres, postgres_template: tuple[str, Path], tmp_path: Path
) -> Iterator[Installation]:
    """On PostgreSQL and Redis; the journeys run on SQLite."""
    template, template_dir = postgres_template
    shutil.copytree(template_dir, tmp_path / "data")
    database = postgres_server.create_database(template=template.rpartition("/")[2])
    with (
        redis() as broker,
        installation(tmp_path / "data", database_url=database, redis_url=broker.url) as found,
    ):
        found.start()
        yield found


def phone(running: Installation) -> list[dict[str, str]]:
    with urllib.request.urlopen(f"{running.url}/demo/phone.json", timeout=5) as answer:
        messages: list[dict[str, str]] = json.load(answer)
    return messages


def accessible(page: Page, where: str) -> None:
    page.wait_for_load_state()
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    violations: list[dict[str, Any]] = found.response["violations"]
    assert violations == [], f"{where}: {[(v['id'], v['nodes'][0]['html']) for v in violations]}"
    assert page.evaluate(WIDTHS_WITHOUT_OVERFLOW), f"{where} is wider than the screen"


def parent_writes(running: Installation, page: Page) -> str:
    """Through the button on the kindergarten's page; returns the receipt code."""
    page.goto(f"http://127.0.0.1:{running.port}/demo")
    page.get_by_role("link", name="Pyydä apua").click()
    form = page.frame_locator("iframe")
    write(form, MORNINGS)
    form.locator("input[name=phone]").fill("040 123 4567")
    form.locator("input[name=safe_to_text]").check()
    to_summary(form)
    expect(form.locator("main")).to_contain_text("Lapsiperheiden palveluohjaus, Varsinais-Suomi")
    form.locator("button.main[value=send]").click()
    code = form.locator("[data-code]").first.get_attribute("data-code")
    assert code
    return code


def worker_answers(running: Installation, page: Page) -> None:
    """Signs in, finds the case in the worklist, takes it and answers."""
    person = json.loads((running.data_dir / "demo-sign-ins.json").read_text())[0]
    page.goto(f"http://localhost:{running.port}/staff/")
    page.locator("input[name=email]").fill(person["email"])
    page.locator("input[name=password]").fill(person["password"])
    accessible(page, "sign-in")
    page.locator("main button").first.click()
    accessible(page, "worklist")
    page.locator("a[href*='/staff/cases/']").first.click()
    expect(page.locator("main")).to_contain_text(MORNINGS)
    accessible(page, "case page")
    page.locator("form[action$='/take'] button").click()
    page.locator("#answer-body").fill(ANSWER)
    page.locator("form[action$='/answer'] .primary").click()
    expect(page.locator("main")).to_contain_text(ANSWER)


def parent_reads(running: Installation, page: Page, code: str) -> None:
    """Comes back with the code; it never stands in the address."""
    page.goto(f"http://localhost:{running.port}/receipt?lang=fi")
    accessible(page, "code page")
    page.locator("input[name=code]").fill(code.lower())
    page.locator("button.main[value=open]").click()
    expect(page.locator("main")).to_contain_text(ANSWER)
    accessible(page, "thread")
    assert code not in page.url


def test_from_the_kindergartens_page_to_the_answer(
    running: Installation, phone_sized: BrowserContext, desk_sized: BrowserContext
) -> None:
    asked: list[str] = []
    phone_sized.on("request", lambda request: asked.append(request.url))
    code = parent_writes(running, phone_sized.new_page())
    wait_for(lambda: len(phone(running)) == 2, within=10)
    assert {message["to"] for message in phone(running)} >= {PHONE}
    worker_answers(running, desk_sized.new_page())
    wait_for(lambda: len([m for m in phone(running) if m["to"] == PHONE]) == 2, within=10)
    assert all(ANSWER not in message["text"] for message in phone(running))
    parent_reads(running, phone_sized.new_page(), code)
    assert phone_sized.cookies() == []
    here = ("http://127.0.0.1:", "http://localhost:", "data:")
    assert [url for url in asked if not url.startswith(here)] == []
