"""Something urgent at a closed desk without night duty: the sender is told, and by `unread_until` every door knows."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from helpbutton import clock
from helpbutton.cases.models import Case
from helpbutton.conversation.family import case_of_code, family_page
from helpbutton.conversation.operations import answer, write_from_family
from helpbutton.db import db, reading, transaction
from helpbutton.directory.models import Service
from helpbutton.staff.models import Shift
from tests.cast import MORNINGS, Cast
from tests.web.public.browser import visit

OFFICE = {day: [["08:00", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
NIGHT = dt.datetime(2026, 11, 24, 21, 0, tzinfo=dt.UTC)
DAY = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
OPENS = "2026-11-25T08:00:00+02:00"
DANGER = "Mies uhkaa tappaa meidät, olemme vessassa lukkojen takana"
DESK, NIGHT_DESK = "varha-family-guidance", "varha-social-emergency"
CLOSED = "is closed now, and nobody is on duty there"


def night_duty(value: str | None) -> None:
    with transaction() as session:
        session.execute(update(Service).values(hours=OFFICE, night_duty=value))
        session.execute(update(Service).where(Service.key == NIGHT_DESK).values(night_duty="own"))
    db.session.remove()


@pytest.mark.parametrize(
    ("moment", "duty", "changes", "told"),
    [
        (NIGHT, "none", {"text": DANGER}, True),
        (NIGHT, None, {"text": DANGER}, True),
        (NIGHT, "none", {"topic": "domestic_violence"}, True),
        (NIGHT, "none", {}, False),
        (DAY, "none", {"text": DANGER}, False),
        (NIGHT, "own", {"text": DANGER}, False),
        (NIGHT, NIGHT_DESK, {"text": DANGER}, False),
    ],
)
def test_the_answer_says_when_nobody_reads_what_is_urgent(
    app: Flask, cast: Cast, moment: dt.datetime, duty: str | None, changes: dict[str, str], told: bool
) -> None:
    night_duty(duty)
    key = str(uuid.uuid4())
    with clock.moved(moment):
        body = cast.send(key=key, language="en", **changes).get_json()
        assert cast.send(key=key, language="en", **changes).get_json() == body
    if not told:
        assert body["unread"] is None
        return
    assert body["unread"]["until"] == OPENS
    assert CLOSED in body["unread"]["in_words"]
    assert "on Wednesday 25 November at 08:00" in body["unread"]["in_words"]
    assert body["help_lines"][0]["number"] == "112"


def test_somebody_on_shift_at_the_closed_desk_reads_it(app: Flask, cast: Cast) -> None:
    night_duty("none")
    with transaction() as session:
        for service_id in cast.actor("cara").services:
            session.add(
                Shift(
                    account_id=cast.actor("cara").account_id,
                    service_id=service_id,
                    starts_at=DAY,
                    ends_at=NIGHT + dt.timedelta(hours=4),
                )
            )
    with clock.moved(NIGHT):
        assert cast.send(text=DANGER).get_json()["unread"] is None


@pytest.mark.parametrize("filled", [{"text": DANGER}, {"text": MORNINGS, "topic": "domestic_violence"}])
def test_the_form_says_it_before_and_after_sending(client: FlaskClient, filled: dict[str, str]) -> None:
    night_duty("none")
    with clock.moved(NIGHT):
        summary = visit(client).press("check", **filled)
        receipt = summary.press("send")
        for page in (summary, receipt):
            before = page.text.partition("at the latest on")[0]
            assert CLOSED in before
            assert "112" in before
        assert "Nobody reads this before" not in summary.text
    night_duty("own")
    with clock.moved(NIGHT):
        assert CLOSED not in visit(client).press("check", **filled).text


def test_the_familys_page_says_it_as_long_as_it_waits_and_the_desk_is_closed(
    client: FlaskClient, cast: Cast, drain: Callable[[], int]
) -> None:
    night_duty("none")

    def page() -> str:
        return visit(client, "/receipt?lang=en").press("open", code=sent["receipt_code"]).text

    with clock.moved(NIGHT):
        sent = cast.send(text=DANGER, may_forward=False).get_json()
        drain()
        assert CLOSED in page().partition("Where it is now")[0]
    with clock.moved(DAY + dt.timedelta(days=1)):
        assert CLOSED not in page()
        number = reading().scalars(select(Case.number)).one()
        answer(actor=cast.actor("cara"), number=number, body="Olemme täällä.", token=str(uuid.uuid4()))
    with clock.moved(NIGHT + dt.timedelta(days=1)):
        assert CLOSED not in page()
        case_id = case_of_code(sent["receipt_code"])
        write_from_family(case_id=case_id, body="Hän tuli takaisin.", token=str(uuid.uuid4()))
        assert family_page(case_id=case_id).unread_until is not None
        assert CLOSED in page()
