"""Every public page and state: nothing that axe finds, nothing cut or covered, the keyboard never lost."""

import shutil
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from tests.browser import staff_pages, states
from tests.browser.states import Codes
from tests.cast import MORNINGS
from tests.installation import Installation, installation

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = ["color-contrast"]
CHECK = (
    "(rules) => axe.run({ runOnly: rules, resultTypes: ['violations'] })"
    ".then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))"
)
FEW_OPTIONS = (
    "document.querySelectorAll('option:nth-child(n + 12):not(:checked)').forEach((node) => node.remove())"
)
"""One municipality is like another: three hundred of them only take time."""
FEW_ROWS = """
document.querySelectorAll(".waits > li, .record tr, fieldset > .choice, .choices > .choice").forEach((node) => {
  if (node.matches(":nth-child(n + 9)")) node.remove();
});
"""
TEXT_SPACING = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }"
    "p { margin-block-end: 2em !important }"
)
BADLY_SET = """() => {
  const clipped = (node) => getComputedStyle(node).clipPath !== "none";
  const unseen = [...document.querySelectorAll(".unseen, .intro, thead")].filter(clipped);
  const scrolls = ".tabs ul, .wide, .record, .scroll";
  const seen = (node) =>
    node.checkVisibility() &&
    !node.closest(`option, svg, .code i, ${scrolls}`) &&
    !unseen.some((other) => other.contains(node));
  const within = [...document.querySelectorAll(".top *, main *")].filter(seen);
  const name = (node) => node.outerHTML.slice(0, 120);
  const cut = within
    .filter((node) => getComputedStyle(node).overflowX !== "visible" && !node.matches("select, input, textarea"))
    .filter((node) => node.scrollWidth > node.clientWidth + 1);
  const beyond = within.filter((node) => {
    const { left, right, width } = node.getBoundingClientRect();
    return width > 1 && (left < -1 || right > innerWidth + 1);
  });
  const lines = (root) => {
    const found = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { currentNode: text } = walker;
      if (!text.data.trim() || !seen(text.parentElement)) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      for (const { left, right, top, bottom } of range.getClientRects()) {
        const trim = (bottom - top) / 5;
        found.push({ text, left, right, top: top + trim, bottom: bottom - trim });
      }
    }
    return found;
  };
  const covers = (one, other) =>
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > 2 &&
    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 2;
  const over = (all) => all.filter((line, at) => all.slice(at + 1).some((other) => covers(line, other)));
  const overlapping = [...document.querySelectorAll(".top, main")].flatMap((root) => over(lines(root)));
  return [...[...cut, ...beyond].map(name), ...overlapping.map(({ text }) => "over other text: " + text.data.trim())];
}"""
"""What is cut off, sticks out of the screen, or lies over other text; tables and tabs that scroll by themselves may be
wider than it."""
HIDDEN_FOCUS = """() => {
  const node = document.activeElement;
  const shown = node.matches(".choice input") ? node.closest(".choice") : node;
  const { top, bottom } = shown.getBoundingClientRect();
  const over = document.querySelector(".top").getBoundingClientRect().bottom;
  const status = document.querySelector(".status").getBoundingClientRect();
  const under = status.height ? status.top : innerHeight;
  return node.closest(".top") || (bottom > over + 1 && top < under - 1) ? "" : node.outerHTML.slice(0, 200);
}"""
"""WCAG 2.4.11: what has the focus is not hidden entirely under what sticks to the top or the bottom."""

Place = tuple[Installation, Codes]
Seen = dict[str, list[str]]


