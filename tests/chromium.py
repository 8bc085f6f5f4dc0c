"""A real Chromium, Debian's, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert program, "install Chromium: ./test does it when it runs as root"
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS, *sandbox])
        yield browser
        browser.close()


@pytest.fixture
def phone_sized(chromium: Browser) -> Iterator[BrowserContext]:
    """A parent's cheap phone."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="fi-FI", has_touch=True)
    yield context
    context.close()


@pytest.fixture
def desk_sized(chromium: Browser) -> Iterator[BrowserContext]:
    """A worker's screen."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="fi-FI")
    yield context
    context.close()
