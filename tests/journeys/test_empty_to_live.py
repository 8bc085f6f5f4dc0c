"""From an empty directory to an answered test request in real Chromium, and what doctor still says afterwards."""

import re
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from passlib.totp import TOTP
from playwright.sync_api import Browser, BrowserContext, Page, expect

from helpbutton.i18n import gettext
from helpbutton.readiness.operations import TEST_TEXT
from helpbutton.vault import keystore
from tests.browser.test_story import accessible
from tests.installation import Installation
from tests.processes import Process, wait_for

PASSWORD = "neljä sanaa peräkkäin iltaisin"
FOR_PRODUCTION = {
    "text messages reach people",
    "a second channel for alerts",
    "an alarm when everything stands still",
}
"""What a machine in a test has not: Twilio, a mail server, a page outside that watches."""


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Installation, Process]]:
    """`helpbutton run --no-demo` on an empty directory, its keys elsewhere."""
    keys = tmp_path / "keys"
    secret, store = keys / "secret-key", keys / "key-store.json"
    keystore.create_missing(secret, store)
    place = Installation(tmp_path / "data", secret_key_file=secret, kek_file=store, sms="console")
    place.env["HELPBUTTON_BASE_URL"] = f"http://localhost:{place.port}"
    process = Process(
        ["helpbutton", "run", "--no-demo", "--port", str(place.port)],
        log=tmp_path / "run.log",
        env=place.env,
        cwd=tmp_path,
    )
    process.start()
    try:
        wait_for(lambda: "Ctrl-C" in process.output() or not process.running, within=60)
        assert process.running, process.output()
        yield place, process
    finally:
        if process.running:
            process.end()


