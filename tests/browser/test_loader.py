"""The button on a page of somebody else's, on another origin than the form, opened and closed by a person."""

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from tests.browser.hosts import UNREGISTERED, WATCH_SHIFTS, Host, accessible, host, small_host, still
from tests.installation import ROOT, Installation

__all__ = ["host", "small_host", "still"]

LONG = "<p>Pitkä sivu.</p>" * 200
STORED = """async () => {
  const kept = [() => localStorage.length, () => sessionStorage.length, () => document.cookie.length,
    async () => (await indexedDB.databases()).length, async () => (await caches.keys()).length];
  const found = [];
  for (const count of kept) {
    try { found.push(await count()); } catch { found.push(0); }
  }
  return found;
}"""
"""How much is kept in each store; one that the browser denies a frame holds nothing."""


def test_one_request_before_it_is_opened_and_at_most_four_after(host: Host) -> None:
    host.show(host.snippet).links.wait_for()
    ours = [url for url in host.asked if not url.startswith("data:")]
    assert ours == [f"{host.origin}/host", f"{host.button}/button.js"]
    host.open()
    opened = [url for url in host.asked[len(ours) :] if not url.startswith("data:")]
    assert len(opened) <= 4
    assert all(url.startswith(host.button) for url in opened)
    assert host.complaints == []


def test_the_dialog_takes_the_keyboard_and_gives_it_back(host: Host) -> None:
    host.show(host.snippet).links.first.focus()
    host.page.keyboard.press("Enter")
    expect(host.page.get_by_role("dialog", name="Pyydä apua")).to_be_visible()
    expect(host.page.locator("iframe[title='Pyydä apua']")).to_be_visible()
    assert host.focused() == "iframe"
    host.page.keyboard.press("Escape")
    expect(host.dialog).to_have_count(0)
    assert host.focused() == "a"


def test_the_page_behind_stands_still(host: Host) -> None:
    host.page.add_init_script(WATCH_SHIFTS)
    host.show(f"{LONG}{host.snippet}{LONG}").links.wait_for()
    host.page.mouse.wheel(0, 400)
    host.page.wait_for_function("scrollY === 400")
    host.open()
    host.page.mouse.move(10, 10)
    host.page.mouse.wheel(0, 400)
    host.page.keyboard.press("Escape")
    expect(host.dialog).to_have_count(0)
    assert host.page.evaluate("scrollY") == 400
    assert host.page.evaluate("shifts") == []
    assert host.page.evaluate("document.documentElement.style.cssText") == ""
    host.page.mouse.wheel(0, 400)
    host.page.wait_for_function("scrollY === 800")


@pytest.mark.parametrize("by", ["button", "Escape here", "Escape in the frame"])
def test_with_typed_text_it_asks_once_and_keeps_the_text(by: str, host: Host) -> None:
    def close() -> None:
        if by == "button":
            host.dialog.get_by_role("button", name="Sulje").click()
        else:
            where = "iframe" if by == "Escape in the frame" else "button"
            host.dialog.locator(where).focus()
            host.page.keyboard.press("Escape")

    host.show(host.snippet).open().write("Aamut ovat vaikeita")
    close()
    expect(host.form.get_by_role("status")).not_to_be_empty()
    expect(host.dialog).to_be_visible()
    close()
    expect(host.dialog).to_have_count(0)
    host.open()
    expect(host.text).to_have_value("Aamut ovat vaikeita")
    close()
    expect(host.dialog).to_have_count(0)


@pytest.mark.parametrize("typed", [True, False])
@pytest.mark.parametrize(
    "where", ["frame frame frame", "host host host", "host frame host", "frame host host"]
)
def test_three_escapes_always_leave(where: str, typed: bool, host: Host) -> None:
    host.show(f"<h1>Koti</h1>{host.snippet}").open()
    if typed:
        host.write("Aamut ovat vaikeita")
    focus = "found => found[0]?.focus()"  # does not wait: the Escape before may just have closed the dialog
    for place in where.split():
        host.dialog.locator("iframe" if place == "frame" else "button").evaluate_all(focus)
        host.page.keyboard.press("Escape")
    host.left()
    host.page.go_back()
    assert host.page.url == "about:blank", "the page is not in the history any more"


def test_two_escapes_and_a_late_third_stay(host: Host) -> None:
    host.page.clock.install()
    host.show(host.snippet).open()
    for wait in (0, 1500, 1500):
        host.page.clock.run_for(wait)
        host.page.keyboard.press("Escape")
    host.page.clock.run_for(100)
    assert host.page.url.endswith("/host")


def test_quick_exit_of_the_form_empties_the_page_first_and_nothing_asks_to_stay(host: Host) -> None:
    questions: list[str] = []
    host.page.on("dialog", lambda dialog: (questions.append(dialog.type), dialog.accept()))
    head = "<script>onbeforeunload = (event) => event.preventDefault()</script>"
    host.show(f"<h1>Koti</h1>{host.snippet}", head=head).open().write("Aamut ovat vaikeita")
    host.page.evaluate(
        """new MutationObserver(() => console.info(document.documentElement.childElementCount, document.title, "left"))
        .observe(document.documentElement, { childList: true })"""
    )
    with host.page.expect_console_message(lambda said: said.text.endswith("left")) as said:
        host.form.locator("[data-exit]").first.click(no_wait_after=True)
    assert said.value.text.split() == ["0", "left"]
    host.left()
    assert questions == []


