"""Areas of the demo in the database: their desks answer, in both languages, and a merger leaves no code behind."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import update

from helpbutton import clock
from helpbutton.db import db, transaction
from helpbutton.directory.models import Municipality
from helpbutton.routing import queries
from tests.cast import Cast

POSIO, KUUSAMO, PERTUNMAA = "614", "305", "588"


def desk(municipality: str, topic: str | None = None, language: str = "fi") -> str:
    return queries.explain(municipality=municipality, topic=topic, language=language).desk.key


@pytest.mark.parametrize(
    ("municipality", "topic", "finnish", "swedish"),
    [
        ("049", "bullying", "espoo-school", "espoo-school-sv"),
        ("624", None, *["kymenlaakso-kotka-hamina-family-guidance"] * 2),
        ("286", "practical_help", *["kymenlaakso-kouvola-home-service"] * 2),
        (POSIO, "early_education", *["kuusamo-koillismaa-early-education"] * 2),
        (POSIO, "practical_help", *["lappi-home-service"] * 2),
        ("535", "practical_help", *["pohde-kallio-home-service"] * 2),
        ("626", "practical_help", *["pohde-selanne-home-service"] * 2),
        ("905", "parenting_limits", "pohjanmaa-family-counselling", "pohjanmaa-family-counselling-sv"),
        ("272", "early_education", "kokkola-early-education", "kokkola-early-education-sv"),
    ],
)
def test_desks_of_areas_answer_in_both_languages(
    app: Flask, municipality: str, topic: str | None, finnish: str, swedish: str
) -> None:
    assert (desk(municipality, topic), desk(municipality, topic, "sv")) == (finnish, swedish)


def test_a_code_that_has_ended_leads_to_the_desks_of_its_successor(app: Flask, cast: Cast) -> None:
    assert desk(PERTUNMAA, "bullying") == "mantyharju-school"
    sent = cast.send(municipality=PERTUNMAA, topic="bullying")
    assert sent.status_code == 201
    assert "Mäntyharju" in sent.get_json()["desk"]


def test_a_merger_is_a_dated_row_also_across_the_border_of_a_county(app_on_both: Flask) -> None:
    with transaction() as session:
        session.execute(
            update(Municipality)
            .where(Municipality.code == POSIO)
            .values(valid_to=clock.today() - dt.timedelta(days=1), successor=KUUSAMO)
        )
    db.session.remove()
    assert desk(POSIO, "bullying") == "kuusamo-school"
    assert desk(POSIO, "practical_help") == desk(KUUSAMO, "practical_help") == "pohde-home-service"
    assert desk(POSIO, "early_education") == "kuusamo-koillismaa-early-education"
    assert queries.check().complete
