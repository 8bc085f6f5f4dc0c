"""The audit record: its own auditor reads, filters and verifies it, and each reading is itself on record."""

import datetime as dt
import re
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.audit.models import AuditEntry
from helpbutton.cases import record
from helpbutton.cases.record import Question
from helpbutton.db import transaction
from helpbutton.errors import NotFound
from tests.cast import Cast, hidden_fields
from tests.web.staff.pages import audit_lines, case_row, case_url, read, send_case, stored, visible_text

ADDRESS = "/staff/audit?lang=en"


def own(cast: Cast) -> int:
    """The organisation that Aada audits."""
    return min(cast.actor("aada").organisations_as("auditor"))


def lines(html: str) -> list[str]:
    return [visible_text(row) for row in re.findall(r"<tr>\s*<td>.*?</tr>", html, re.S)]


def read_case_of_auditor(cast: Cast, drain: Callable[[], int]) -> str:
    """A case of Aada's organisation that Cara has opened."""
    number = send_case(cast, drain)
    assert case_row(number).organisation_id == own(cast)
    read(cast.sign_in("cara"), case_url(number))
    return number


@pytest.mark.parametrize("who", ["cara", "liisa", "eve", "kim"])
def test_nobody_but_an_auditor_reads_it(app: Flask, cast: Cast, who: str) -> None:
    browser = cast.sign_in(who)
    assert browser.get(ADDRESS).status_code == 403
    assert browser.get("/staff/audit/cases/0000-0000").status_code == 403
    with pytest.raises(NotFound):
        record.read_record(actor=cast.actor(who), organisation_id=own(cast), question=Question())


def test_it_says_who_did_what_and_that_it_was_read(app: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    number = read_case_of_auditor(cast, drain)
    aada, cara = cast.sign_in("aada"), cast.actor("cara")
    first = lines(read(aada, ADDRESS))
    assert any(
        cara.name in line and "Opened the case" in line and "worker of the desk" in line for line in first
    )
    assert number not in " ".join(first)
    assert audit_lines(cast, "aada", "read_record") == 1

    of_case = lines(read(aada, f"{ADDRESS}&number={number.lower()}"))
    assert all(number in line for line in of_case)
    assert any("Read this record" in line for line in of_case), "looking at one case is on record as that"
    assert "Opened the case" in " ".join(of_case)
    of_person = lines(read(aada, f"{ADDRESS}&person={cara.account_id}"))
    assert of_person
    assert all(cara.name in line for line in of_person)
    assert "No line fits." in read(aada, f"{ADDRESS}&last=2020-01-01")
    assert lines(read(aada, f"{ADDRESS}&first={clock.today()}&last={clock.today()}"))
    assert "No line fits." in read(aada, f"{ADDRESS}&number=0000-0000")


@pytest.mark.parametrize(
    "typed",
    [
        "first=soon",
        "person=x",
        "person=99999999999999999999",
        "before=-1",
        "number=%00",
        "last=9999-12-31",
        "number='",
    ],
)
def test_odd_filters_do_no_harm(app: Flask, cast: Cast, typed: str) -> None:
    assert cast.sign_in("aada").get(f"{ADDRESS}&{typed}").status_code == 200


def test_another_organisation_is_not_there(app: Flask, cast: Cast) -> None:
    foreign = own(cast) + 1
    aada = cast.sign_in("aada")
    assert aada.get(f"{ADDRESS}&organisation={foreign}").status_code == 404
    assert aada.get(f"/staff/audit/cases/0000-0000?organisation={foreign}").status_code == 404


def test_pages_follow_each_other_without_gap_or_repeat(app_on_both: Flask, cast: Cast) -> None:
    organisation_id, aada = own(cast), cast.actor("aada")
    with transaction() as session:
        for n in range(record.PAGE * 2):
            audit.record(
                session, organisation_id=organisation_id, actor="system", action="x", subject=f"s/{n}"
            )
        session.execute(update(AuditEntry).values(at=clock.now()))
    seen: list[int] = []
    before = None
    while True:
        page = record.read_record(
            actor=aada, organisation_id=organisation_id, question=Question(before=before)
        )
        seen += [it.line.id for it in page.lines]
        before = page.next_before
        if before is None:
            break
    assert len(seen) == len(set(seen))
    everything = stored().scalars(select(AuditEntry.id).where(AuditEntry.organisation_id == organisation_id))
    read_meanwhile = {it for it in everything if it not in seen}
    assert len(read_meanwhile) == 2, "the lines of reading the second and third page"


def test_it_is_verified_and_a_changed_line_is_found(app: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    read_case_of_auditor(cast, drain)
    stored()
    assert audit.seal_pending() > 0
    aada = cast.sign_in("aada")

    def verify() -> str:
        fields = hidden_fields(read(aada, ADDRESS))
        return aada.post(f"/staff/audit/verify?organisation={own(cast)}&lang=en", data=fields).get_data(
            as_text=True
        )

    assert "The record is whole" in verify()
    with transaction() as session:
        first = select(AuditEntry.id).where(AuditEntry.organisation_id == own(cast), AuditEntry.seq == 1)
        session.execute(
            update(AuditEntry).where(AuditEntry.id == first.scalar_subquery()).values(action="nothing")
        )
    assert "line 1 does not fit" in verify()
    assert audit_lines(cast, "aada", "verify_record") == 2


def test_a_family_gets_the_log_of_its_case(app: Flask, cast: Cast, drain: Callable[[], int]) -> None:
    number = read_case_of_auditor(cast, drain)
    aada = cast.sign_in("aada")
    page = read(aada, f"/staff/audit/cases/{number}?lang=en")
    told = lines(page)
    assert cast.actor("cara").name in told[0]
    assert "Opened the case" in told[0]
    assert audit_lines(cast, "aada", "log_report") == 1
    assert aada.get("/staff/audit/cases/0000-0000").status_code == 404
    assert audit_lines(cast, "aada", "log_report") == 2, "asking for an unknown one is on record too"


def test_a_case_of_others_is_as_unknown_however_often_one_asks(cast: Cast, drain: Callable[[], int]) -> None:
    number = send_case(cast, drain, topic="bullying")
    assert case_row(number).organisation_id != own(cast)
    aada = cast.sign_in("aada")
    for _ in range(2):
        read(aada, f"/staff/audit/cases/{number}", status=404)
        assert lines(read(aada, f"{ADDRESS}&number={number}")) == []


def test_when_a_case_was_recorded_onwards_stands_on_it_and_in_the_record(
    cast: Cast, drain: Callable[[], int]
) -> None:
    number = send_case(cast, drain)
    cara, aada = cast.sign_in("cara"), cast.sign_in("aada")
    fields = hidden_fields(read(cara, f"{case_url(number)}/onwards")) | {"system": "Pegasos 4711"}
    assert (
        cara.post(f"{case_url(number)}/recorded", data=fields | {"token": str(uuid.uuid4())}).status_code
        == 303
    )
    kept = case_row(number).recorded_at
    assert kept is not None
    page = read(cara, f"{case_url(number)}?lang=en")
    runs_from = re.search(r'keeping count from: <time datetime="([^"]+)"', page)
    assert runs_from is not None
    assert abs(dt.datetime.fromisoformat(runs_from[1]) - kept) < dt.timedelta(seconds=1)
    (line,) = (
        line
        for line in lines(read(aada, f"{ADDRESS}&number={number}"))
        if "recorded in a client record system" in line
    )
    assert clock.local(kept).strftime("%-d %b %Y %H:%M") in line
    assert "Pegasos" not in line
