"""Signs of misuse change nothing for the sender but the time of a text message; a flood is answered honestly."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpbutton import clock, settings
from helpbutton.cases import quarantine
from helpbutton.cases.models import Case, Decision
from helpbutton.db import reading
from helpbutton.notifications.models import Notification
from helpbutton.notifications.phone import phone_messages
from tests.cast import MORNINGS, PHONE
from tests.web.public.browser import Page, visit

SLOW = dt.timedelta(seconds=4)
SENDER = {"text": MORNINGS, "phone": "040 123 4567", "safe_to_text": "1"}


def cases() -> list[Case]:
    reading().rollback()
    return list(reading().scalars(select(Case).order_by(Case.id)))


def why() -> list[str]:
    chosen = select(Decision.code).where(Decision.subject == "quarantine").order_by(Decision.id)
    return list(reading().scalars(chosen))


def limit(**figures: int) -> None:
    settings.activate(settings.current().model_copy(update=figures))


def same_for_everybody(page: Page) -> str:
    """A page without its receipt code, written together or letter by letter."""
    html = page.html
    for group in page.code.split("-"):
        html = html.replace(group, "****").replace(" ".join(group), "* * * *")
    return html


def test_the_trap_holds_the_text_message_and_nothing_else(
    client: FlaskClient, drain: Callable[[], int]
) -> None:
    plain = visit(client).press("check", **SENDER).press("send")
    trapped = visit(client).press("check", **SENDER, subject="Cheap pills").press("send")
    assert (trapped.status, trapped.step) == (200, "sent")
    assert same_for_everybody(trapped) == same_for_everybody(plain)
    drain()
    one, other = cases()
    assert (one.quarantined, other.quarantined) == (False, True)
    assert why()[0] == "quarantine_trap"
    assert (one.state, one.topic, one.promised_by) == (other.state, other.topic, other.promised_by)
    assert [sms.to for sms in phone_messages()].count(PHONE) == 1
    held = reading().scalars(select(Notification.error).where(Notification.status == "held")).all()
    assert held == ["quarantined"]
    pages = [visit(client, "/receipt?lang=en").press("open", code=page.code) for page in (plain, trapped)]
    assert pages[0].status == 200
    assert "quarantine" not in pages[1].html.lower()


def test_danger_in_quarantine_still_alerts_the_duty(client: FlaskClient, drain: Callable[[], int]) -> None:
    danger = SENDER | {"text": "Mies lyö minua ja lapsia, pelkään."}
    visit(client).press("check", **danger, subject="x").press("send")
    drain()
    (case,) = cases()
    assert (case.quarantined, case.urgency) == (True, "urgent")
    alerts = select(Notification.status).where(Notification.purpose == "duty_alert")
    assert reading().scalars(alerts).all() == ["sent"]


def test_the_trap_is_carried_through_the_summary_and_shown_nowhere(client: FlaskClient) -> None:
    summary = visit(client).press("check", **SENDER, subject="Cheap pills")
    assert summary.fields["subject"] == "Cheap pills"
    assert "Cheap pills" not in summary.text
    assert summary.press("edit").fields["subject"] == ""


def test_a_parent_who_pastes_and_sends_in_four_seconds_is_not_quarantined(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "BURST", 1)
    for _ in range(2):
        form = visit(client)
        with clock.moved(clock.now() + SLOW):
            assert form.press("check", **SENDER).press("send").step == "sent"
    assert [case.quarantined for case in cases()] == [False, False]


def test_two_signs_are_enough_and_say_their_figures(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "BURST", 1)
    for _ in range(2):
        visit(client).press("check", **SENDER).press("send")
    assert [case.quarantined for case in cases()] == [False, True]
    assert why() == ["quarantine_fast", "quarantine_burst"]


def test_the_same_words_count_by_site_and_day(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "REPEATED", 1)
    for text in (MORNINGS, f"  {MORNINGS.upper()}!", "Muuta asiaa"):
        visit(client).press("check", text=text).press("send")
    visit(client, "/ask/demo-pargas?lang=en").press("check", text=MORNINGS).press("send")
    with clock.moved(clock.now() + dt.timedelta(days=1)):
        visit(client).press("check", text=MORNINGS).press("send")
    assert [case.quarantined for case in cases()] == [False, True, False, False, False]


def test_an_expired_form_still_knows_when_it_was_shown(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "REPEATED", 0)
    form = visit(client)
    with clock.moved(clock.now() + dt.timedelta(hours=3)):
        assert form.press("check", **SENDER).press("send").step == "sent"
    assert why() == []


def test_a_flood_is_answered_with_the_form_kept_and_help_lines(client: FlaskClient) -> None:
    limit(flood_limit=2)
    accepted = [visit(client).press("check", **SENDER) for _ in range(2)]
    codes = [summary.press("send").code for summary in accepted]
    refused = visit(client).press("check", **SENDER).press("send")
    assert (refused.status, refused.step) == (429, "check")
    assert int(refused.answer.headers["Retry-After"]) > 0
    assert "not sent yet" in refused.text
    assert MORNINGS in refused.text
    assert "112" in refused.text
    assert {name: refused.fields[name] for name in SENDER} == SENDER
    assert [summary.press("send").code for summary in accepted] == codes, "what was accepted stays accepted"
    other = visit(client, "/ask/demo-pargas?lang=en").press("check", **SENDER).press("send")
    assert other.step == "sent", "each site has a limit of its own"
    assert len(cases()) == 3


def test_after_a_minute_the_same_form_is_sent(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(flood_limit=1)
    visit(client).press("check", **SENDER).press("send")
    refused = visit(client).press("check", **SENDER).press("send")
    assert refused.status == 429
    monkeypatch.setattr("helpbutton.web.floods._known", {})
    with clock.moved(clock.now() + dt.timedelta(seconds=61)):
        assert refused.press("send").step == "sent"
