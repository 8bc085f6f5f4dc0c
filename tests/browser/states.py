"""Every public page and state, reached in a real browser by sending the pages' own forms."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page
from sqlalchemy import select

from helpbutton import bell, clock
from helpbutton.cases import handling, sender
from helpbutton.cases.address import address
from helpbutton.cases.models import Case
from helpbutton.cases.queries import open_case
from helpbutton.cases.submission import parse
from helpbutton.conversation.family import case_of_code
from helpbutton.conversation.operations import answer
from helpbutton.db import db, reading, transaction
from helpbutton.directory.models import Installation, Service, Site
from helpbutton.settings import Settings
from helpbutton.web.application import create_app
from tests.cast import MORNINGS, PHONE, Cast, request_body
from workers import executor

DANGER = "Mies löi eilen ja uhkasi tappaa"
TELLING = "Lapsen nimi on Eero Virtanen ja hän on 131052-308T."
ANSWER = "Hei! Soitan huomenna kello 10. Voit miettiä, mikä aamuissa on vaikeinta."
CLOSED_DESK, OUTSIDE, OUTSIDE_COUNTY = "698", "091", "90"
"""A municipality whose desk is closed, and one outside the area."""
PRESS = """([step, fields]) => {
  const form = document.querySelector("main form[method=post]");
  const body = new FormData(form);
  for (const [name, value] of Object.entries({ ...fields, step })) body.set(name, value);
  const { action, enctype } = form;
  const copy = Object.assign(document.createElement("form"), { method: "post", action, enctype });
  for (const [name, value] of body) copy.append(Object.assign(document.createElement("textarea"), { name, value }));
  document.body.append(copy);
  copy.submit();
}"""

SEND_UNSEEN = """async () => {
  const body = new FormData(document.querySelector("main form"));
  body.set("step", "send");
  await fetch(location.pathname, { method: "POST", body });
}"""
"""It arrives, and nobody hears of it."""
IN_ONE_PIECE = """() => {
  for (const part of document.querySelectorAll(".part")) part.hidden = false;
}"""


@dataclass(frozen=True)
class Codes:
    """Receipt codes of one case in each state, and a number that is only its owner's."""

    waiting: str
    taken: str
    answered: str
    closed: str
    withdrawn: str


def furnish(data_dir: Path) -> Codes:
    """Cases in every state, a closed button, a closed desk and a place outside the area, before anything is started."""
    with inside(data_dir) as cast:
        _directory()
        return _cases(cast)


def answer_newest(data_dir: Path) -> None:
    """A worker of the desk takes what came last and answers it."""
    with inside(data_dir) as cast:
        executor.run_due()
        _answer(cast, reading().scalars(select(Case.number).order_by(Case.id.desc())).first() or "")


@contextmanager
def inside(data_dir: Path) -> Iterator[Cast]:
    app = create_app(Settings(data_dir=data_dir, redis_url="none"))
    with app.app_context():
        yield Cast(app, data_dir)
        db.session.remove()
        db.engine.dispose()
    bell.install(None)


def _directory() -> None:
    never_today = {
        (clock.local(clock.now()) + dt.timedelta(days=3)).strftime("%a").lower(): [["08:00", "16:00"]]
    }
    desk = address(parse(request_body(municipality=CLOSED_DESK))).desk
    with transaction() as session:
        service = session.get_one(Service, desk.id)
        service.hours, service.open_on_holidays = never_today, False
        session.scalars(select(Site).where(Site.key == "demo-pargas")).one().active = False
        served = session.get_one(Installation, 1)
        served.counties = [code for code in served.counties if code != OUTSIDE_COUNTY]


def _cases(cast: Cast) -> Codes:
    """A worker takes three, answers one and closes one; the last is withdrawn by the family itself."""
    sent = [cast.send(contact={"private_phone": True}).get_json() for _ in range(5)]
    executor.run_due()
    _take(cast, sent[1]["number"])
    _answer(cast, sent[2]["number"])
    closed = sent[3]["number"]
    _take(cast, closed)
    handling.close(actor=cast.actor("cara"), number=closed, version=_version(closed), outcome="advice_given")
    sender.withdraw(case_id=case_of_code(sent[4]["receipt_code"]))
    return Codes(*(receipt["receipt_code"] for receipt in sent))


def _take(cast: Cast, number: str) -> None:
    handling.take(actor=cast.actor("cara"), number=number, version=_version(number))
    open_case(actor=cast.actor("cara"), number=number)


def _answer(cast: Cast, number: str) -> None:
    _take(cast, number)
    answer(actor=cast.actor("cara"), number=number, body=ANSWER, token=str(uuid.uuid4()))


def _version(number: str) -> int:
    db.session.remove()
    return reading().scalars(select(Case.version).where(Case.number == number)).one()


