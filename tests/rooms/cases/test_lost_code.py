"""A lost receipt code: a one-time code to a phone that is only the sender's, or a new code from a person."""

import datetime as dt
import re
import secrets
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update
from structlog.testing import capture_logs

from helpbutton import clock, outbox
from helpbutton.cases import handling, lost_code, new_code
from helpbutton.cases.models import Case, CodeRequest
from helpbutton.cases.queries import open_case
from helpbutton.cases.sender import change_contact, own_contact
from helpbutton.conversation.family import case_of_code, code_mark
from helpbutton.db import db, reading, transaction
from helpbutton.directory.models import Site
from helpbutton.errors import Conflict, Invalid, NotFound
from helpbutton.notifications.opt_out import opt_in, opt_out
from tests.cast import PHONE, Cast
from tests.rooms.cases.conftest import Send, texted

OWN = {"private_phone": True, "safe_to_text": True}
APART = dt.timedelta(minutes=10, seconds=1)


def ask(phone: str = PHONE) -> str:
    return lost_code.ask_for_code(phone=phone, token=secrets.token_hex(16))


def digits_texted() -> list[str]:
    return [found[0] for body in texted(PHONE) if (found := re.findall(r"\b\d{6}\b", body))]


def test_the_code_opens_every_open_case_of_that_phone_once(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int], send: Send
) -> None:
    first, second = send(contact=OWN), send(contact=OWN)
    send(contact={"phone": "+358449876543", **OWN})
    token = ask()
    drain()
    (digits,) = digits_texted()
    stored = "".join(str(row) for row in reading().execute(select(CodeRequest.__table__)))
    assert digits not in stored
    assert PHONE[4:] not in stored
    opened = lost_code.open_with_code(token=token, typed=f" {digits[:3]} {digits[3:]} ")
    assert [case.case_id for case in opened] == [second.id, first.id]
    assert first.verbs[-2:] == ["one_time_code_sent", "opened_with_one_time_code"]
    with pytest.raises(NotFound):
        lost_code.open_with_code(token=token, typed=digits)


@pytest.mark.parametrize(
    "contact",
    [
        {"private_phone": False},
        {"private_phone": True, "safe_to_text": False},
        {"private_phone": False, "nudge_only": True},
        {"private_phone": True, "phone": "+358449876543"},
        {"private_phone": True, "not_before": "03:00", "not_after": "03:01"},
    ],
)
def test_nothing_is_sent_where_it_was_not_allowed(
    contact: dict[str, object], app: Flask, drain: Callable[[], int], send: Send
) -> None:
    with clock.moved(dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)):
        case = send(contact=contact)
        token = ask()
        drain()
        assert case.notifications("one_time_code") == []
        with pytest.raises(NotFound):
            lost_code.open_with_code(token=token, typed=lost_code.code_of(token))


def test_a_case_in_quarantine_sends_no_code(
    app: Flask, cast: Cast, drain: Callable[[], int], send: Send
) -> None:
    case = send(contact=OWN)
    with transaction() as session:
        session.execute(update(Case).values(quarantined=True))
    ask()
    drain()
    assert case.notifications("one_time_code") == []
    with transaction() as session:
        session.execute(update(Case).values(quarantined=False))
    ask()
    drain()
    assert len(case.notifications("one_time_code")) == 1


def test_a_number_for_nudges_alone_that_is_only_the_senders_helps_too_and_stays_hidden(
    app: Flask, cast: Cast, drain: Callable[[], int], send: Send
) -> None:
    case = send(contact={"nudge_only": True, "safe_to_call": False, **OWN})
    token = ask()
    drain()
    assert lost_code.open_with_code(token=token, typed=digits_texted()[0])[0].case_id == case.id
    page = open_case(actor=cast.actor("cara"), number=case.number)
    assert page.contact.phone is None
    assert PHONE[4:] not in repr(page)
    handling.close(actor=cast.actor("cara"), number=case.number, version=page.version, outcome="other")
    drain()
    assert own_contact(case_id=case.id).phone is None
    with clock.moved(clock.now() + APART):
        ask()
        drain()
    assert len(digits_texted()) == 1


