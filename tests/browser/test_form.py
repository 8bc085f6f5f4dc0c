"""The form in real Chromium: steps without loss, bad connections, the keyboard, small screens, and no script at all."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.steps import to_summary, write
from tests.browser.test_story import accessible
from tests.cast import MORNINGS
from tests.installation import Installation, installation

TEXT_SPACING = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }"
    "p { margin-block-end: 2em !important }"
)
CUT_OFF = """Array.from(document.querySelectorAll("button, label, h1, h2, .error")).filter(
    (node) => node.checkVisibility() && !node.closest(".unseen, .intro") && node.scrollWidth > node.clientWidth + 1
).map((node) => node.outerHTML)"""


@pytest.fixture(scope="module")
def still(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The web alone."""
    place = tmp_path_factory.mktemp("form") / "data"
    shutil.copytree(demo_data, place)
    with installation(place, redis_url="none") as found:
        found.start("web")
        yield found


@pytest.fixture
def cases(still: Installation) -> Callable[[], int]:
    """How many cases were stored since the test began."""

    def count() -> int:
        with closing(sqlite3.connect(still.data_dir / "helpbutton.sqlite")) as database:
            return int(database.execute("SELECT count(*) FROM case_").fetchone()[0])

    before = count()
    return lambda: count() - before


@pytest.fixture
def page(phone_sized: BrowserContext, still: Installation) -> Page:
    """The form, just opened on a phone."""
    opened = phone_sized.new_page()
    opened.goto(f"{still.url}/ask/demo?lang=fi")
    return opened


def send(page: Page) -> None:
    page.locator("button[value=send]:not(.unseen)").click()


