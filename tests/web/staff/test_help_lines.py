"""Help lines: administrators see which numbers nobody has called lately, and say that they have."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select, update

from helpbutton import clock
from helpbutton.audit.models import AuditEntry
from helpbutton.db import transaction
from helpbutton.directory import help_lines, operations
from helpbutton.directory import queries as directory
from helpbutton.directory.models import HelpLine, Installation, Organisation
from tests.cast import Cast, hidden_fields
from tests.web.staff.pages import audit_lines, read, stored, visible_text

ADDRESS = "/staff/help-lines?lang=en"


def line(line_id: str) -> help_lines.KeptLine:
    stored()
    return next(found for found in help_lines.kept_lines() if found.id == line_id)


@pytest.mark.parametrize("who", ["cara", "liisa", "saga", "aada"])
def test_only_administrators_check_them(app: Flask, cast: Cast, who: str) -> None:
    assert cast.sign_in(who).get(ADDRESS).status_code == 403


def test_a_number_that_was_called_is_in_order_for_three_months(app: Flask, cast: Cast) -> None:
    eve = cast.sign_in("eve")
    page = read(eve, ADDRESS)
    assert "numbers have not been checked" in page
    assert line("nollalinja").due
    fields = hidden_fields(page) | {"number": line("nollalinja").number}
    assert eve.post("/staff/help-lines/nollalinja/checked", data=fields).status_code == 303
    assert not line("nollalinja").due
    assert cast.actor("eve").name in visible_text(read(eve, ADDRESS))
    living = stored().scalars(select(Organisation.id)).all()
    assert audit_lines(cast, "eve", "check_help_line") == len(living) > 1, "families of each are given it"
    operations.initialise()
    assert not line("nollalinja").due, "reference data written anew leaves it"
    with clock.moved(clock.now() + dt.timedelta(days=91)):
        assert line("nollalinja").due

    with transaction() as session:
        session.execute(update(HelpLine).where(HelpLine.id == "nollalinja").values(number="080 1"))
    assert line("nollalinja").due, "it was another number"
    stale = eve.post("/staff/help-lines/nollalinja/checked", data=fields)
    assert stale.status_code == 409
    assert eve.post("/staff/help-lines/unknown/checked", data=fields).status_code == 404


def test_112_needs_no_check(app: Flask) -> None:
    assert not line("emergency_112").due


def test_a_number_without_a_source_is_shown_once_somebody_has_called_it(app: Flask, cast: Cast) -> None:
    with transaction() as session:
        session.execute(update(Installation).values(demo=False))
        session.execute(
            update(HelpLine).where(HelpLine.id == "nollalinja").values(source=None, last_checked=None)
        )
    flags = ["violence"]
    assert "nollalinja" not in {found.id for found in directory.help_lines(flags=flags)}
    help_lines.check_today(actor=cast.actor("eve"), line_id="nollalinja", number=line("nollalinja").number)
    assert "nollalinja" in {found.id for found in directory.help_lines(flags=flags)}


def test_a_wrong_number_is_given_to_nobody_until_the_line_has_another(app: Flask, cast: Cast) -> None:
    def given() -> set[str]:
        stored()
        return {found.id for found in directory.help_lines(flags=["violence"])}

    eve = cast.sign_in("eve")
    fields = hidden_fields(read(eve, ADDRESS)) | {"number": line("nollalinja").number, "wrong": "1"}
    assert "nollalinja" in given()
    assert eve.post("/staff/help-lines/nollalinja/checked", data=fields).status_code == 303
    assert "nollalinja" not in given()
    assert not line("nollalinja").due, "nothing to call"
    assert "wrong number" in visible_text(read(eve, ADDRESS))
    records = select(AuditEntry.organisation_id).where(AuditEntry.action == "hide_help_line")
    assert set(stored().scalars(records)) == set(stored().scalars(select(Organisation.id)))
    help_lines.check_today(actor=cast.actor("eve"), line_id="nollalinja", number=line("nollalinja").number)
    assert "nollalinja" in given(), "it was right after all"

    assert eve.post("/staff/help-lines/nollalinja/checked", data=fields).status_code == 303
    with transaction() as session:
        session.execute(update(HelpLine).where(HelpLine.id == "nollalinja").values(number="080 1"))
    assert "nollalinja" in given()
    emergency = fields | {"number": "112"}
    assert eve.post("/staff/help-lines/emergency_112/checked", data=emergency).status_code == 409
