"""Duty: the roster that leads keep, substitutes and absences, who is on duty now, and the hand-over of a shift."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from helpbutton import clock
from helpbutton.cases.models import Case
from helpbutton.db import db, reading, transaction
from helpbutton.directory.models import Service
from helpbutton.staff.duty import on_duty
from helpbutton.staff.duty_models import Absence, DutyNote
from helpbutton.staff.models import Account, Membership, Shift
from tests.cast import Cast, hidden_fields
from tests.web.staff.pages import (
    audit_lines,
    case_row,
    case_url,
    numbers_listed,
    read,
    send_case,
    stored,
    visible_text,
)

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
DANGER = "Mies löi minua eilen illalla ja pelkään, että hän lyö taas. Lapset ovat kotona."
HOSTILE = "<script>alert(1)</script>"


def desk(key: str = "varha-family-guidance") -> int:
    found = stored().scalar(select(Service.id).where(Service.key == key))
    assert found is not None
    return found


def field(moment: dt.datetime) -> str:
    return f"{clock.local(moment):%Y-%m-%dT%H:%M}"


def shift(account: int, start: dt.datetime, length: dt.timedelta = 8 * HOUR) -> dict[str, str]:
    return {"account": str(account), "starts_at": field(start), "ends_at": field(start + length)}


def send(browser: FlaskClient, address: str, **typed: str) -> TestResponse:
    """Open the roster and send one of its forms."""
    token = hidden_fields(read(browser, f"/staff/duty?desk={desk()}"))["csrf_token"]
    return browser.post(address, data={"csrf_token": token, "desk": str(desk())} | typed)


def add(browser: FlaskClient, **typed: str) -> TestResponse:
    return send(browser, "/staff/duty/shifts?lang=en", **typed)


def shifts() -> list[Shift]:
    return list(stored().scalars(select(Shift).order_by(Shift.id)))


def here_now() -> list[int]:
    service_id = desk()
    return on_duty(reading(), service_id, clock.now())


def test_a_lead_adds_changes_and_removes_shifts(app_on_both: Flask, cast: Cast) -> None:
    liisa, cara = cast.sign_in("liisa"), cast.actor("cara").account_id
    lead, start = cast.actor("liisa").account_id, clock.now() - HOUR
    for _ in range(2):
        assert add(liisa, **shift(cara, start)).status_code == 303
    (row,) = shifts()
    assert "On duty now" in read(liisa, "/staff/?lang=en")
    assert (
        "you" in visible_text(read(cast.sign_in("cara"), "/staff/?lang=en")).partition("On duty now")[2][:200]
    )
    address, first = f"/staff/duty/shifts/{row.id}", {"version": str(row.version)}
    assert send(liisa, address, **first, **shift(lead, start)).status_code == 303
    assert send(liisa, address, **first, **shift(cara, start)).status_code == 409, "seen before the change"
    assert here_now() == [lead]
    assert "instead of" in read(liisa, f"/staff/duty?lang=en&desk={desk()}")
    assert send(liisa, address, version="1", remove="1").status_code == 409
    assert send(liisa, address, version="2", remove="1").status_code == 303
    assert shifts() == []
    assert [audit_lines(cast, "liisa", f"{what}_shift") for what in ("add", "change", "remove")] == [1, 1, 1]


def test_what_cannot_be_is_refused_and_what_was_typed_stays(app: Flask, cast: Cast) -> None:
    liisa, start = cast.sign_in("liisa"), clock.now() + 2 * DAY
    cara, dan = cast.actor("cara").account_id, cast.actor("dan").account_id
    away = {"away_account": str(cara)} | dict.fromkeys(("starts_on", "ends_on"), f"{clock.today() + 5 * DAY}")
    assert add(liisa, **shift(cara, start)).status_code == 303
    assert send(liisa, "/staff/duty/absences", **away).status_code == 303
    for typed, says in (
        (shift(cara, start + HOUR), "on duty at this desk at that time already"),
        (shift(dan, start), "choose again"),
        (shift(cara, start, -HOUR), "ends before it begins"),
        (shift(cara, start, 97 * HOUR), "at most 96 hours"),
        (shift(cara, start - 9 * DAY), "lies ahead"),
        (shift(cara, start + 400 * DAY), "lies ahead"),
        (shift(cara, start + 3 * DAY), "away then"),
        ({"account": str(cara), "starts_at": HOSTILE, "ends_at": field(start)}, "not in the expected form"),
        ({}, "Choose who is on duty"),
        ({"account": "9" * 30, "starts_at": field(start), "ends_at": field(start + HOUR)}, "choose again"),
    ):
        refused = add(liisa, **typed)
        page = refused.get_data(as_text=True)
        assert (refused.status_code, says in page) == (422, True), (typed, says)
        assert HOSTILE not in page
        assert not typed.get("ends_at") or typed["ends_at"] in page
    assert len(shifts()) == 1


def test_only_leads_and_administrators_keep_the_roster(app: Flask, cast: Cast) -> None:
    cara, dan, eve = (cast.sign_in(name) for name in ("cara", "dan", "eve"))
    typed = shift(cast.actor("cara").account_id, clock.now() + DAY)
    assert add(eve, **typed).status_code == 303
    (row,) = shifts()
    page = read(cara, f"/staff/duty?desk={desk()}")
    assert "/staff/duty/shifts" not in page
    own = {"csrf_token": hidden_fields(read(cara, "/staff/"))["csrf_token"], "desk": str(desk())}
    assert cara.post("/staff/duty/shifts", data=own | typed).status_code == 404
    assert (
        cara.post(f"/staff/duty/shifts/{row.id}", data=own | {"version": "1", "remove": "1"}).status_code
        == 404
    )
    read(dan, f"/staff/duty?desk={desk()}", status=404)
    read(cast.sign_in("kim"), "/staff/duty", status=403)
    assert len(shifts()) == 1


def test_whoever_is_away_is_not_on_duty_and_their_shifts_warn(app_on_both: Flask, cast: Cast) -> None:
    liisa, cara = cast.sign_in("liisa"), cast.sign_in("cara")
    account, lead = cast.actor("cara").account_id, cast.actor("liisa").account_id
    assert add(liisa, **shift(account, clock.now() - HOUR)).status_code == 303
    days = dict.fromkeys(("starts_on", "ends_on"), clock.today().isoformat())
    for _ in range(2):
        sent = send(cara, "/staff/duty/absences", away_account=str(lead), **days)
        assert sent.status_code == 303
    (absence,) = stored().scalars(select(Absence))
    assert absence.account_id == account, "oneself, whoever the form names"
    assert here_now() == []
    assert "needs a substitute" in read(liisa, f"/staff/duty?lang=en&desk={desk()}")
    wrong = send(cara, "/staff/duty/absences?lang=en", starts_on="2030-02-02", ends_on="2030-02-01")
    assert (wrong.status_code, "before the first one" in wrong.get_data(as_text=True)) == (422, True)
    dan = cast.sign_in("dan")
    token = hidden_fields(read(dan, "/staff/"))["csrf_token"]
    removing = f"/staff/duty/absences/{absence.id}/remove"
    assert dan.post(removing, data={"csrf_token": token}).status_code == 404
    assert send(liisa, removing).status_code == 303
    assert here_now() == [account]


def leave(account: int, how: str) -> None:
    service_id = desk()
    with transaction() as session:
        if how == "the desk":
            own = (Membership.account_id == account, Membership.service_id == service_id)
            session.execute(delete(Membership).where(*own))
        else:
            session.get_one(Account, account).active = False
    db.session.remove()


@pytest.mark.parametrize("what", ["the desk", "for good"])
def test_the_shift_of_somebody_who_left_asks_for_a_substitute(app: Flask, cast: Cast, what: str) -> None:
    liisa, cara, lead = cast.sign_in("liisa"), cast.actor("cara").account_id, cast.actor("liisa").account_id
    warning, page = "no longer works here: needs a substitute", f"/staff/duty?lang=en&desk={desk()}"
    assert add(liisa, **shift(cara, clock.now() + HOUR)).status_code == 303
    assert warning not in read(liisa, page)
    leave(cara, what)
    assert warning in read(liisa, page)
    (row,) = shifts()
    changed = shift(lead, clock.now() + HOUR)
    assert send(liisa, f"/staff/duty/shifts/{row.id}", version="1", **changed).status_code == 303
    assert warning not in read(liisa, page)


def test_what_another_tab_removed_is_removed_once_and_what_was_typed_stays(
    app_on_both: Flask, cast: Cast
) -> None:
    liisa, cara = cast.sign_in("liisa"), cast.actor("cara").account_id
    assert add(liisa, **shift(cara, clock.now() + DAY)).status_code == 303
    (row,) = shifts()
    address, typed = f"/staff/duty/shifts/{row.id}?lang=en", shift(cara, clock.now() + 3 * DAY, 5 * HOUR)
    for _ in range(2):
        assert send(liisa, address, version="1", remove="1").status_code == 303
    assert (shifts(), audit_lines(cast, "liisa", "remove_shift")) == ([], 1)
    late = send(liisa, address, version="1", **typed)
    page = late.get_data(as_text=True)
    assert (late.status_code, "Somebody removed this shift" in page) == (409, True)
    assert all(f'value="{typed[name]}"' in page for name in ("starts_at", "ends_at"))
    assert f'<option value="{cara}" selected>' in page
    assert shifts() == []
    member = cast.sign_in("cara")
    own = {
        "csrf_token": hidden_fields(read(member, "/staff/"))["csrf_token"],
        "desk": str(desk()),
        "remove": "1",
    }
    assert member.post(address, data=own).status_code == 404, "who keeps no roster learns nothing"


def test_an_absence_is_taken_off_once(app: Flask, cast: Cast) -> None:
    cara, days = cast.sign_in("cara"), dict.fromkeys(("starts_on", "ends_on"), clock.today().isoformat())
    assert send(cara, "/staff/duty/absences", **days).status_code == 303
    (absence,) = stored().scalars(select(Absence))
    for _ in range(2):
        assert send(cara, f"/staff/duty/absences/{absence.id}/remove").status_code == 303
    assert audit_lines(cast, "cara", "remove_absence") == 1
    away = {"away_account": str(cast.actor("liisa").account_id)}
    assert send(cast.sign_in("liisa"), "/staff/duty/absences", **away, **days).status_code == 303
    (absence,) = stored().scalars(select(Absence))
    assert send(cara, f"/staff/duty/absences/{absence.id}/remove").status_code == 404, "a colleague's"
    assert len(stored().scalars(select(Absence)).all()) == 1


def test_the_next_shift_finds_what_presses_and_the_note_of_the_one_before(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = send_case(cast, drain, text="Mieheni lyö minua ja pelkään.")
    cara, liisa = cast.sign_in("cara"), cast.sign_in("liisa")
    page = read(cara, "/staff/duty/handover?lang=en")
    assert number in numbers_listed(page)
    assert case_url(number) in page
    fields = hidden_fields(page) | {"desk": str(desk()), "words": f"Soita {number}\n{HOSTILE}"}
    for _ in range(2):
        assert cara.post("/staff/duty/handover", data=fields).status_code == 303
    (note,) = stored().scalars(select(DutyNote))
    assert number.encode() not in note.body
    seen = read(liisa, "/staff/duty/handover?lang=en")
    assert f"Soita {number}\n&lt;script&gt;" in seen
    assert HOSTILE not in seen
    for words, says in (("  ", "has to know"), ("x" * 2001, "2000"), ("a\x00b", "cannot be stored")):
        refused = liisa.post(
            "/staff/duty/handover?lang=en", data=hidden_fields(seen) | {"desk": str(desk()), "words": words}
        )
        assert (refused.status_code, says in refused.get_data(as_text=True)) == (422, True)
    with clock.moved(clock.now() + 15 * DAY):
        assert f"Soita {number}" not in read(cast.sign_in("cara"), "/staff/duty/handover")


def test_what_is_overdue_does_not_slip_between_two_shifts(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    """The promise ends with the day of the desk, which is when people hand over."""
    number = send_case(cast, drain)
    respond_by = case_row(number).respond_by
    for moment in (respond_by - HOUR, respond_by + HOUR):
        with clock.moved(moment):
            page = read(cast.sign_in("cara"), "/staff/duty/handover?lang=en")
            assert number in numbers_listed(page), moment
    assert re.search(r"view=overdue[^>]*>Overdue <span class=\"count\">1<", page)


def test_the_night_desk_sees_what_presses_at_the_desks_that_it_stands_in_for(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    urgent, quiet = send_case(cast, drain, text=DANGER), send_case(cast, drain)
    theirs = {case_row(number).service_id for number in (urgent, quiet)}
    nights = min(cast.actor("dan").services)
    assert theirs.isdisjoint(cast.actor("dan").services)
    dan, page = cast.sign_in("dan"), "/staff/duty/handover?lang=en"
    assert "stand in for" not in read(dan, page)
    with transaction() as session:
        night_desk = session.get_one(Service, nights).key
        for service_id in theirs:
            closed = session.get_one(Service, service_id)
            closed.closures = [f"{clock.today()}", f"{clock.today() + DAY}"]
            closed.night_duty = night_desk
    db.session.remove()
    case, cara = case_row(urgent), cast.actor("cara").account_id
    case_id, respond_by = case.id, case.respond_by

    def section(at: dt.datetime) -> str:
        with clock.moved(at):
            return read(cast.sign_in("dan"), page).partition('id="elsewhere"')[2].partition("</section>")[0]

    seen = section(clock.now())
    assert numbers_listed(seen) == {urgent}
    assert ("view=urgent" in seen, "view=overdue" in seen) == (True, False)
    read(dan, case_url(urgent))
    assert "view=overdue" in section(respond_by + HOUR)
    with transaction() as session:
        session.get_one(Case, case_id).assigned_to = cara
    seen = section(clock.now())
    assert (numbers_listed(seen), "Nothing urgent waits there now." in seen) == (set(), True)


def test_a_desk_of_others_gets_no_note(app: Flask, cast: Cast) -> None:
    dan = cast.sign_in("dan")
    fields = hidden_fields(read(dan, "/staff/duty/handover")) | {"desk": str(desk()), "words": "Hei"}
    assert dan.post("/staff/duty/handover", data=fields).status_code == 404
    read(cast.sign_in("eve"), "/staff/duty/handover", status=403)
    assert stored().scalars(select(DutyNote)).all() == []