def tab_to(page: Page, selector: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def said(page: Page, what: str) -> None:
    """The status line says this, one of the sentences that the page carries."""
    expect(page.locator(".status")).to_have_text(page.locator("body").get_attribute(f"data-{what}") or "?")


def test_one_step_at_a_time_and_back_without_loss(page: Page) -> None:
    expect(page.locator(".part:visible")).to_have_count(1)
    page.locator("[name=role][value=child]").check()
    page.locator("#who [data-next]").click()
    expect(page.locator("#what h2")).to_be_focused()
    expect(page.locator("#what h2 .caption")).to_contain_text("2")
    page.locator("#text").fill(MORNINGS)
    page.locator("#child_topic").select_option("bullying")
    page.locator("#what [data-next]").click()
    page.locator("[name=name]").fill("Aino")
    page.go_back()
    expect(page.locator("#what h2")).to_be_focused()
    page.locator("#what [data-back]").click()
    expect(page.locator("#who h2")).to_be_focused()
    page.go_forward()
    page.go_forward()
    to_summary(page)
    expect(page.locator("h1")).to_be_focused()
    page.go_back()
    expect(page.locator("#contact")).to_be_visible()
    expect(page.locator("[name=name]")).to_have_value("Aino")
    page.go_forward()
    expect(page.locator("main[data-step=check]")).to_contain_text(MORNINGS)


def test_change_leads_to_the_very_field_and_straight_back(page: Page) -> None:
    write(page, MORNINGS)
    to_summary(page)
    page.locator("[formaction$='#text']").click()
    expect(page.locator("#text")).to_be_focused()
    page.locator("#text").fill("Nyt on toisin.")
    page.locator("#what button[value=check]").click()
    expect(page.locator("main[data-step=check]")).to_contain_text("Nyt on toisin.")
    page.locator("[formaction$='#language']").click()
    expect(page.locator("#language")).to_be_focused()


def test_the_language_changes_in_the_middle_of_a_step(page: Page) -> None:
    page.locator("#who [data-next]").click()
    page.locator("#text").fill(MORNINGS)
    page.locator("button[name=switch][value=sv]").click()
    expect(page.locator("html")).to_have_attribute("lang", "sv")
    expect(page.locator("#what h2")).to_be_focused()
    expect(page.locator("#text")).to_have_value(MORNINGS)
    page.go_back()
    expect(page.locator("#who")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "sv")


def test_without_the_script_it_is_one_page_and_a_summary(
    chromium: Browser, still: Installation, cases: Callable[[], int]
) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{still.url}/ask/demo?lang=fi")
    expect(page.locator(".part:visible")).to_have_count(3)
    expect(page.locator(".scripted-only:visible")).to_have_count(0)
    expect(page.locator("[name=do_not_tell_guardian]")).to_be_hidden()
    page.locator("[name=role][value=young_person]").check()
    expect(page.locator("[name=do_not_tell_guardian]")).to_be_visible()
    page.locator("#own_age").select_option("13-15")
    page.locator("button.main[value=check]").click()
    page.locator(".notice.danger a").click()
    page.locator("#text").fill(MORNINGS)
    page.locator("button.main[value=check]").click()
    page.locator("[formaction$='#municipality']").click()
    assert page.url.endswith("#municipality")
    expect(page.locator("#municipality")).to_be_in_viewport()
    page.locator("#municipality").select_option("445")
    page.locator("button.main[value=check]").click()
    send(page)
    expect(page.locator("[data-code]")).to_be_visible()
    assert cases() == 1
    context.close()


def test_offline_it_says_so_and_sends_once_when_the_line_is_back(
    page: Page, phone_sized: BrowserContext, cases: Callable[[], int]
) -> None:
    write(page, MORNINGS)
    to_summary(page)
    phone_sized.set_offline(True)
    send(page)
    said(page, "offline")
    phone_sized.set_offline(False)
    expect(page.locator("[data-code]")).to_be_visible()
    assert cases() == 1


def test_an_answer_that_is_lost_on_the_way_makes_no_second_case(page: Page, cases: Callable[[], int]) -> None:
    write(page, MORNINGS)
    to_summary(page)
    lost: list[int] = []

    def lose_the_first(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().status)
            route.abort()

    page.route("**/ask/demo", lose_the_first)
    send(page)
    said(page, "retrying")
    expect(page.locator("[data-code]")).to_be_visible()
    assert (lost, cases()) == ([200], 1)


def test_a_double_press_makes_one_case(page: Page, cases: Callable[[], int]) -> None:
    write(page, MORNINGS)
    to_summary(page)
    page.locator("button.main[value=send]").dblclick()
    expect(page.locator("[data-code]")).to_be_visible()
    assert cases() == 1


@pytest.mark.parametrize(("status", "words"), [(429, "busy"), (503, "retrying")])
def test_when_too_many_write_it_waits_as_long_as_it_is_told(page: Page, status: int, words: str) -> None:
    write(page, MORNINGS)
    to_summary(page)
    refuse = {"status": status, "headers": {"Retry-After": "2"}, "body": ""}
    page.route("**/ask/demo", lambda route: route.fulfill(**refuse), times=1)  # type: ignore[arg-type]
    send(page)
    said(page, words)
    expect(page.locator("[data-code]")).to_be_visible()


def test_going_back_gives_up_a_sending_that_hangs(page: Page, cases: Callable[[], int]) -> None:
    write(page, MORNINGS)
    to_summary(page)
    page.route("**/ask/demo", lambda route: None, times=1)
    send(page)
    expect(page.locator("main[aria-busy]")).to_be_attached()
    page.go_back()
    expect(page.locator("#contact")).to_be_visible()
    to_summary(page)
    send(page)
    expect(page.locator("[data-code]")).to_be_visible()
    assert cases() == 1


def test_by_keyboard_alone_to_the_receipt(page: Page) -> None:
    tab_to(page, "[name=role]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#what h2")).to_be_focused()
    tab_to(page, "#text")
    page.keyboard.type(MORNINGS)
    tab_to(page, "#municipality")
    page.keyboard.type("jyvaskyla")
    page.keyboard.press("Enter")
    expect(page.locator("#municipality")).to_have_value("Jyväskylä")
    page.keyboard.press("Enter")
    expect(page.locator("#contact h2")).to_be_focused()
    tab_to(page, "[name=reach]")
    page.keyboard.press("ArrowUp")
    expect(page.locator("[name=reach][value=none]")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_be_focused()
    expect(page.locator("main")).to_contain_text("Jyväskylä")
    tab_to(page, "button.main[value=send]")
    page.keyboard.press("Enter")
    expect(page.locator("[data-code]")).to_be_visible()


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("abo", "Turku / Åbo"),
        ("Åbo", "Turku / Åbo"),
        ("turk", "Turku / Åbo"),
        ("pargas", "Parainen / Pargas"),
    ],
)
def test_a_municipality_is_found_in_both_languages(page: Page, typed: str, place: str) -> None:
    page.locator("#who [data-next]").click()
    field = page.locator("#municipality")
    field.click()
    field.fill("")
    field.press_sequentially(typed)
    expect(page.locator("#municipality-list [aria-selected=true]")).to_have_text(place)
    assert field.get_attribute("aria-activedescendant") == "municipality-list-0"
    page.get_by_role("option", name=place).tap()
    expect(field).to_have_value(place)
    expect(page.locator("#municipality-list")).to_be_hidden()