def press(page: Page, step: str, **fields: str) -> None:
    """Send the page's own form with these fields, as its button `step` would without the script."""
    with page.expect_navigation():
        page.evaluate(PRESS, [step, fields])


def steps(page: Page, base: str, language: str) -> Iterator[str]:
    """The form in its steps, with what opens and what goes wrong in them."""
    page.goto(f"{base}/ask/demo?lang={language}")
    yield "who"
    page.locator("#who [data-next]").click()
    page.locator("#what [data-next]").click()
    yield "what, with an error"
    page.locator("#text").fill(MORNINGS)
    page.locator("#municipality").fill("turk")
    page.locator("#municipality").press("ArrowDown")
    yield "what, searching"
    page.locator("#municipality").press("Escape")
    page.locator("#what [data-next]").click()
    page.locator("[name=safe_to_call]").check()
    page.locator("#contact details summary").click()
    yield "contact"


def doors(page: Page, base: str, language: str) -> Iterator[str]:
    """The whole form in the words of each role."""
    page.goto(f"{base}/ask/demo?lang={language}")
    page.evaluate(IN_ONE_PIECE)
    for role in ("child", "young_person", "relative", "professional", "other"):
        page.locator(f"[name=role][value={role}]").check()
        if role == "professional":
            page.locator("[value=consultation_with_consent]").check()
        yield f"form of role {role}"


def answers(page: Page, base: str, language: str) -> Iterator[str]:
    """What the server answers to the form."""
    form = f"{base}/ask/demo?lang={language}"
    page.goto(form)
    press(page, "check", text=MORNINGS, phone="12")
    yield "contact, with an error"
    page.goto(form)
    press(page, "check", text=MORNINGS, municipality=OUTSIDE)
    yield "outside the area"
    page.goto(form)
    press(page, "check", text=TELLING, role="professional", kind="consultation_anonymous")
    yield "summary with found personal data"
    page.goto(form)
    press(page, "check", text=MORNINGS, municipality=CLOSED_DESK)
    yield "summary of a closed desk"
    page.goto(form)
    press(page, "check", text=DANGER)
    yield "summary with danger"
    press(page, "send")
    yield "sent with danger"
    yield from sending(page, base, language)
    page.goto(form)
    press(page, "check", text=MORNINGS)
    page.evaluate(SEND_UNSEEN)
    press(page, "send", text="Nyt on toisin.")
    yield "already sent"
    press(page, "message")
    yield "message sent"


def sending(page: Page, base: str, language: str) -> Iterator[str]:
    """The plain way: summary and receipt."""
    page.goto(f"{base}/ask/demo?lang={language}")
    press(
        page,
        "check",
        text=MORNINGS,
        phone=PHONE,
        safe_to_text="1",
        safe_to_call="1",
        private_phone="1",
        name="Aino",
    )
    yield "summary"
    press(page, "send")
    yield "sent"


def coming_back(page: Page, base: str, language: str, codes: Codes) -> Iterator[str]:
    """The receipt: the code and what is done without it, then the family's page in every state, and away."""
    page.goto(f"{base}/receipt?lang={language}")
    yield "code"
    press(page, "open", code="0000")
    yield "unknown code"
    press(page, "lost")
    yield "lost code"
    press(page, "lost_send", phone=PHONE)
    yield "waiting for the one-time number"
    press(page, "lost_open", digits="000000")
    yield "a wrong one-time number"
    for state in ("taken", "answered", "closed", "withdrawn", "waiting"):
        yield from thread(page, base, language, state, codes)
    for step in ("withdraw", "copy", "erase"):
        press(page, step)
        yield f"before {step}"
        press(page, "refresh")
    press(page, "contact")
    press(page, "save_contact", phone="12")
    yield "contact details, with an error"
    press(page, "leave")
    yield "left"


def thread(page: Page, base: str, language: str, state: str, codes: Codes) -> Iterator[str]:
    """The family's page about the case in this state, everything in it open."""
    page.goto(f"{base}/receipt?lang={language}")
    press(page, "open", code=getattr(codes, state))
    page.locator(".readers summary").click()
    yield f"thread, {state}"


def around(page: Page, base: str, language: str) -> Iterator[str]:
    """Pages beside the journey, and dead ends."""
    for name, path in {
        "open help": f"/ask/demo/nearby?lang={language}",
        "accessibility statement": f"/accessibility?site=demo&lang={language}",
        "feedback": f"/accessibility/feedback?lang={language}",
        "unknown site": f"/ask/nowhere?lang={language}",
        "closed site": f"/ask/demo-pargas?lang={language}",
        "no such page": f"/no-such-page?lang={language}",
    }.items():
        page.goto(base + path)
        yield name
