"""Rosters in calendars: the address that shows times and names alone, and files that are tried before they count."""

import datetime as dt
import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from helpbutton import clock
from helpbutton.staff.models import Shift
from tests.cast import Cast, hidden_fields
from tests.web.staff.pages import read, stored
from tests.web.staff.test_duty import DAY, HOUR, add, desk, leave, send, shift

HEAD, FOOT = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\n", "END:VCALENDAR\r\n"


def page() -> str:
    return f"/staff/duty/calendars?lang=en&desk={desk()}"


def press(browser: FlaskClient, action: str) -> str:
    """Press the button of the page that leads there; the address it shows, or nothing."""
    answer = browser.post(f"/staff/duty/{action}", data=hidden_fields(read(browser, page())))
    assert answer.status_code in (200, 303)
    found = re.search(r"(/staff/duty/feed/[\w-]+\.ics)", answer.get_data(as_text=True))
    return found[1] if found else ""


def event(start: dt.datetime, *lines: str, end: dt.datetime | None = None) -> str:
    until = f"DTEND:{end or start + 4 * HOUR:%Y%m%dT%H%M%SZ}"
    return "\r\n".join(["BEGIN:VEVENT", f"DTSTART:{start:%Y%m%dT%H%M%SZ}", until, *lines, "END:VEVENT", ""])


def try_file(browser: FlaskClient, content: str | bytes) -> tuple[int, str]:
    data = content.encode() if isinstance(content, str) else content
    fields = hidden_fields(read(browser, page())) | {"file": (io.BytesIO(data), "roster.ics")}
    answer = browser.post("/staff/duty/import?lang=en", data=fields)
    return answer.status_code, answer.get_data(as_text=True)


def test_a_calendar_fetches_times_and_names_until_the_address_ends(app_on_both: Flask, cast: Cast) -> None:
    liisa, cara, stranger = cast.sign_in("liisa"), cast.actor("cara"), app_on_both.test_client()
    start = (clock.now() + DAY).replace(second=0, microsecond=0)
    assert add(liisa, **shift(cara.account_id, start)).status_code == 303
    address = press(liisa, "feed")
    answer = stranger.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert "Set-Cookie" not in answer.headers
    (found,) = Calendar.from_ical(answer.data).walk("VEVENT")
    assert (str(found["SUMMARY"]), found["DTSTART"].dt, found["DTEND"].dt) == (
        cara.name,
        start,
        start + 8 * HOUR,
    )
    assert set(found) == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"}
    assert address not in read(liisa, page()), "shown once"
    second = press(liisa, "feed")
    assert second != address
    assert [stranger.get(one).status_code for one in (address, second)] == [404, 200]
    press(liisa, "feed/end")
    assert stranger.get(second).status_code == 404


def test_a_calendar_shows_nobody_who_is_away_or_has_left(app: Flask, cast: Cast) -> None:
    liisa, cara, lead = cast.sign_in("liisa"), cast.actor("cara"), cast.actor("liisa")
    start = (clock.now() + DAY).replace(second=0, microsecond=0)
    for account, at in ((cara, start), (cara, start + 3 * DAY), (lead, start)):
        assert add(liisa, **shift(account.account_id, at, HOUR)).status_code == 303
    address = press(liisa, "feed")

    def shown() -> list[tuple[str, dt.datetime]]:
        events = Calendar.from_ical(app.test_client().get(address).data).walk("VEVENT")
        return sorted((str(one["SUMMARY"]), one["DTSTART"].dt) for one in events)

    assert len(shown()) == 3
    day = clock.local(start + 3 * DAY).date().isoformat()
    away = {"away_account": str(cara.account_id), "starts_on": day, "ends_on": day}
    assert send(liisa, "/staff/duty/absences", **away).status_code == 303
    assert shown() == [(cara.name, start), (lead.name, start)]
    leave(cara.account_id, "the desk")
    assert shown() == [(lead.name, start)]
    with clock.moved(start + 2 * HOUR):
        assert (cara.name, start) in shown(), "what has been stays"