def test_a_place_that_does_not_exist_is_asked_about_and_not_knowing_is_fine(page: Page) -> None:
    page.locator("#who [data-next]").click()
    page.locator("#text").fill(MORNINGS)
    field = page.locator("#municipality")
    field.fill("Korvatunturi")
    page.locator("#what [data-next]").click()
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    assert "municipality-error" in (field.get_attribute("aria-describedby") or "")
    field.press("Control+a")
    field.press("Backspace")
    page.locator("#municipality-list li").first.tap()
    expect(field).not_to_have_attribute("aria-invalid", "true")
    page.locator("#what [data-next]").click()
    expect(page.locator("#contact")).to_be_visible()
    assert page.locator("select[name=municipality]").input_value() == ""


def test_what_is_wrong_has_the_focus_and_leads_to_its_field(page: Page) -> None:
    page.locator("#who [data-next]").click()
    page.locator("#what [data-next]").click()
    expect(page.locator("#text")).to_be_focused()
    expect(page.locator("#text-error")).to_be_visible()
    page.locator("#text").fill(MORNINGS)
    expect(page.locator("#text-error")).to_have_count(0)
    page.locator("#what [data-next]").click()
    page.locator("[name=phone]").fill("12")
    page.locator("button.main[value=check]").click()
    expect(page.locator("[role=alert]")).to_be_focused()
    expect(page.locator("#contact")).to_be_visible()
    page.locator("[role=alert] a").click()
    expect(page.locator("#phone")).to_be_focused()
    assert "phone-error" in (page.locator("#phone").get_attribute("aria-describedby") or "")


def states(page: Page) -> Iterator[str]:
    """Every step and state of the form in turn, named."""
    yield "who"
    page.locator("[name=role][value=child]").check()
    yield "a child's door"
    page.locator("[name=role][value=professional]").check()
    page.locator("[value=consultation_with_consent]").check()
    yield "a professional's door"
    page.locator("[value=consultation_anonymous]").check()
    page.locator("#who [data-next]").click()
    page.locator("#what [data-next]").click()
    yield "what, with an error"
    page.locator("#text").fill("Lapsen nimi on Eero Virtanen ja hän on 131052-308T.")
    page.locator("#municipality").fill("turk")
    page.locator("#municipality").press("ArrowDown")
    yield "what, searching"
    page.locator("#municipality").press("Escape")
    page.locator("#what [data-next]").click()
    page.locator("[name=safe_to_call]").check()
    page.locator("#contact details summary").click()
    yield "contact"
    page.locator("[name=phone]").fill("12")
    page.locator("button.main[value=check]").click()
    expect(page.locator("[role=alert]")).to_be_focused()
    yield "contact, with an error"
    page.locator("[name=phone]").fill("040 123 4567")
    to_summary(page)
    yield "summary, with personal data"
    send(page)
    expect(page.locator("[data-code]")).to_be_visible()
    yield "sent"


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_every_step_and_state_is_accessible(
    chromium: Browser, still: Installation, width: int, scheme: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 740}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{still.url}/ask/demo?lang=fi")
    for state in states(page):
        accessible(page, f"{state}, {width}, {scheme}")
    assert context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    context.close()


def test_at_400_percent_and_with_wide_spacing_nothing_is_cut(chromium: Browser, still: Installation) -> None:
    context = chromium.new_context(viewport={"width": 320, "height": 256}, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{still.url}/ask/demo?lang=fi")
    page.add_style_tag(content=TEXT_SPACING)
    for state in states(page):
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, state
        assert page.evaluate(CUT_OFF) == [], state
        expect(page.locator("[data-exit]")).to_be_in_viewport()
    context.close()


def test_chosen_and_focused_are_seen_in_forced_colours(chromium: Browser, still: Installation) -> None:
    context = chromium.new_context(forced_colors="active", reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{still.url}/ask/demo?lang=fi")
    width = "node => parseFloat(getComputedStyle(node).borderTopWidth)"
    chosen, other = (
        page.locator("#role .choice:has(:checked)"),
        page.locator("#role .choice:not(:has(:checked))"),
    )
    assert chosen.evaluate(width) > other.first.evaluate(width)
    tab_to(page, "[name=role]")
    assert chosen.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
    assert (
        page.locator("button.main:visible").evaluate("node => getComputedStyle(node).transitionDuration")
        == "0s"
    )
    context.close()