@pytest.fixture(scope="module")
def place(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The web alone, with cases in every state."""
    data_dir = tmp_path_factory.mktemp("accessible") / "data"
    shutil.copytree(demo_data, data_dir)
    codes = states.furnish(data_dir)
    with installation(data_dir, redis_url="none") as found:
        found.start("web")
        yield found, codes


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(bypass_csp=True, reduced_motion="reduce")
    context.add_init_script(AXE_SCRIPT)
    opened = context.new_page()
    opened.set_default_timeout(8000)
    yield opened
    context.close()


def look(page: Page, where: str, *, dark: int | None = None) -> None:
    """At 360 and 1280 pixels with axe, at one of them in the dark for the colours alone; without `dark` axe looks at
    360, since languages change how the text is set and not what there is. At 320 with wide spacing for that."""
    page.evaluate(FEW_OPTIONS)
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        page.emulate_media(color_scheme="dark" if width == dark else "light")
        if dark or width == 360:
            assert page.evaluate(CHECK, COLOURS if width == dark else RULES) == [], f"{where} at {width}"
        assert page.evaluate(BADLY_SET) == [], f"{where} at {width}"
    page.set_viewport_size({"width": 320, "height": 256})
    spacing = page.add_style_tag(content=TEXT_SPACING)
    assert page.evaluate(BADLY_SET) == [], f"{where} at 400 % with wide spacing"
    spacing.evaluate("node => node.remove()")


@pytest.mark.parametrize(("language", "dark"), [("fi", 1280), ("ar", None)])
def test_every_page_and_state(language: str, dark: int | None, page: Page, place: Place) -> None:
    running, codes = place
    at = (page, running.url, language)
    groups = (states.steps, states.doors, states.answers, states.around)
    for name in chain(*(group(*at) for group in groups), states.coming_back(*at, codes)):
        look(page, f"{name} in {language}", dark=dark)


@pytest.mark.parametrize("language", ["fi-selko", "sv", "en", "se", "ru", "uk", "so", "et"])
def test_every_language(language: str, page: Page, place: Place) -> None:
    running, codes = place
    page.goto(f"{running.url}/ask/demo?lang={language}")
    page.evaluate(states.IN_ONE_PIECE)
    look(page, f"form in {language}")
    for name in states.sending(page, running.url, language):
        look(page, f"{name} in {language}")
    for name in states.thread(page, running.url, language, "taken", codes):
        look(page, f"{name} in {language}")


@pytest.fixture(scope="module")
def staffed(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, Seen]]:
    """The web alone, with one of everything at a desk, and who looks at which page."""
    data_dir = tmp_path_factory.mktemp("staffed") / "data"
    shutil.copytree(demo_data, data_dir)
    seen = staff_pages.furnish(data_dir)
    with installation(data_dir, redis_url="none") as found:
        found.start("web")
        yield found, seen


@pytest.mark.parametrize("who", staff_pages.SEERS)
def test_every_page_of_staff(who: str, page: Page, staffed: tuple[Installation, Seen]) -> None:
    """Light on a phone, dark on a screen."""
    running, seen = staffed
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    staff_pages.sign_in(page, running, who)
    for address in seen[who]:
        page.goto(f"{running.url}{address}{'&' if '?' in address else '?'}lang=fi")
        page.evaluate(FEW_OPTIONS + FEW_ROWS)
        assert page.locator("h1").count() == 1, address
        for width, scheme in ((360, "light"), (1280, "dark")):
            page.set_viewport_size({"width": width, "height": 740})
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            assert page.evaluate(CHECK, COLOURS if scheme == "dark" else RULES) == [], f"{address}, {scheme}"
            assert page.evaluate(BADLY_SET) == [], f"{address} at {width}"
    assert said == []


def tab_to(page: Page, selector: str, key: str = "Tab") -> None:
    """By keyboard alone; at every stop the focus can be seen."""
    for _ in range(80):
        page.keyboard.press(key)
        assert page.evaluate(HIDDEN_FOCUS) == ""
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def arrived(page: Page, selector: str) -> None:
    """The page or step is there, the focus is on it and in sight, nothing moves, and nothing is cut off."""
    expect(page.locator(selector).first).to_be_visible()
    page.wait_for_function("document.activeElement !== document.body")
    assert page.evaluate(HIDDEN_FOCUS) == ""
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate(BADLY_SET) == []


@pytest.fixture
def narrow(chromium: Browser) -> Iterator[Page]:
    """A screen of 1280 x 1024 at 400 %, wide spacing, forced colours, no motion."""
    context = chromium.new_context(
        viewport={"width": 320, "height": 256},
        bypass_csp=True,
        forced_colors="active",
        reduced_motion="reduce",
    )
    opened = context.new_page()
    opened.set_default_timeout(8000)
    opened.on("load", lambda page: page.add_style_tag(content=TEXT_SPACING))
    yield opened
    context.close()


def test_the_whole_journey_by_keyboard_at_400_percent(narrow: Page, place: Place) -> None:
    running, _ = place
    code = write_and_send(narrow, f"{running.url}/ask/demo?lang=fi")
    states.answer_newest(running.data_dir)
    come_back_and_reply(narrow, f"{running.url}/receipt?lang=fi", code)
    for step in ("contact", "withdraw", "copy", "erase"):
        press(narrow, f".choices [value={step}]", "[data-step=contact], [data-step=confirm]")
        press(narrow, "[value=refresh]", "main[data-step=thread]")
    tab_to(narrow, "[value=leave]")
    tab_to(narrow, "[name=switch]", "Shift+Tab")
    press(narrow, "[value=leave]", "main[data-step=left]")
    assert narrow.context.cookies() == []


def press(page: Page, button: str, then: str) -> None:
    tab_to(page, button)
    page.keyboard.press("Enter")
    arrived(page, then)


def write_and_send(page: Page, address: str) -> str:
    """From the first step to the receipt, with a way back from the summary; returns the code."""
    page.goto(address)
    press(page, "#who [data-next]", "#what")
    tab_to(page, "#text")
    page.keyboard.type(MORNINGS)
    press(page, "#what [data-next]", "#contact")
    press(page, "#contact summary", "#preferred")
    tab_to(page, "#preferred")
    tab_to(page, "[name=switch]", "Shift+Tab")
    press(page, "button.main[value=check]", "main[data-step=check]")
    press(page, "[formaction$='#language']", "#language")
    press(page, "button.main[value=check]", "main[data-step=check]")
    press(page, "button.main[value=send]", "main[data-step=sent]")
    return page.locator("[data-code]").get_attribute("data-code") or ""


def come_back_and_reply(page: Page, address: str, code: str) -> None:
    page.goto(address)
    for typed, then in (("0000", "[role=alert]"), (code, "main[data-step=thread]")):
        tab_to(page, "#code")
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        arrived(page, then)
    expect(page.locator(".to_family")).to_contain_text(states.ANSWER)
    tab_to(page, "#body")
    page.keyboard.type("Kiitos, kymmeneltä käy.")
    press(page, "button.main[value=reply]", "[role=status][data-focus]")
    expect(page.locator(".from_family").last).to_contain_text("kymmeneltä")


def test_escape_closes_the_list_of_places_before_the_dialog(page: Page, place: Place) -> None:
    running, _ = place
    page.goto(f"{running.url}/demo")
    page.get_by_role("link", name="Pyydä apua").click()
    form, dialog = page.frame_locator("iframe"), page.locator("help-button dialog[open]")
    form.locator("#who [data-next]").click()
    form.locator("#municipality").press("ArrowDown")
    expect(form.locator("#municipality-list")).to_be_visible()
    page.keyboard.press("Escape")
    expect(form.locator("#municipality-list")).to_be_hidden()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