@pytest.mark.parametrize(("days", "opens"), [(0, True), (29, True), (31, False)])
def test_a_closed_case_is_opened_as_long_as_writing_opens_it_again(
    days: int, opens: bool, app: Flask, cast: Cast, drain: Callable[[], int], send: Send
) -> None:
    case = send(contact=OWN)
    handling.close(
        actor=cast.actor("cara"), number=case.number, version=case.row.version, outcome="advice_given"
    )
    drain()
    with clock.moved(clock.now() + dt.timedelta(days=days)):
        token = ask()
        drain()
        assert len(digits_texted()) == opens
        if opens:
            found = lost_code.open_with_code(token=token, typed=lost_code.code_of(token))
            assert [one.case_id for one in found] == [case.id]


def test_what_no_person_sent_is_not_opened(
    app: Flask, cast: Cast, drain: Callable[[], int], send: Send
) -> None:
    case = send(contact=OWN)
    with transaction() as session:
        session.execute(update(Case).values(quarantined=True))
    handling.close_as_spam(actor=cast.actor("cara"), number=case.number, version=case.row.version)
    ask()
    drain()
    assert digits_texted() == []


@pytest.mark.parametrize("change", [{"private_phone": False}, {"phone": "+358449876543"}, {"phone": None}])
def test_the_phone_must_still_be_the_senders_own_when_the_code_is_used(
    change: dict[str, object], app_on_both: Flask, drain: Callable[[], int], send: Send
) -> None:
    changed, kept = send(contact=OWN), send(contact=OWN)
    token = ask()
    drain()
    given = own_contact(case_id=changed.id).model_copy(update=change)
    assert change_contact(case_id=changed.id, contact=given)
    opened = lost_code.open_with_code(token=token, typed=lost_code.code_of(token))
    assert [case.case_id for case in opened] == [kept.id]
    assert "opened_with_one_time_code" not in changed.verbs


def test_five_wrong_tries_end_a_code_and_ten_minutes_too(
    app: Flask, drain: Callable[[], int], send: Send
) -> None:
    send(contact=OWN)
    tried = ask()
    drain()
    wrong = f"{(int(lost_code.code_of(tried)) + 1) % 10**6:06}"
    for _ in range(5):
        with pytest.raises(NotFound):
            lost_code.open_with_code(token=tried, typed=wrong)
    with pytest.raises(NotFound):
        lost_code.open_with_code(token=tried, typed=lost_code.code_of(tried))
    with clock.moved(clock.now() + APART):
        late = ask()
        drain()
        assert len(digits_texted()) == 2
    with clock.moved(clock.now() + 2 * APART), pytest.raises(NotFound):
        lost_code.open_with_code(token=late, typed=lost_code.code_of(late))


def test_codes_keep_their_distance_but_never_run_out_and_the_number_is_forgotten(
    app: Flask, drain: Callable[[], int], send: Send
) -> None:
    send(contact=OWN)
    start, sent = clock.now(), []
    for minutes in (0, 9, 11, 20, 22, 33, 139, 143, 200, 264):
        with clock.moved(start + dt.timedelta(minutes=minutes)):
            before = len(digits_texted())
            ask()
            drain()
            sent += [minutes] * (len(digits_texted()) - before)
    assert sent == [0, 11, 22, 143, 264]
    assert [row for row in reading().scalars(select(CodeRequest.number)) if row is not None] == []
    with clock.moved(start + dt.timedelta(days=2)):
        ask()
        drain()
        assert len(digits_texted()) == 6
        db.session.remove()
        assert len(reading().scalars(select(CodeRequest.id)).all()) == 1, "requests are kept for a day"