@pytest.fixture
def website(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The origin of somebody else's website and the folder of its pages."""
    pages = tmp_path / "website"
    pages.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(pages)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", pages
    server.shutdown()
    server.server_close()


def code_of(page: Page) -> str:
    """What an app shows that has read the picture on this page."""
    secret = page.locator(".secret").inner_text().replace(" ", "")
    return str(TOTP(key=secret).generate().token)


def set_up_factor(page: Page) -> None:
    """The second step that every account needs."""
    page.get_by_label("Code", exact=True).fill(code_of(page))
    page.get_by_role("button", name="Use this app").click()
    page.get_by_role("link", name="I have kept them").click()


def become_administrator(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{address}?lang=en")
    accessible(page, "set-up address")
    page.get_by_label("Name in Finnish").fill("Varsinais-Suomen hyvinvointialue")
    page.get_by_label("Name in Swedish").fill("Egentliga Finlands välfärdsområde")
    page.get_by_label("Name in English").fill("Wellbeing services county of Southwest Finland")
    page.get_by_label("The area that it serves").select_option("05")
    page.get_by_label("Your name").fill("Eeva Esimerkki")
    page.get_by_label("E-mail").fill("eeva@example.fi")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("[data-focus]")).to_be_focused()
    accessible(page, "set-up address with an error")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    set_up_factor(page)
    expect(page.get_by_text("2 of 10")).to_be_visible()


def add_desk_by_keyboard(page: Page) -> None:
    """Nothing but the keyboard; the fields lie in the order of the form."""
    accessible(page, "guide, desk")
    page.get_by_label("Name in Finnish").focus()
    for typed in ("Perheneuvola", "Familjerådgivningen", "Family guidance"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("040 123 4567")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The desk is there.")).to_be_visible()


def invite(page: Page) -> str:
    """The link that is handed over to the one who answers."""
    page.get_by_label("Name", exact=True).fill("Wilma Esimerkki")
    page.get_by_label("E-mail").fill("wilma@example.fi")
    page.get_by_label("Role").select_option("worker")
    page.locator("#language").select_option("en")
    page.get_by_role("button", name="Invite").click()
    link = page.get_by_label("Link", exact=True).input_value()
    page.get_by_role("link", name="Back to getting started").click()
    return link


def register_site(page: Page, origin: str) -> str:
    """The line that the guide shows for the website."""
    page.get_by_label("Name in Finnish").fill("Päiväkoti Kielo")
    page.get_by_label("Name in Swedish").fill("Daghemmet Konvaljen")
    page.get_by_label("Name in English").fill("Kielo day care")
    page.get_by_label("Municipality").select_option("853")
    page.get_by_label("Address of the website").fill(origin)
    page.get_by_role("button", name="Register the page").click()
    return page.locator("#snippet-1").input_value().strip()


def open_button(page: Page, origin: str) -> None:
    page.goto(f"{origin}/index.html")
    page.get_by_role("link", name="Pyydä apua").click()
    expect(page.frame_locator("iframe").locator("main")).to_be_visible()


def come_in(page: Page, link: str) -> None:
    """The one who was invited accepts."""
    page.goto(f"{link.replace('#', '?lang=en#')}")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    set_up_factor(page)


def answer(page: Page, place: Installation) -> None:
    """The one who was invited finds the test request and answers it."""
    wait_for(partial(is_sorted, place))
    page.reload()
    page.locator("a[href*='/staff/cases/']").first.click()
    expect(page.locator("main")).to_contain_text(gettext("fi", TEST_TEXT))
    page.locator("#answer-body").fill("Koe onnistui.")
    page.get_by_role("button", name="Send to the family").click()
    expect(page.locator("main")).to_contain_text("Koe onnistui.")


def is_sorted(place: Installation) -> bool:
    with closing(sqlite3.connect(place.data_dir / "helpbutton.sqlite")) as database:
        return bool(
            database.execute("SELECT count(*) FROM case_ WHERE triage_version IS NOT NULL").fetchone()[0]
        )


def test_from_an_empty_directory_to_an_answered_test_request(
    running: tuple[Installation, Process],
    website: tuple[str, Path],
    desk_sized: BrowserContext,
    chromium: Browser,
) -> None:
    place, process = running
    origin, pages = website
    found = re.search(r"http://localhost:\d+/staff/start/[0-9a-f]{64}", process.output())
    assert found, process.output()
    guide = desk_sized.new_page()
    guide.set_default_timeout(8000)
    become_administrator(guide, found[0])
    add_desk_by_keyboard(guide)
    link = invite(guide)
    expect(guide.get_by_text("has accepted the invitation")).to_be_visible()
    worker = chromium.new_context(viewport={"width": 360, "height": 740}, locale="en-GB")
    wilma = worker.new_page()
    come_in(wilma, link)
    guide.reload()
    snippet = register_site(guide, origin)
    (pages / "index.html").write_text(
        f"<!doctype html><html lang=fi><title>Kielo</title><h1>Kielo</h1>{snippet}", "utf-8"
    )
    desk_sized.grant_permissions(["local-network-access"])
    open_button(desk_sized.new_page(), origin)

    guide.goto(f"http://localhost:{place.port}/staff/start?lang=en&step=routes")
    accessible(guide, "guide, routes")
    guide.get_by_role("button", name="Lead everything to it").click()
    expect(guide.get_by_text("The proof is complete")).to_be_visible()
    assert place.helpbutton("routes", "check")

    guide.goto(f"http://localhost:{place.port}/staff/start?lang=en")
    expect(guide.get_by_text("9 of 10")).to_be_visible()
    guide.get_by_role("button", name="Send a test request").click()
    expect(guide.get_by_text("shown only now")).to_be_visible()
    answer(wilma, place)
    worker.close()

    guide.goto(f"http://localhost:{place.port}/staff/start?lang=en")
    expect(guide.get_by_role("heading", name="You are live")).to_be_visible()
    guide.set_viewport_size({"width": 360, "height": 740})
    accessible(guide, "guide, live")
    guide.goto(f"{found[0]}?lang=en")
    expect(guide.get_by_role("heading", name="This address is not in use")).to_be_visible()
    assert wrong_by_doctor(place) == FOR_PRODUCTION
    with pytest.raises(subprocess.CalledProcessError):
        place.helpbutton("staff", "start")


def wrong_by_doctor(place: Installation) -> set[str]:
    done = subprocess.run(
        ["helpbutton", "doctor"],
        capture_output=True,
        text=True,
        env=place.env,
        check=False,
        cwd=place.data_dir,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith(("MISSING", "UNSAFE"))]
    assert done.returncode == 1
    return {line.split(maxsplit=1)[1].partition(":")[0] for line in lines}