def test_what_is_cancelled_becomes_no_shift(app: Flask, cast: Cast) -> None:
    liisa, name = cast.sign_in("liisa"), cast.actor("cara").name
    start = (clock.now() + DAY).replace(second=0, microsecond=0)
    who, cancelled = f"SUMMARY:{name}", "It is cancelled."
    series = f"RECURRENCE-ID{{}}:{start + 2 * DAY:%Y%m%dT%H%M%SZ}"
    content = HEAD + event(start, who, "STATUS:CONFIRMED") + event(start + DAY, who, "STATUS:Cancelled")
    content += event(start + 2 * DAY, who, series.format(""))
    content += event(start + 3 * DAY, who, series.format(";RANGE=THISANDFUTURE"))
    content += event(start + 4 * DAY, who, series.format(""), "STATUS:CANCELLED")
    _, seen = try_file(liisa, content + FOOT)
    assert [seen.count(says) for says in (cancelled, "It repeats", ">would be added<")] == [2, 1, 2]
    _, seen = try_file(liisa, HEAD + "METHOD:CANCEL\r\n" + event(start, who) + FOOT)
    assert (cancelled in seen, "Nothing in it can be added" in seen) == (True, True)


def test_an_event_of_two_members_is_a_shift_of_each(app: Flask, cast: Cast) -> None:
    liisa, cara, lead = cast.sign_in("liisa"), cast.actor("cara"), cast.actor("liisa")
    invited = [f"ATTENDEE;CN={one}:mailto:{one}@demo.example" for one in ("cara", "liisa", "stranger")]
    start = (clock.now() + DAY).replace(second=0, microsecond=0)
    _, seen = try_file(liisa, HEAD + event(start, *invited, f"SUMMARY:{cara.name}") + FOOT)
    assert (seen.count(">would be added<"), "Add these shifts: 2" in seen) == (2, True)
    assert liisa.post("/staff/duty/import/load", data=hidden_fields(seen)).status_code == 303
    people = stored().scalars(select(Shift.account_id)).all()
    assert sorted(people) == sorted((cara.account_id, lead.account_id))


def test_a_file_is_tried_first_and_only_its_good_lines_count(app_on_both: Flask, cast: Cast) -> None:
    liisa, cara, lead = cast.sign_in("liisa"), cast.actor("cara"), cast.actor("liisa")
    start = (clock.now() + DAY).replace(second=0, microsecond=0)
    content = HEAD + "".join(
        (
            event(start, "ATTENDEE;CN=X:MAILTO:Cara@demo.example", "SUMMARY:P\u00e4ivystys"),
            event(start + HOUR, f"SUMMARY:{lead.name}"),
            event(start + HOUR, "ATTENDEE:mailto:cara@demo.example"),
            event(start, "SUMMARY:<script>alert(1)</script>"),
            event(start + 2 * DAY, f"SUMMARY:{lead.name}", "RRULE:FREQ=DAILY"),
            event(start + 3 * DAY, f"SUMMARY:{lead.name}", end=start),
        )
    )
    status, seen = try_file(liisa, content + FOOT)
    assert status == 200
    assert [
        text in seen for text in ("already.", "this name or address", "It repeats", "before it begins")
    ] == [True] * 4
    assert "Add these shifts: 2" in seen
    assert "<script>alert" not in seen
    assert stored().scalars(select(Shift)).all() == [], "a trial stores nothing"
    fields = hidden_fields(seen)
    for added in (2, 0):
        answer = liisa.post("/staff/duty/import/load", data=fields)
        assert (answer.status_code, f"added={added}" in answer.location) == (303, True)
    people = set(stored().scalars(select(Shift.account_id)))
    assert people == {cara.account_id, lead.account_id}
    eve = cast.sign_in("eve")
    other = hidden_fields(read(eve, page())) | {"shifts": fields["shifts"]}
    assert eve.post("/staff/duty/import/load", data=other).status_code == 400, "somebody else's look"
    assert try_file(liisa, content + FOOT)[1].count("in the roster already") == 2


@pytest.mark.parametrize(
    "content",
    [
        "",
        "hello",
        "\x00\x01",
        HEAD,
        HEAD + "BEGIN:VEVENT\r\nDTSTART:soon\r\nEND:VEVENT\r\n" + FOOT,
        HEAD + "BEGIN:VEVENT\r\nDTSTART:99991231T230000Z\r\nSUMMARY:Cara\r\nEND:VEVENT\r\n" + FOOT,
    ],
)
def test_what_is_no_calendar_is_said_so(app: Flask, cast: Cast, content: str) -> None:
    status, seen = try_file(cast.sign_in("liisa"), content)
    assert (status, "no calendar file" in seen or "Nothing in it" in seen) in ((422, True), (200, True))


def test_only_who_keeps_the_roster_makes_addresses_and_loads_files(app: Flask, cast: Cast) -> None:
    cara = cast.sign_in("cara")
    read(cara, page(), status=404)
    fields = {"csrf_token": hidden_fields(read(cara, "/staff/"))["csrf_token"], "desk": str(desk())}
    for action in ("feed", "feed/end", "import", "import/load"):
        assert cara.post(f"/staff/duty/{action}", data=fields).status_code == 404