def test_codes_have_a_budget_of_their_own_at_a_site(
    app_on_both: Flask, drain: Callable[[], int], send: Send
) -> None:
    case = send(contact=OWN)
    with transaction() as session:
        session.execute(update(Site).values(sms_per_day=1))
    with capture_logs() as logs:
        ask()
        drain()
    assert len(digits_texted()) == 1, "the confirmation has not used the budget of the codes"
    spent = [line for line in logs if line["event"] == "sms_budget_spent"]
    assert [(line["log_level"], line["scope"].split("/")[-1]) for line in spent] == [("warning", "codes")]
    with clock.moved(clock.now() + APART):
        ask()
        drain()
    assert len(digits_texted()) == 1
    assert case.verbs.count("one_time_code_sent") == 1


def test_a_flood_of_requests_is_refused_for_a_minute(app_on_both: Flask) -> None:
    accepted = [ask(f"+35844{number:07}") for number in range(lost_code.REQUESTS_A_MINUTE)]
    with pytest.raises(lost_code.TooManyRequests):
        ask()
    assert lost_code.ask_for_code(phone="+358440000000", token=accepted[0]) == accepted[0]
    with clock.moved(clock.now() + dt.timedelta(seconds=61)):
        assert ask()


def test_a_code_that_comes_too_late_to_be_of_use_is_not_sent(
    app: Flask, drain: Callable[[], int], send: Send
) -> None:
    send(contact=OWN)
    ask()
    with clock.moved(clock.now() + dt.timedelta(minutes=11)):
        drain()
    assert digits_texted() == []


def test_the_same_form_sent_twice_is_one_request(app: Flask, drain: Callable[[], int], send: Send) -> None:
    send(contact=OWN)
    token = secrets.token_hex(16)
    assert {lost_code.ask_for_code(phone=PHONE, token=token) for _ in range(3)} == {token}
    assert lost_code.ask_for_code(phone="+358449876543", token=token) != token
    drain()
    assert len(digits_texted()) == 1
    assert outbox.resting() == []


def test_a_new_code_ends_the_old_one_and_pages_that_it_opened(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int], send: Send
) -> None:
    case = send()
    mark, cara = code_mark(case.id), cast.actor("cara")
    with pytest.raises(Invalid):
        new_code.issue_new_code(actor=cara, number=case.number, version=case.row.version, verified="")
    with pytest.raises(NotFound):
        new_code.issue_new_code(
            actor=cast.actor("dan"), number=case.number, version=1, verified="called_their_number"
        )
    version = case.row.version
    code = new_code.issue_new_code(
        actor=cara, number=case.number, version=version, verified="called_their_number"
    )
    with pytest.raises(Conflict):
        new_code.issue_new_code(
            actor=cara, number=case.number, version=version, verified="called_their_number"
        )
    assert case_of_code(code) == case.id
    assert code_mark(case.id) != mark
    with pytest.raises(NotFound):
        case_of_code(case.code)
    assert case.verbs[-1] == "new_code_issued"


def test_the_request_sent_again_after_a_new_code_shows_no_dead_code(app: Flask, cast: Cast) -> None:
    key = "6f6cbb0f-6b8f-4f0e-9d0f-0d6c8a6a4f10"
    receipt = cast.send(key=key).get_json()
    page = case_of_code(receipt["receipt_code"])
    assert cast.send(key=key).status_code == 201
    row = reading().get_one(lost_code.Case, page)
    new_code.issue_new_code(
        actor=cast.actor("cara"), number=row.number, version=row.version, verified="asked_about_the_case"
    )
    again = cast.send(key=key)
    assert again.status_code == 409
    assert "receipt_code" not in again.get_json()


def test_a_number_that_wants_no_messages_gets_no_code_and_the_case_says_so(
    app: Flask, drain: Callable[[], int], send: Send
) -> None:
    case = send(contact=OWN)
    with transaction() as session:
        opt_out(session, PHONE, language="fi")
    for _ in range(2):
        token = ask()
        drain()
    assert digits_texted() == []
    assert (case.verbs.count("not_told"), case.verbs.count("one_time_code_sent")) == (1, 0)
    with pytest.raises(NotFound):
        lost_code.open_with_code(token=token, typed=lost_code.code_of(token))
    with transaction() as session:
        opt_in(session, PHONE)
    ask()
    drain()
    assert len(digits_texted()) == 1, "nothing stands in the way of a code as soon as it is wanted"
