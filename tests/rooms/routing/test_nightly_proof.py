"""What a night's proof finds reaches somebody: an alarm, the health page and figures, until it is mended."""

import datetime as dt

from flask import Flask
from sqlalchemy import select, update

from helpbutton import clock
from helpbutton.db import db, reading, transaction
from helpbutton.directory.models import Service
from helpbutton.routing.models import RoutingProof
from helpbutton.routing.operations import prove_nightly
from helpbutton.settings import Settings
from helpbutton.watching import queries as watching
from helpbutton.watching.checks import failing
from tests.cast import Cast
from tests.web.staff.pages import read, visible_text

NIGHT = dt.datetime(2026, 11, 23, 1, 30, tzinfo=dt.UTC)
HOUR = dt.timedelta(minutes=61)
GUIDANCE = "varha-family-guidance"
IN_SWEDISH = (
    f"The desk {GUIDANCE} does not serve in Swedish, though its wellbeing county is bilingual as a whole."
)


def speaks(*languages: str) -> None:
    with transaction() as session:
        session.execute(update(Service).where(Service.key == GUIDANCE).values(languages=languages))
    db.session.remove()


def alarms(at: dt.datetime) -> tuple[str, ...]:
    with clock.moved(at):
        return failing(watching.facts(), "alarm", "attention")


def prove(at: dt.datetime) -> list[RoutingProof]:
    with clock.moved(at):
        prove_nightly()
    db.session.remove()
    return list(reading().scalars(select(RoutingProof).order_by(RoutingProof.id)))


def test_gaps_raise_the_alarm_until_they_are_mended(app: Flask) -> None:
    assert prove(NIGHT)[0].first_gaps == []
    assert "routes_lead_to_desks" not in alarms(NIGHT)

    speaks("fi", "en")
    next_night = NIGHT + dt.timedelta(days=1)
    found = prove(next_night)[1]
    assert found.gaps > 0
    assert found.without_desk > 0
    assert {gap["why"] for gap in found.first_gaps} == {
        f"desk {GUIDANCE} does not serve in Swedish, {which}"
        for which in ("a language of its whole county", "an official language there")
    }
    assert "routes_lead_to_desks" in alarms(next_night)

    speaks("fi", "sv", "en")
    assert len(prove(next_night + HOUR / 2)) == 2
    assert prove(next_night + HOUR)[2].gaps == 0
    assert "routes_lead_to_desks" not in alarms(next_night + HOUR)
    assert len(prove(next_night + 2 * HOUR)) == 3
    assert "routes_proved" in alarms(next_night + dt.timedelta(days=3))


def test_it_is_told_on_the_health_page_and_as_figures(app: Flask, cast: Cast, config: Settings) -> None:
    swedish = f"desk {GUIDANCE} does not serve in Swedish, a language of its whole county"
    night = f"while desk varha-family-work is closed: {swedish}"
    with transaction() as session:
        first = [
            {"municipality": "734", "topic": "grief_crisis", "why": swedish},
            {"municipality": "680", "topic": None, "why": night},
        ]
        counts = {"combinations": 9000, "without_desk": 700, "gaps": 40, "ties": 2}
        session.add(RoutingProof(at=clock.now(), first_gaps=first, **counts))
    page = visible_text(read(cast.sign_in("eve"), "/staff/health?lang=en"))
    assert "Gaps and ties that the last proof of the routes found: 42." in page
    assert f"{IN_SWEDISH} Salo" in page
    assert f"While the desk varha-family-work is closed, urgent cases go on to another. {IN_SWEDISH}" in page
    figures = app.test_client().get("/metrics").get_data(as_text=True)
    for name, value in (("gaps", 40), ("ties", 2), ("without_desk", 700)):
        assert f"helpbutton_routing_{name} {value}.0" in figures
    assert 'helpbutton_check{level="alarm",name="routes_lead_to_desks"} 0.0' in figures
