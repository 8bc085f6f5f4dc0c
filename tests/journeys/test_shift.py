"""A whole shift in real Chromium against real processes: hand-over in, the cases of the day, hand-over out."""

import json
import shutil
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.test_story import phone
from tests.cast import MORNINGS, request_body
from tests.installation import Installation, installation
from tests.processes import wait_for

DANGER = "Mies löi eilen ja uhkasi tappaa"
ANSWER = "Hei! Soitan huomenna kello 10."
BEFORE, AFTER = "Soita aamulla perheelle takaisin.", "Perhe vastaa iltapäivällä, katsokaa silloin."
WHY = "Asia koskee koulua; perheen kanssa on sovittu siirrosta."
NAUGHTY = "<script>alert(1)</script> {{ 7*7 }} \u202e ''; DROP TABLE case_; --\n𝒶 👩‍👩‍👧 ﷽\n"
LONGEST = 10_000
FOCUS_IN_SIGHT = """() => {
  const node = document.activeElement;
  const { top, bottom, left, right, width } = node.getBoundingClientRect();
  const middle = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  return width <= 1 || node === document.body || node.contains(middle) || Boolean(middle?.contains(node));
}"""
"""WCAG 2.4.11: the middle of what has the focus is on the screen and under nothing else."""
LOOK = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture(scope="module")
def running(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    place = tmp_path_factory.mktemp("shift") / "data"
    shutil.copytree(demo_data, place)
    with installation(place, redis_url="none") as found:
        found.start("web", "sweeper")
        yield found


class Staff:
    """Somebody of the demo, signed in with a browser of their own."""

    def __init__(self, running: Installation, chromium: Browser, first_name: str) -> None:
        self.home = f"http://localhost:{running.port}"
        self.context: BrowserContext = chromium.new_context(
            viewport={"width": 1280, "height": 900}, locale="fi-FI"
        )
        self.page = self.tab("/staff/")
        people = json.loads((running.data_dir / "demo-sign-ins.json").read_text())
        person = next(person for person in people if person["email"].startswith(f"{first_name}@"))
        self.page.locator("input[name=email]").fill(person["email"])
        self.page.locator("input[name=password]").fill(person["password"])
        self.page.locator("main button").first.click()
        expect(self.page.locator(".person")).to_be_visible()

    def tab(self, path: str) -> Page:
        """One more tab, open at this page."""
        page = self.context.new_page()
        page.set_default_timeout(10_000)
        page.goto(self.home + path)
        return page

    def go(self, path: str) -> Page:
        self.page.goto(self.home + path)
        return self.page

    def case(self, number: str) -> Page:
        return self.go(f"/staff/cases/{number}")


@pytest.fixture(scope="module")
def cara(running: Installation, chromium: Browser) -> Iterator[Staff]:
    found = Staff(running, chromium, "cara")
    yield found
    found.context.close()


def send(running: Installation, text: str) -> tuple[str, str]:
    """A request through the API, as soon as it is sorted: number and receipt code."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
    own = f"+35840{uuid.uuid4().int % 10**7:07}"
    body = json.dumps(request_body(text=text, contact={"phone": own})).encode()
    request = urllib.request.Request(f"{running.url}/api/v1/requests", body, headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        receipt = json.load(answer)
    wait_for(lambda: own in {message["to"] for message in phone(running)}, within=20)
    return receipt["number"], receipt["receipt_code"]


def leave_note(staff: Staff, words: str) -> None:
    page = staff.go("/staff/duty/handover")
    form = page.locator("form[action$='/duty/handover']").first
    form.locator("textarea").fill(words)
    form.locator("button").click()
    expect(page.locator(".notice.ok")).to_be_visible()


def count_of(page: Page, view: str) -> int:
    """How many cases a view holds at all desks on the page of the hand-over."""
    return sum(
        int(found) for found in page.locator(f".marks a[href*='view={view}'] .count").all_inner_texts()
    )


def urgent_case_is_taken_by_keyboard(running: Installation, cara: Staff) -> str:
    """It arrives while the list is open; the bar says so, the keys lead to it."""
    page = cara.go("/staff/")
    number, _ = send(running, DANGER)
    page.evaluate(LOOK)
    bar = page.locator(".news a")
    expect(bar).to_be_visible()
    assert page.title().startswith("(1)")
    expect(page.locator(".cases")).to_have_count(0)
    bar.click()
    expect(page.locator(".row-urgent .number")).to_have_text(number)
    page.keyboard.press("j")
    expect(page.locator(".cell-case a").first).to_be_focused()
    page.keyboard.press("t")
    page.wait_for_url(f"**/staff/cases/{number}*")
    expect(page.locator(".notice.danger").first).to_be_visible()
    return number


def called_and_answered(page: Page) -> None:
    """Nobody picks up, so a next try is proposed; then an answer, looked at before it goes."""
    page.locator("#attempts summary").click()
    page.locator("#attempt-how").select_option("phone")
    page.locator("#attempts [value=no_answer]").check()
    page.locator("#attempts form button").click()
    expect(page.locator("#attempts time").first).to_be_visible()
    expect(page.locator("#reminders time").first).to_be_visible()
    page.locator("#answer-body").fill(ANSWER)
    page.locator("#answer .buttons [formaction$='/preview']").click()
    expect(page.locator(".as-family")).to_contain_text(ANSWER)
    expect(page.locator(".bubble")).to_be_visible()
    expect(page.locator(".bubble")).not_to_contain_text(ANSWER)
    page.locator("form[action$='/answer'] .primary").click()
    expect(page.locator("#thread .to_family")).to_contain_text(ANSWER)


def handed_out_and_returned(number: str, cara: Staff, dan: Staff) -> None:
    """The school returns it with a reason; it stands under what came back."""
    page = cara.go(f"/staff/cases/{number}/hand-over")
    page.get_by_role("radio", name="Koulujen yhteyspiste, Turku").first.check()
    page.locator("#why").fill(WHY)
    page.locator("form[action$='/hand-over'] .primary").click()
    expect(page.locator("#transfer")).to_contain_text(WHY)
    page = dan.go("/staff/offers")
    page.locator(".waits a").first.click()
    expect(page.locator("main")).to_contain_text(WHY)
    page.locator("[value=known_elsewhere]").check()
    page.locator("form[action$='/return'] button").click()
    expect(page.locator(".notice.ok")).to_be_visible()
    assert dan.context.request.get(f"{dan.home}/staff/cases/{number}").status == 404
    page = cara.go("/staff/?view=returned")
    page.locator(".cell-case a", has_text=number).click()
    expect(page.locator("#transfer .logbook")).to_contain_text(WHY)


def recorded_and_closed(page: Page) -> None:
    page.locator("form[action$='/take'] button").click()
    page.locator("#answer-body").fill(ANSWER)
    page.locator("#answer .primary").click()
    expect(page.locator("#thread .to_family")).to_contain_text(ANSWER)
    page.locator("#recorded a").click()
    expect(page.locator(".whole")).to_contain_text(ANSWER)
    page.locator("#system").fill("Pegasos 4711")
    page.locator("form[action$='/recorded'] button").click()
    expect(page.locator("#recorded")).to_contain_text("Pegasos 4711")
    expect(page.locator("#recorded time")).to_be_visible()
    page.locator("#close [value=advice_given]").check()
    page.locator("#close button").click()
    expect(page.locator("#close")).to_have_count(0)


def family_says_no_and_goes_on(running: Installation, page: Page, code: str) -> None:
    page.goto(f"{running.url}/receipt?lang=fi")
    page.locator("#code").fill(code)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(ANSWER)
    page.locator("[name=helped][value=no]").check()
    page.locator("[name=told_again][value=yes]").check()
    page.locator("button[value=after_closing]").click()
    expect(page.locator("[role=status]").first).to_be_visible()
    page.locator("textarea[name=body]").fill("Tilanne on taas vaikea.")
    page.locator("button[value=reply]").click()
    expect(page.locator("main")).to_contain_text("Tilanne on taas vaikea.")


def test_a_whole_shift(
    running: Installation, chromium: Browser, cara: Staff, phone_sized: BrowserContext
) -> None:
    liisa, dan = Staff(running, chromium, "liisa"), Staff(running, chromium, "dan")
    leave_note(liisa, BEFORE)
    liisa.context.close()
    page = cara.go("/staff/duty/handover")
    expect(page.locator("main")).to_contain_text(BEFORE)
    assert [count_of(page, view) for view in ("services", "urgent", "due_today")] == [0, 0, 0]

    urgent = urgent_case_is_taken_by_keyboard(running, cara)
    called_and_answered(cara.page)
    passed_on, _ = send(running, MORNINGS)
    handed_out_and_returned(passed_on, cara, dan)
    dan.context.close()
    last, code = send(running, MORNINGS)
    recorded_and_closed(cara.case(last))
    family_says_no_and_goes_on(running, phone_sized.new_page(), code)
    page = cara.case(last)
    expect(page.locator("#thread")).to_contain_text("Tilanne on taas vaikea.")
    expect(page.locator("#close")).to_be_visible()

    leave_note(cara, AFTER)
    expect(cara.page.locator("main")).to_contain_text(AFTER)
    assert count_of(cara.page, "services") == 3, (urgent, passed_on, last)


def test_an_answer_pressed_twice_goes_once_and_going_back_sends_nothing(
    running: Installation, cara: Staff
) -> None:
    number, _ = send(running, MORNINGS)
    page = cara.case(number)
    page.locator("#answer-body").fill(ANSWER)
    page.locator("#answer .primary").dblclick()
    expect(page.locator("#thread .to_family")).to_have_count(1)
    page.go_back()
    expect(page.locator("#thread .to_family")).to_have_count(1)
    expect(page.locator("#answer-body")).to_have_value("")


def test_what_was_typed_in_a_second_tab_that_is_out_of_date_is_kept(
    running: Installation, cara: Staff
) -> None:
    number, _ = send(running, MORNINGS)
    page, beside = cara.case(number), cara.tab(f"/staff/cases/{number}")
    page.locator("#close [value=advice_given]").check()
    page.locator("#close button").click()
    expect(page.locator("#close")).to_have_count(0)
    beside.locator("#answer-body").fill(ANSWER)
    beside.locator("#answer .primary").click()
    expect(beside.locator("[role=alert]").first).to_be_focused()
    expect(beside.locator("main")).to_contain_text(ANSWER)
    expect(beside.locator("#thread .to_family")).to_have_count(0)
    beside.close()


def test_a_case_is_taken_answered_and_closed_by_keyboard_alone(running: Installation, cara: Staff) -> None:
    number, _ = send(running, MORNINGS)
    page = cara.go("/staff/")
    tab_to(page, f".cell-case a:has-text('{number}')")
    page.keyboard.press("Enter")
    tab_to(page, "form[action$='/take'] button")
    page.keyboard.press("Enter")
    expect(page.locator("form[action$='/take']")).to_have_count(0)
    tab_to(page, "#answer-body")
    page.keyboard.type(ANSWER)
    tab_to(page, "#answer .primary")
    page.keyboard.press("Enter")
    expect(page.locator("#thread .to_family")).to_contain_text(ANSWER)
    tab_to(page, "#close [type=radio]")
    page.keyboard.press("Space")
    tab_to(page, "#close button")
    page.keyboard.press("Enter")
    expect(page.locator("#close")).to_have_count(0)


def tab_to(page: Page, selector: str) -> None:
    """By keyboard alone; at every stop the focus is in sight, under nothing."""
    found = page.locator(selector).first
    expect(found).to_be_visible()
    for _ in range(150):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS_IN_SIGHT), page.evaluate("document.activeElement.outerHTML")
        if found.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_sending_one_form_loses_nothing_of_another(running: Installation, cara: Staff) -> None:
    number, _ = send(running, MORNINGS)
    page = cara.case(number)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    note = page.locator("#note textarea")
    note.fill(BEFORE)
    page.locator("form[action$='/take'] button").click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(note).to_have_value(BEFORE)
    page.locator("#note button").click()
    expect(page.locator("main")).to_contain_text(BEFORE)
    assert asked == ["beforeunload"]


def test_the_longest_and_the_strangest_answer_arrives_as_it_was_written(
    running: Installation, cara: Staff
) -> None:
    number, _ = send(running, MORNINGS)
    page = cara.case(number)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    text = NAUGHTY + "ä" * (LONGEST - len(NAUGHTY))
    page.locator("#answer-body").fill(text + "ä")
    page.locator("#answer .primary").click()
    expect(page.locator(".too-long")).to_contain_text("1")
    page.locator("#answer-body").fill(text)
    page.locator("#answer .primary").click()
    shown = page.locator("#thread .to_family .words")
    expect(shown).to_have_count(1)
    assert shown.text_content() == text
    assert dialogs == []
