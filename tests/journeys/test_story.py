"""The main story over HTTP, on each database: a parent writes, the right desk answers, the parent reads the answer."""

import re
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from helpbutton.audit.models import AuditEntry
from helpbutton.db import reading
from helpbutton.notifications.phone import phone_messages
from tests.cast import MORNINGS, PHONE, Cast
from tests.web.public.browser import visit
from tests.web.staff.pages import case_url, numbers_listed, read, send_form, visible_text

ANSWER = "Hei! Soitan huomenna kello 10.\nTerveisin Cara"


def test_a_click_becomes_a_case_on_the_right_desk_and_the_answer_comes_back(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    parent = app_on_both.test_client()

    summary = visit(parent, "/ask/demo?lang=fi").press(
        "check", text=MORNINGS, phone="040 123 4567", safe_to_text="1"
    )
    assert "Lapsiperheiden palveluohjaus, Varsinais-Suomi" in summary.text
    receipt = summary.press("send")
    code = receipt.code

    drain()
    phone = {sms.to: sms.text for sms in phone_messages()}
    assert set(phone) == {PHONE, next(number for number in phone if number.startswith("+35850000"))}

    dan = cast.sign_in("dan")
    assert numbers_listed(read(dan, "/staff/")) == set()

    cara = cast.sign_in("cara")
    [number] = numbers_listed(read(cara, "/staff/?view=services"))
    read(dan, case_url(number), status=404)
    page = visible_text(read(cara, case_url(number)))
    assert MORNINGS in page
    assert send_form(cara, number, "take").status_code in (302, 303)
    assert send_form(cara, number, "answer", body=ANSWER).status_code in (302, 303)
    drain()
    assert len([sms for sms in phone_messages() if sms.to == PHONE]) == 2
    assert not any("Cara" in sms.text for sms in phone_messages())

    opened = visit(parent, "/receipt?lang=fi").press("open", code=code.lower())
    assert "Soitan huomenna kello 10." in opened.text
    opened.press("reply", body="Kiitos, kymmenen sopii.")
    assert "Kiitos, kymmenen sopii." in visible_text(read(cara, case_url(number)))

    assert "Set-Cookie" not in receipt.answer.headers
    reading().rollback()
    looks = reading().scalars(select(AuditEntry.action)).all()
    assert {"sign_in", "list", "view", "take", "answer", "family_thread"} <= set(looks)
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", number)
