"""The button among all kinds of pages: strict, hostile, old, moving, nested, in other languages and colours."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.hosts import WATCH_SHIFTS, Host, host, small_host, still

__all__ = ["host", "small_host", "still"]

LOOKS = """(link) => [[link], [link, "::before"], [link.getRootNode().host]].map((what) => getComputedStyle(...what))
  .map((style) => ["display", "visibility", "opacity", "color", "backgroundColor", "fontFamily", "fontSize",
    "letterSpacing", "textTransform", "transitionDuration", "transform", "inlineSize", "blockSize", "pointerEvents"]
    .map((name) => `${name}: ${style[name]}`))"""
CONTRASTS = """(colors) => {
  const part = (value) => (value /= 255, value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const light = (color) => {
    const [r, g, b] = color.match(/\\d+/g).map(Number).map(part);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const button = document.querySelector("help-button");
  const link = button.shadowRoot.querySelector("a");
  return colors.map((color) => {
    button.setAttribute("color", color);
    const { backgroundColor, color: ink, borderTopColor, borderTopWidth } = getComputedStyle(link);
    const [low, high] = [light(backgroundColor), light(ink)].sort((one, other) => one - other);
    return { color, contrast: high / low, ringed: borderTopColor === ink && borderTopWidth === "2px", backgroundColor };
  });
}"""
DEFAULT_COLOR = "rgb(28, 102, 91)"


def csp(host: Host, script: str = "") -> str:
    """What widget/README.md asks a strict page for, and nothing else."""
    return f"default-src 'none'; script-src {script or host.button}; frame-src {host.button}"


@pytest.mark.parametrize("script", ["", "'nonce-abc123'", "'nonce-abc123' 'strict-dynamic'"])
def test_a_strict_policy_lets_all_of_it_pass(script: str, host: Host) -> None:
    snippet = host.snippet.replace("<script", '<script nonce="abc123" data-color="#ffd23f"')
    host.show(snippet, content_security_policy=csp(host, script)).open()
    expect(host.links).to_have_css("background-color", "rgb(255, 210, 63)")
    expect(host.links).to_have_css("color", "rgb(0, 0, 0)")
    expect(host.page.locator("html")).to_have_css("overflow", "hidden")
    host.page.keyboard.press("Escape")
    expect(host.page.locator("html")).to_have_css("overflow", "visible")
    assert host.complaints == []


def test_several_buttons_of_a_strict_page_open_each_its_own_form(host: Host) -> None:
    host.page.add_init_script(WATCH_SHIFTS)
    host.visit("/demo/strict")
    assert host.links.all_inner_texts() == ["Be om hjälp", "Be om hjälp", "Pyydä apua"]
    for number, (topic, language) in enumerate([("", "sv"), ("bullying", "sv"), ("school_absence", "fi")]):
        host.links.nth(number).click()
        expect(host.dialog.locator("iframe")).to_be_visible()
        assert host.form.url == f"{host.button}/embed/demo-pargas?lang={language}&topic={topic}"
        assert host.form.locator("html").get_attribute("lang") == language
        host.dialog.get_by_role("button").click()
        expect(host.dialog).to_have_count(0)
    assert len(host.page.frames) == 4
    assert host.page.evaluate("shifts") == []
    assert host.complaints == []


@pytest.mark.parametrize("path", ["/demo", "/demo/strict", "/demo/hostile"])
def test_nothing_of_the_page_moves_when_the_button_comes(path: str, small_host: Host) -> None:
    small_host.page.add_init_script(WATCH_SHIFTS)
    small_host.visit(path).open()
    small_host.page.keyboard.press("Escape")
    expect(small_host.dialog).to_have_count(0)
    assert small_host.page.evaluate("shifts") == []


def test_no_style_of_the_page_reaches_the_button(host: Host) -> None:
    host.show(
        f'<script async src="{host.button}/button.js" data-site="demo" data-position="inline"></script>'
    )
    plain = host.links.evaluate(LOOKS)
    host.visit("/demo/hostile")
    assert host.links.first.evaluate(LOOKS) == plain
    host.open()
    host.page.keyboard.press("Escape")
    expect(host.dialog).to_have_count(0)
    host.links.nth(1).click()
    expect(host.dialog.locator("iframe")).to_be_visible()
    expect(host.page.locator("html")).to_have_css("overflow", "hidden")


def test_every_colour_is_readable_and_seen_and_nonsense_is_ignored(host: Host) -> None:
    steps = ("00", "33", "5c", "76", "77", "99", "bb", "e0", "ff")
    colors = [f"#{r}{g}{b}" for r in steps for g in steps for b in steps]
    host.show(host.snippet).links.wait_for()
    found = host.page.evaluate(CONTRASTS, colors)
    assert len({one["backgroundColor"] for one in found}) == len(colors)
    assert [one for one in found if one["contrast"] < 4.5 or not one["ringed"]] == []
    nonsense = ["", "red", "#fff", "#12345g", "url(x)", "#00000000", "transparent"]
    assert {one["backgroundColor"] for one in host.page.evaluate(CONTRASTS, nonsense)} == {DEFAULT_COLOR}


@pytest.mark.parametrize(
    ("position", "left"), [(None, False), ("floating", False), ("floating-left", True), ("inline", True)]
)
def test_it_stands_where_it_was_put(position: str | None, left: bool, small_host: Host) -> None:
    attribute = f' data-position="{position}"' if position else ""
    host = small_host.show(small_host.snippet.replace(" data-site", f"{attribute} data-site"))
    box = host.links.bounding_box()
    assert box
    assert (box["x"] < 20) is left
    assert (box["y"] > 600) is (position != "inline")
    assert box["height"] >= 52
    host.page.emulate_media(media="print")
    expect(host.links).to_be_hidden()


@pytest.mark.parametrize(
    ("root", "attribute", "name", "asked"),
    [
        ('lang="sv-FI"', "", "Be om hjälp", "sv-FI"),
        ('lang="fi"', 'data-lang="en"', "Ask for help", "en"),
        ('lang="fi"', 'data-lang="fi-selko"', "Pyydä apua", "fi-selko"),
        ('xml:lang="sv"', "", "Be om hjälp", "sv"),
        ('lang="ar" dir="rtl"', "", "Pyydä apua", "ar"),
        ("", "", "Pyydä apua", "fi-FI"),
    ],
)
def test_it_speaks_the_language_of_the_page_then_of_the_browser(
    root: str, attribute: str, name: str, asked: str, host: Host
) -> None:
    host.show(host.snippet.replace("data-site", f"{attribute} data-site"), root=root)
    expect(host.links).to_have_text(name)
    expect(host.links).to_have_attribute("href", f"{host.button}/ask/demo?lang={asked}&topic=")


def test_a_page_that_changes_itself_keeps_a_working_button(host: Host) -> None:
    host.show(host.snippet).open().write("Aamut ovat vaikeita")
    host.page.evaluate(
        "history.pushState({}, '', '/host?page=2'); window.kept = document.querySelector('help-button'); kept.remove()"
    )
    expect(host.page.locator("html")).to_have_css("overflow", "visible")
    host.page.evaluate("document.body.append(kept)")
    host.open()
    expect(host.text).to_have_value("")
    host.page.keyboard.press("Escape")
    host.page.evaluate("kept.setAttribute('topic', 'bullying'); kept.setAttribute('lang', 'en')")
    expect(host.links).to_have_text("Ask for help")
    expect(host.links).to_have_attribute("href", re.compile("lang=en&topic=bullying"))
    host.page.evaluate(
        """(address) => {
          const button = document.createElement("help-button");
          document.body.append(button);
          button.setAttribute("site", "demo-pargas");
          const again = Object.assign(document.createElement("script"), { src: address });
          again.dataset.site = "demo";
          document.head.append(again);
          return new Promise((loaded) => { again.onload = loaded; });
        }""",
        f"{host.button}/button.js",
    )
    expect(host.links).to_have_count(2)
    assert host.complaints == []


def test_a_page_inside_another_page_leaves_as_a_whole(host: Host) -> None:
    host.show(host.snippet)
    inner = f"{host.origin}/host"
    host.page.route(
        f"{host.origin}/outer",
        lambda route: route.fulfill(
            body=f'<iframe src="{inner}" width="800" height="800"></iframe>', content_type="text/html"
        ),
    )
    host.page.goto(f"{host.origin}/outer")
    page = host.page.frame_locator("iframe").first
    page.locator("help-button a.open").click()
    host.form.locator("[data-exit]").first.click(no_wait_after=True)
    host.left()


def test_forced_colours_dark_and_still(host: Host) -> None:
    host.page.emulate_media(forced_colors="active", color_scheme="dark", reduced_motion="reduce")
    host.show(host.snippet).open()
    expect(host.dialog).to_have_css("animation-name", "none")
    expect(host.dialog).to_have_css("border-top-width", "2px")
    expect(host.links).to_have_css("border-top-style", "solid")
    host.page.emulate_media(forced_colors="none", color_scheme="dark")
    expect(host.dialog).to_have_css("background-color", "rgb(21, 27, 26)")
    host.page.emulate_media(reduced_motion="no-preference")
    expect(host.dialog).to_have_css("animation-name", "in")