def test_nothing_is_stored_anywhere(host: Host, desk_sized: BrowserContext) -> None:
    host.show(host.snippet).open().write("Aamut ovat vaikeita")
    empty = [0, 0, 0, 0, 0]
    assert host.page.evaluate(STORED) == host.form.evaluate(STORED) == empty
    host.form.locator("[data-exit]").first.click()
    host.left()
    for origin in (host.origin, host.button):
        host.page.goto(f"{origin}/health/live")
        assert host.page.evaluate(STORED) == empty
    assert desk_sized.cookies() == []


@pytest.mark.parametrize("why", ["unregistered page", "dead server"])
def test_without_the_form_there_is_a_link_and_numbers(why: str, host: Host) -> None:
    host.page.clock.install()
    if why == "dead server":
        host.page.context.route("**/embed/**", lambda route: route.abort("connectionrefused"))
    snippet = host.snippet.replace("data-site", 'data-phone="050 000 9001" data-site')
    host.show(snippet, origin=UNREGISTERED if why == "unregistered page" else "")
    host.links.click()
    expect(host.dialog).to_contain_text("Avataan …")
    host.page.clock.run_for(5000)
    form = host.dialog.get_by_role("link", name="Pyydä apua")
    expect(form).to_have_attribute("href", f"{host.button}/ask/demo?lang=fi&topic=")
    calls = [link.get_attribute("href") for link in host.dialog.locator("a[href^='tel:']").all()]
    assert calls == ["tel:112", "tel:116111", "tel:0500009001"]
    assert host.focused() == "button", "the keyboard does not vanish into the dead frame"
    accessible(host.page)
    host.page.keyboard.press("Escape")
    expect(host.dialog).to_have_count(0)
    host.links.click()
    host.dialog.get_by_role("button", name="Poistu nopeasti").click()
    host.left()


def test_a_slow_form_comes_after_all(host: Host) -> None:
    host.page.clock.install()
    held: list[Route] = []
    host.page.context.route("**/embed/**", lambda route: held.append(route))
    host.show(host.snippet).links.click()
    host.page.clock.run_for(5000)
    expect(host.dialog).to_contain_text("116 111")
    held[0].continue_()
    expect(host.text).to_be_attached()
    expect(host.page.locator("dialog[open] iframe")).to_be_visible()
    expect(host.dialog.get_by_text("116 111")).to_be_hidden()


@pytest.mark.parametrize("width", [320, 1280])
def test_the_page_that_nginx_shows_when_we_are_down_is_accessible(width: int, host: Host) -> None:
    host.page.set_viewport_size({"width": width, "height": 800})
    host.page.goto((ROOT / "config/outage/page.html").as_uri())
    accessible(host.page)
    assert host.page.evaluate("document.documentElement.scrollWidth") <= width
    host.page.get_by_role("link", name="Poistu nopeasti").click()
    host.left()


def test_without_script_the_plain_link_stands_in_its_place(
    still: Installation, phone_sized: BrowserContext
) -> None:
    browser = phone_sized.browser
    assert browser
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for path in ("/demo", "/demo/strict", "/demo/hostile"):
        page.goto(f"{still.url}{path}")
        links = page.locator("a[href*='/ask/demo']")
        assert links.count() >= 1, path
    page.goto(f"{still.url}/demo/strict")
    page.get_by_role("link", name="Be om hjälp").first.click()
    expect(page.locator("textarea[name=text]")).to_be_attached()
    context.close()


@pytest.mark.parametrize("missing", ["HTMLDialogElement", "CSSStyleSheet"])
def test_an_old_browser_gets_what_it_can_show(missing: str, host: Host) -> None:
    host.page.add_init_script(f"delete window.{missing}")
    host.show(host.snippet).links.click()
    if missing == "HTMLDialogElement":
        host.page.wait_for_url(f"{host.button}/ask/demo*")
    else:
        expect(host.dialog).to_be_visible()
        assert (
            host.page.locator("help-button a.open").evaluate("(e) => getComputedStyle(e).display")
            == "inline-flex"
        )


@pytest.mark.parametrize("path", ["/demo", "/demo/strict", "/demo/hostile"])
@pytest.mark.parametrize("width", [360, 1280])
def test_host_page_and_dialog_are_accessible(path: str, width: int, host: Host) -> None:
    host.page.set_viewport_size({"width": width, "height": 800})
    host.visit(path)
    accessible(host.page)
    host.open()
    accessible(host.page)
    assert [
        box
        for part in host.dialog.locator("button").all()
        if (box := part.bounding_box()) and min(box["width"], box["height"]) < 44
    ] == []
    dialog = host.dialog.bounding_box()
    assert dialog
    assert dialog["width"] <= width
    if width == 360:
        assert (dialog["width"], dialog["height"]) == (360, 800), "a phone's whole screen"
